"""What readers of a page may see: its approved comments, where one was removed above them, and its state."""

from dataclasses import dataclass

from moderation.domain.comment import PageState
from moderation.domain.page_state import UNKNOWN_PAGE, PageDefault, closes_at, state_at
from moderation.store import comments, page_states, sites
from moderation.store.sql.engine import Store
from moderation.store.sql.rows import record_of

PAGE_LIMIT = 1_000  # comments in one answer; a page of a newspaper rarely has more


@dataclass(frozen=True, slots=True)
class PublicComment:
    """A comment as the world sees it. created_at: milliseconds since 1970 UTC.

    is_removed: it is not shown, and stands here only so that what answers it keeps its place; no author, no text.
    """

    id: str
    parent_id: str
    author_name: str
    author_url: str
    text: str
    created_at: int
    is_removed: bool = False


def list_approved(
    store: Store, site_id: str, page_url: str, limit: int = PAGE_LIMIT, after: str = ""
) -> list[PublicComment]:
    """The approved comments of a page past the comment `after`, oldest first; [] where there is none."""
    with store.read() as connection:
        rows = comments.approved(connection, site_id, page_url, after, limit)
    return [record_of(PublicComment, row, is_removed=False) for row in rows]


def with_removed(store: Store, shown: list[PublicComment], after: str = "") -> list[PublicComment]:
    """The comments with a placeholder for each one above them that is not shown, in the order of their ids.

    after: as in list_approved(); what stands above a comment up to there had its placeholder before.
    """
    known = {comment.id for comment in shown}
    parent_ids = {comment.parent_id for comment in shown} - {""} - known
    with store.read() as connection:
        hidden = comments.hidden_above(connection, parent_ids, after)
    removed = [PublicComment(id, parent, "", "", "", at, True) for id, parent, at in hidden]
    return sorted((*shown, *removed), key=lambda comment: comment.id) if removed else shown


@dataclass(frozen=True, slots=True)
class CurrentState:
    """What a page does with a comment that comes now. closes_at: by its age; ms, None for never."""

    state: PageState
    closes_at: int | None


def state_of(store: Store, site_id: str, page_url: str, now: int) -> CurrentState:
    """The state of a page, of its site's default where nobody has commented yet. now: ms."""
    with store.read() as connection:
        default = page_states.defaults_of(connection, [site_id]).get(site_id, PageDefault())
        settings = page_states.settings_by_url(connection, site_id, page_url)
    states = [
        CurrentState(state_at(default, setting, now), closes_at(default, setting))
        for setting in settings or [UNKNOWN_PAGE]
    ]
    # One address may be several pages, where a site gives ids: what is said here must hold for each.
    order = list(PageState)
    return max(states, key=lambda current: order.index(current.state))


def site_of(store: Store, site_id: str, origin: str) -> str | None:
    """The site a page belongs to: the one named, else the only one with its origin; None otherwise."""
    with store.read() as connection:
        if site_id:
            named = sites.get_site(connection, site_id)
            return named.id if named else None
        owners = [site.id for site in sites.all_sites(connection) if origin in site.origins]
    return owners[0] if len(owners) == 1 else None
