"""A comment's author, network and links put on the site's filters, and taken off them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from moderation.domain.audit import Change
from moderation.domain.author_filter import About, Mark, end_of_term, is_own_list, list_name
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.filter import (
    FILTER_LIMIT,
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    without_comment,
)
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.reputation import SubjectKind
from moderation.review.filters import facts_of, record_change
from moderation.review.queues import existing_comment
from moderation.scorers.site.filters import CompiledFilter
from moderation.store import audit, filters, reputations
from moderation.store.filters import new_filter
from moderation.store.sql.engine import Connection, Store


@dataclass(frozen=True, slots=True)
class Listing:
    """What holds of a comment's author from now on, for so many days, None for always. domain: which, with About.DOMAIN."""

    about: About
    action: FilterAction
    days: int | None
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """What a filter can name of a comment, and the filters that name it now."""

    mark: Mark
    filters: tuple[Filter, ...]


def of_comment(
    store: Store, site_ids: Collection[str], comment_id: str, now: int
) -> tuple[Marked, ...]:
    """All that filters can name of a comment. Raises NotFound, also for a comment of another site."""
    with store.read() as connection:
        site_id, marks = _marks(connection, site_ids, comment_id)
        live = [
            site_filter
            for site_filter in filters.of_sites(connection, [site_id])
            if site_filter.applies(now)
        ]
    return tuple(Marked(mark, tuple(f for f in live if _names(f, mark))) for mark in marks)


def put_on(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    listing: Listing,
    *,
    now: int,
    entropy: Entropy,
) -> Filter:
    """Holds, refuses or trusts from now on; what was said before of the same no longer holds. The filter that names it now.

    Raises NotFound, also for what the comment does not show; Invalid; Conflict where the site has too many filters.
    """
    action, until = listing.action, end_of_term(listing.days, now)
    with store.write() as connection:
        site_id, marks = _marks(connection, site_ids, comment_id)
        filters.lock_site(connection, site_id)
        named = (listing.about, listing.domain)
        mark = next((mark for mark in marks if (mark.about, mark.domain) == named), None)
        if mark is None:
            raise NotFound("The comment does not show that.")
        if action not in mark.actions():
            can = " or ".join(mark.actions())
            raise Invalid(f"/action: For this it is {can}.", "/action")
        stored = filters.of_sites(connection, [site_id])
        for old in stored:
            if is_own_list(old) and _names(old, mark):
                _change(connection, old, _without(old, mark), moderator_id, now)
        stored = filters.of_sites(connection, [site_id])
        entry = f"{mark.entry} # {comment_id}"
        name = list_name(mark.kind, action, until)
        same = (mark.kind, action, until, name)
        for site_filter in stored:
            if (site_filter.kind, site_filter.action, site_filter.until, site_filter.name) == same:
                return _change(connection, site_filter, (*site_filter.entries, entry), moderator_id, now)  # fmt: skip
        if sum(filter.until is None or filter.until > now for filter in stored) >= FILTER_LIMIT:
            raise Conflict(f"A site has at most {FILTER_LIMIT} filters.")
        draft = FilterDraft(name, mark.kind, action, (entry,), fields=tuple(FilterField), until=until)  # fmt: skip
        CompiledFilter(draft, {})
        added = new_filter(draft, site_id, moderator_id, now, timed_id("flt", now, entropy(10)))
        filters.add(connection, added)
        audit.record(
            connection, moderator_id, Change.FILTER_ADDED, site_id, added.id, None, facts_of(added)
        )
        return added


def take_off(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    filter_id: str,
    *,
    now: int,
) -> None:
    """Takes all that the comment shows off a filter; one that has nothing left is removed. Raises NotFound."""
    with store.write() as connection:
        site_id, marks = _marks(connection, site_ids, comment_id)
        site_filter = filters.get(connection, filter_id, [site_id])
        entries = _without(site_filter, *marks) if site_filter else ()
        if site_filter is None or len(entries) == len(site_filter.entries):
            raise NotFound("The filter does not name it.")
        _change(connection, site_filter, entries, moderator_id, now)


def _marks(
    connection: Connection, site_ids: Collection[str], comment_id: str
) -> tuple[str, list[Mark]]:
    """The comment's site, and what filters can name of it."""
    entry = existing_comment(connection, site_ids, comment_id)
    sender = filters.sender_of(connection, comment_id)
    marks = []
    if sender.author_key:
        marks.append(Mark(About.AUTHOR, f"author:{sender.author_key}"))
    if sender.email_key:
        marks.append(Mark(About.EMAIL, f"email:{sender.email_key}"))
    if sender.network:
        marks.append(Mark(About.NETWORK, sender.network))
    subjects = reputations.subjects_of(connection, [comment_id])[comment_id].subjects
    names = sorted(subject.name for subject in subjects if subject.kind is SubjectKind.DOMAIN)
    return entry.site_id, [*marks, *(Mark(About.DOMAIN, name, name) for name in names)]


def _names(site_filter: Filter, mark: Mark) -> bool:
    return site_filter.kind is mark.kind and len(_without(site_filter, mark)) < len(
        site_filter.entries
    )


def _without(site_filter: Filter, *marks: Mark) -> tuple[str, ...]:
    """The filter's entries but those of the marks."""
    entries = {mark.entry for mark in marks if mark.kind is site_filter.kind}
    return tuple(entry for entry in site_filter.entries if without_comment(entry) not in entries)


def _change(
    connection: Connection,
    site_filter: Filter,
    entries: Sequence[str],
    moderator_id: str,
    now: int,
) -> Filter:
    """Stores the filter with these entries; without any it is removed."""
    changed = replace(
        site_filter,
        entries=tuple(entries),
        version=site_filter.version + 1,
        changed_by=moderator_id,
        changed_at=now,
    )
    if any(map(without_comment, entries)):
        CompiledFilter(changed, {})
        filters.change(connection, changed)
        record_change(connection, moderator_id, site_filter, changed)
    else:
        filters.remove(connection, site_filter)
        about = (site_filter.site_id, site_filter.id, facts_of(site_filter))
        audit.record(connection, moderator_id, Change.FILTER_REMOVED, *about)
    return changed
