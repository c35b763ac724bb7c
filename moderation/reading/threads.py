"""What readers of a page may see: its approved comments, where one was removed above them, and its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moderation.domain.page_state import UNKNOWN_PAGE, CurrentState, current_state
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.website import public_website
from moderation.store import comments, page_states, pages, sites, thread_order
from moderation.store.pages import StoredPage
from moderation.store.sql.engine import Store
from moderation.store.sql.rows import record_of

PAGE_LIMIT = 1_000  # comments in one answer; a page of a newspaper rarely has more


@dataclass(frozen=True, slots=True)
class PublicComment:
    """A comment as the world sees it. created_at: milliseconds since 1970 UTC.

    author_url: to which the name may lead, '' for none, also where the site shows no websites. author_badge: '' for none. edited_at: when its text was changed after readers had seen it, ms, None for never. replies: that
    readers see, direct ones.
    is_removed: it is not shown, and stands here only so that what answers it keeps its place; no author, no text.
    """

    id: str
    parent_id: str
    author_name: str
    author_url: str
    text: str
    created_at: int
    author_badge: str = ""
    edited_at: int | None = None
    is_picked: bool = False
    replies: int = 0
    is_removed: bool = False


class Order(StrEnum):
    """How a thread is sorted. REPLIES: most replied first; PICKS: editors' picks first; both then oldest first."""

    OLDEST = "oldest"
    NEWEST = "newest"
    REPLIES = "replies"
    PICKS = "picks"


def list_approved(
    store: Store,
    page: StoredPage | None,
    limit: int = PAGE_LIMIT,
    after: str = "",
    order: Order = Order.OLDEST,
    *,
    websites: bool = False,
) -> list[PublicComment]:
    """The approved comments of a page past the position `after`, '' for the first ones; [] where there is none.

    websites: whether with their authors' websites, as ReaderRules say.
    """
    if page is None:
        return []
    rank, _, id = after.rpartition(":")
    counts: dict[str, int] = {}
    with store.read() as connection:
        if order is Order.REPLIES:
            most = int(rank) if rank else thread_order.MOST
            counts = dict(thread_order.most_replied(connection, page.id, most, id, limit))
            ids = list(counts)
        elif order is Order.PICKS:
            ids = thread_order.picked_first(connection, page.id, rank != "0", id, limit)
        else:
            is_newest = order is Order.NEWEST
            rows = comments.approved(connection, page.id, id, limit, newest_first=is_newest)
            ids = [row.id for row in rows]
        if order in (Order.REPLIES, Order.PICKS):
            rows = comments.approved(connection, page.id, "", limit, ids=ids) if ids else []
        counts = counts or thread_order.replies_of(connection, page.id, ids)
    found = {row.id: _public(row, websites, counts.get(row.id, 0)) for row in rows}
    return [found[id] for id in ids if id in found]  # one may have gone meanwhile


def position_of(comment: PublicComment, order: Order) -> str:
    """Where the comments after this one begin, for list_approved()."""
    if order is Order.REPLIES:
        return f"{comment.replies}:{comment.id}"
    return f"{int(comment.is_picked)}:{comment.id}" if order is Order.PICKS else comment.id


def with_removed(
    store: Store, shown: Sequence[PublicComment], after: str = ""
) -> list[PublicComment]:
    """The comments with a placeholder for each one above them that is not shown, in the order of their ids.

    after: as in list_approved(); what stands above a comment up to there had its placeholder before.
    """
    known = {comment.id for comment in shown}
    parent_ids = {comment.parent_id for comment in shown} - {""} - known
    with store.read() as connection:
        hidden = comments.hidden_above(connection, parent_ids, after)
    removed = [
        PublicComment(id, parent, "", "", "", at, is_removed=True) for id, parent, at in hidden
    ]
    return sorted((*shown, *removed), key=lambda comment: comment.id) if removed else list(shown)


def rules_of(store: Store, page: StoredPage | None, site_id: str) -> ReaderRules:
    """What the site of a page lets writers and readers do. site_id: '' where the page says it."""
    with store.read() as connection:
        row = page_states.get(connection, page.id) if page else None
        return sites.reader_rules(connection, row.site_id if row else site_id)


def state_of(
    store: Store, page: StoredPage | None, site_id: str, now: int, url: str = ""
) -> CurrentState:
    """The state of a page; where nobody has commented yet, of the default of the site. now: ms. url: as readers name it."""
    with store.read() as connection:
        row = page_states.get(connection, page.id) if page else None
        site = row.site_id if row else site_id
        default, hours = page_states.of_sites(connection, [site]).get(site, page_states.ANY_SITE)
    closed = hours.at(row.id, row.page.url) if row else hours.at("", url)
    return current_state(default, row.setting if row else UNKNOWN_PAGE, now, closed)


COUNT_LIMIT = 10_000  # counting stops here; a page must be quick


@dataclass(frozen=True, slots=True)
class NewestComments:
    """The newest approved comments of a page. count: of all there are, counted up to COUNT_LIMIT.
    next: the id that the older ones come after, '' for none. answered: the comment to reply to.
    """

    comments: list[PublicComment]
    count: int = 0
    next: str = ""
    answered: PublicComment | None = None


def list_newest(
    store: Store,
    page: StoredPage | None,
    limit: int,
    before: str = "",
    answered: str = "",
    *,
    websites: bool = False,
) -> NewestComments:
    """The approved comments of a page, newest first, older than the comment `before`, '' for the first.

    answered: the id of a comment of the page to reply to, however old it is. websites: as in list_approved().
    """
    if page is None:
        return NewestComments([])
    with store.read() as connection:
        rows = comments.approved(connection, page.id, before, limit + 1, newest_first=True)
        count = comments.count_approved(connection, page.id, COUNT_LIMIT)
        asked = comments.approved(connection, page.id, "", 1, ids=[answered]) if answered else []
    newest = [_public(row, websites) for row in rows[:limit]]
    return NewestComments(
        newest,
        count,
        newest[-1].id if len(rows) > limit else "",
        _public(asked[0], websites) if asked else None,
    )


def find_page(store: Store, site_id: str, page_url: str) -> StoredPage | None:
    """The page of a site that a URL leads to, in whatever spelling; None where nothing was written yet."""
    with store.read() as connection:
        return pages.find_url(connection, site_id, page_url)


def find_page_by_id(store: Store, site_id: str, own_id: str) -> StoredPage | None:
    """The page with this id of the site's own; site_id: '' where only one site can have it."""
    with store.read() as connection:
        site_ids = [site_id] if site_id else [site.id for site in sites.all_sites(connection)]
        addresses = [pages.id_address(site_id, own_id) for site_id in site_ids]
        found = list(pages.find(connection, addresses).values())
    return found[0] if len(found) == 1 else None


def site_of(store: Store, site_id: str, origin: str) -> str | None:
    """The site a page belongs to: the one named, else the only one with its origin; None otherwise."""
    if site_id:
        with store.read() as connection:
            named = sites.get_site(connection, site_id)
        return named.id if named else None
    owners = _owners(store, origin)
    return owners[0] if len(owners) == 1 else None


def demo_site(store: Store, origin: str) -> str | None:
    """The site of the demo article, which has its origin: with several the oldest, which was set up with
    the service; None for none.
    """
    return next(iter(_owners(store, origin)), None)


def _owners(store: Store, origin: str) -> list[str]:
    """The sites that have this origin, oldest first."""
    with store.read() as connection:
        return [site.id for site in sites.all_sites(connection) if origin in site.origins]


def _public(row: Any, websites: bool, replies: int = 0) -> PublicComment:
    website = public_website(row.author_url) if websites and row.author_url else ""
    return record_of(
        PublicComment,
        row,
        author_url=website,
        is_picked=bool(row.is_picked),
        replies=replies,
        is_removed=False,
    )
