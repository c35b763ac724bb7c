"""What a site has set about itself, in one place: seen and changed; closed, and opened again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from moderation.accounts.new_site import locked_sites, require_free
from moderation.domain.audit import COMMAND, Change
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.page_url import PageRules
from moderation.domain.site import SiteSettings, check_change
from moderation.store import audit, page_addresses, pages, site_settings
from moderation.store.page_addresses import AddressChanges
from moderation.store.site_settings import SiteRow
from moderation.store.sql.engine import Connection, Store


class PagesJoin(Conflict):
    """Pages would become one for good, and nobody said that they may. count: how many."""

    code = "pages_join"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count:,} pages would be joined with others, for good: say that they may."
        )
        self.members = {"count": count}


def list_sites(store: Store, site_ids: Collection[str] | None = None) -> list[SiteRow]:
    """These sites, or with None all of the installation, oldest first."""
    with store.read() as connection:
        return site_settings.of_sites(connection, site_ids)


def get_site(store: Store, site_id: str) -> SiteRow:
    """Raises NotFound."""
    with store.read() as connection:
        return _found(site_settings.get(connection, site_id))


def change_settings(
    store: Store,
    site_id: str,
    settings: SiteSettings,
    expected: SiteSettings | None = None,
    by: str = COMMAND,
    *,
    may_join: bool = False,
    own_site_ids: Collection[str] | None = (),
) -> SiteRow:
    """Changes all but whether the site is closed, from now on.

    expected: what the caller saw. may_join: whether pages that are one by the new rules are joined, which is for good. own_site_ids: as
    in make_site(). Raises NotFound, Invalid, NameTaken, OriginTaken, PagesJoin, and Conflict where it is not as expected any more.
    """
    row, _ = _change(
        store,
        site_id,
        lambda _: settings,
        expected,
        by,
        may_join=may_join,
        own_site_ids=own_site_ids,
    )
    return row


def change_rules(store: Store, site_id: str, rules: PageRules, by: str = COMMAND) -> int:
    """The operator changes how a site tells its pages apart, its origins too, and joins those that are one now; returns how many were.

    Pages that were joined stay so: which comment was written at which URL is not kept. Raises NotFound and Invalid.
    """
    _, joined = _change(
        store,
        site_id,
        lambda old: replace(old, rules=rules),
        by=by,
        may_join=True,
        own_site_ids=None,
    )
    return joined


def _change(
    store: Store,
    site_id: str,
    changed: Callable[[SiteSettings], SiteSettings],
    expected: SiteSettings | None = None,
    by: str = COMMAND,
    *,
    may_join: bool,
    own_site_ids: Collection[str] | None,
) -> tuple[SiteRow, int]:
    """As it is then, and how many pages were joined. changed: makes the new settings from the old ones."""

    def check(known: Sequence[SiteRow], before: SiteRow) -> SiteSettings:
        old = before.settings
        if expected is not None and _compared(expected) != _compared(old):
            raise Conflict("Somebody has changed this meanwhile.")
        new = check_change(changed(old), old)
        new_origins = [origin for origin in new.rules.origins if origin not in old.rules.origins]
        # A site that has a name or an origin keeps it, whoever else has it.
        name = new.name if new.name != old.name else ""
        require_free(known, name, new_origins, own_site_ids, site_id=site_id)
        return new

    # What takes long is read first: who writes keeps others waiting.
    with store.read() as connection:
        before = _found(site_settings.get(connection, site_id))
        planned = check(site_settings.of_sites(connection), before)
        keys: Mapping[str, str] = {}
        if planned.rules != before.settings.rules:
            changes = page_addresses.address_changes(connection, site_id, planned.rules, keys)
            _require_leave(changes, may_join)
            keys = changes.keys
    with store.write() as connection:
        known = locked_sites(connection)
        before = _locked(connection, site_id)
        old, new = before.settings, check(known, before)
        site_settings.put(connection, site_id, new)
        joined = 0
        if new.rules != old.rules:
            pages.lock(connection, [site_id])
            same_keys = keys if new.rules == planned.rules else {}
            changes = page_addresses.address_changes(connection, site_id, new.rules, same_keys)
            _require_leave(changes, may_join)  # pages may be new since
            page_addresses.change_addresses(connection, changes)
            joined = len(changes.joined)
        for change, facts in ((Change.SITE_CHANGED, _facts), (Change.SITE_RULES_CHANGED, _rules)):
            audit.record(connection, by, change, site_id, site_id, facts(old), facts(new))
        return SiteRow(site_id, before.created_at, new), joined


def _require_leave(changes: AddressChanges, may_join: bool) -> None:
    if changes.joined and not may_join:
        raise PagesJoin(len(changes.joined))


def close_site(store: Store, site_id: str, by: str = COMMAND, *, now: int) -> SiteRow:
    """From now on the site takes no comments, on no page, and answers no compatible API; what is published stays. Raises NotFound."""
    with store.write() as connection:
        return _set_closed(connection, site_id, now, by)


def reopen_site(store: Store, site_id: str, by: str = COMMAND) -> SiteRow:
    """All is again as before it was closed. Raises NotFound."""
    with store.write() as connection:
        return _set_closed(connection, site_id, None, by)


def _set_closed(connection: Connection, site_id: str, closed_at: int | None, by: str) -> SiteRow:
    before = _locked(connection, site_id)
    if (before.settings.closed_at is None) == (closed_at is None):
        return before
    settings = replace(before.settings, closed_at=closed_at)
    site_settings.put(connection, site_id, settings)
    change = Change.SITE_REOPENED if closed_at is None else Change.SITE_CLOSED
    audit.record(connection, by, change, site_id, site_id)
    return SiteRow(site_id, before.created_at, settings)


def _locked(connection: Connection, site_id: str) -> SiteRow:
    return _found(site_settings.get(connection, site_id, lock=True))


def _found(site: SiteRow | None) -> SiteRow:
    if site is None:
        raise NotFound("There is no such site.")
    return site


def _compared(settings: SiteSettings) -> SiteSettings:
    return replace(settings, closed_at=None)


def _facts(settings: SiteSettings) -> dict[str, Any]:
    return {"name": settings.name, "language": settings.language}


def _rules(settings: SiteSettings) -> dict[str, Any]:
    return {name: sorted(names) for name, names in asdict(settings.rules).items()}
