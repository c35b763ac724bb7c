"""A site's own filters: added, changed, switched, removed."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from moderation.domain.audit import COMMAND, Change, list_difference
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.event import iso
from moderation.domain.filter import FILTER_LIMIT, Filter, FilterDraft, FilterKind
from moderation.domain.ids import Entropy, timed_id
from moderation.scorers.site.filters import CompiledFilter
from moderation.store import audit, filters
from moderation.store.filters import new_filter, stored_filter
from moderation.store.sql.engine import Connection, Store


def list_filters(store: Store, site_ids: Collection[str]) -> list[Filter]:
    """Every filter of these sites, oldest first."""
    with store.read() as connection:
        return filters.of_sites(connection, site_ids)


def get_filter(store: Store, site_ids: Collection[str], filter_id: str) -> Filter:
    """One filter. Raises NotFound, also for a filter of another site."""
    with store.read() as connection:
        return _existing(filters.get(connection, filter_id, site_ids))


def add_filter(
    store: Store, site_id: str, draft: FilterDraft, by: str, *, now: int, entropy: Entropy
) -> Filter:
    """Stores a new filter, which applies to comments judged from now on.

    by: as in Filter.changed_by. Raises Invalid, naming the entry that is not valid; Conflict if the site
    has FILTER_LIMIT filters already.
    """
    CompiledFilter(draft, {})
    added = new_filter(draft, site_id, by, now, timed_id("flt", now, entropy(10)))
    with store.write() as connection:
        if not filters.lock_site(connection, site_id):
            raise NotFound("There is no such site.")
        stored = filters.of_sites(connection, [site_id])
        if (
            sum(site_filter.until is None or site_filter.until > now for site_filter in stored)
            >= FILTER_LIMIT
        ):
            raise Conflict(f"A site has at most {FILTER_LIMIT} filters.")
        filters.add(connection, added)
        audit.record(connection, by, Change.FILTER_ADDED, site_id, added.id, None, facts_of(added))
    return added


def change_filter(
    store: Store,
    site_ids: Collection[str],
    filter_id: str,
    draft: FilterDraft,
    by: str,
    expected: int | None = None,
    *,
    now: int,
) -> Filter:
    """Replaces a filter by the draft, as its next version.

    expected: the version the change is based on; None changes any. Raises NotFound, Invalid as
    add_filter(), or Conflict if somebody else has changed it meanwhile.
    """
    CompiledFilter(draft, {})
    with store.write() as connection:
        old = _unchanged(_existing(filters.get(connection, filter_id, site_ids)), expected)
        changed = stored_filter(
            draft,
            id=old.id,
            site_id=old.site_id,
            version=old.version + 1,
            changed_by=by,
            created_at=old.created_at,
            changed_at=now,
        )
        filters.change(connection, changed)
        record_change(connection, by, old, changed)
    return changed


def switch_filter(
    store: Store, site_ids: Collection[str], filter_id: str, enabled: bool, by: str, *, now: int
) -> Filter:
    """Switches a filter on or off. Raises NotFound."""
    with store.write() as connection:
        old = _existing(filters.get(connection, filter_id, site_ids))
        changed = replace(
            old, enabled=enabled, version=old.version + 1, changed_by=by, changed_at=now
        )
        filters.change(connection, changed)
        record_change(connection, by, old, changed)
    return changed


def remove_filter(
    store: Store,
    site_ids: Collection[str],
    filter_id: str,
    expected: int | None = None,
    by: str = COMMAND,
) -> Filter:
    """Removes a filter and returns it, so that it can be restored. Raises NotFound or Conflict."""
    with store.write() as connection:
        old = _unchanged(_existing(filters.get(connection, filter_id, site_ids)), expected)
        filters.remove(connection, old)
        audit.record(connection, by, Change.FILTER_REMOVED, old.site_id, old.id, facts_of(old))
    return old


def facts_of(filter: Filter) -> dict[str, Any]:
    """What the audit keeps of a filter: no entry of it, which may be somebody's e-mail or address."""
    return {
        "name": filter.name,
        "kind": filter.kind.value,
        "action": filter.action.value,
        "entries": len(filter.entries),
        "exceptions": len(filter.exceptions),
        "languages": list(filter.languages),
        "fields": [field.value for field in filter.fields],
        "enabled": filter.enabled,
        **({"until": iso(filter.until)} if filter.until is not None else {}),
        "version": filter.version,
    }


def record_change(connection: Connection, by: str, old: Filter, new: Filter) -> None:
    """Notes the change in the audit, with the words, patterns or domains that came and went."""
    after = facts_of(new)
    if not {FilterKind.EMAILS, FilterKind.NETWORKS, FilterKind.AUTHORS} & {old.kind, new.kind}:
        after |= list_difference(old.entries, new.entries)
    audit.record(connection, by, Change.FILTER_CHANGED, new.site_id, new.id, facts_of(old), after)


def _existing(stored_filter: Filter | None) -> Filter:
    if stored_filter is None:
        raise NotFound("There is no such filter.")
    return stored_filter


def _unchanged(stored_filter: Filter, expected: int | None) -> Filter:
    if expected is not None and expected != stored_filter.version:
        raise Conflict("Somebody has changed this filter meanwhile.")
    return stored_filter
