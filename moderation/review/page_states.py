"""The states of pages: shown and changed by moderators, for one page or as their site's default."""

from dataclasses import dataclass, replace

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import AuthorRef, PageRef, PageState, Submission
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.event import iso
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.page_state import (
    UNKNOWN_PAGE,
    PageDefault,
    PageSetting,
    check_days,
    current_state,
)
from moderation.domain.page_url import within
from moderation.store import audit, page_states, pages, sites
from moderation.store.page_states import PageRow, SitePages
from moderation.store.sql.engine import Connection, Store

_NO_SITE = "There is no such site."
_NO_PAGE = "There is no such page."
_CHANGED = "Somebody has changed this meanwhile."


@dataclass(frozen=True, slots=True)
class PageStatus:
    """A page with what is set for it, and what follows from that now.

    id: '' for a page that no comment or setting has named yet. closes_at: by its age; ms, None for never. opens_at: as in CurrentState.
    """

    id: str
    page: PageRef
    setting: PageSetting
    default: PageDefault
    state: PageState
    closes_at: int | None
    opens_at: int | None


@dataclass(frozen=True, slots=True)
class PageChange:
    """What to set. state, close_after_days: None as the site's. published_at: ms, None leaves it."""

    state: PageState | None = None
    close_after_days: int | None = None
    published_at: int | None = None


def get_default(store: Store, site_id: str) -> PageDefault:
    """What holds for the pages of a site. Raises NotFound."""
    with store.read() as connection:
        return _site(connection, site_id).default


def set_default(
    store: Store,
    site_id: str,
    default: PageDefault,
    expected: PageDefault | None = None,
    by: str = COMMAND,
) -> PageDefault:
    """Changes what holds for all pages of a site that have no setting of their own; returns what held.

    expected: what the caller saw. Raises NotFound, Invalid, and Conflict where it is not that any more.
    """
    check_days(default.close_after_days)
    with store.write() as connection:
        before = _site(connection, site_id).default
        if expected is not None and expected != before:
            raise Conflict(_CHANGED)
        page_states.set_default(connection, site_id, default)
        audit.record(
            connection,
            by,
            Change.SITE_PAGES_CHANGED,
            site_id,
            site_id,
            _facts(before.state, before.close_after_days),
            _facts(default.state, default.close_after_days),
        )
    return before


def get_page(store: Store, site_id: str, page: PageRef, now: int) -> PageStatus:
    """A page by its id or URL, as a comment would name it; one that is not known has the site's default.

    now: ms. Raises NotFound for a site that is not there.
    """
    with store.read() as connection:
        site = _site(connection, site_id)
        page_id = find_page(connection, site_id, page)
        stored = page_states.get(connection, page_id) if page_id else None
    return _status(stored or PageRow("", site_id, page, UNKNOWN_PAGE, 0), site, now)


def set_page(
    store: Store,
    site_id: str,
    page: PageRef,
    change: PageChange,
    now: int,
    entropy: Entropy,
    by: str = COMMAND,
) -> PageStatus:
    """Sets what holds for a page, which may have no comment yet. page: as in get_page().

    Raises NotFound for a site that is not there; Invalid for a page that is neither known nor on one of the
    site's origins, and for days out of range.
    """
    with store.write() as connection:
        site = _site(connection, site_id)
        page_id = page_at(connection, site_id, page, now, entropy)
        stored = _locked(connection, site_id, page_id)
        return _set(connection, stored, site, change, by, now)


def find_page(connection: Connection, site_id: str, page: PageRef) -> str:
    """The id of the page, '' where there is none."""
    if page.id:
        found = pages.find(connection, [pages.id_address(site_id, page.id)])
        if found:
            return next(iter(found.values())).id
    at_url = pages.find_url(connection, site_id, page.url)
    # What has another id of the site's is another article, that was at this URL before.
    return at_url.id if at_url and page.id in ("", at_url.external_id) else ""


def page_at(connection: Connection, site_id: str, page: PageRef, now: int, entropy: Entropy) -> str:
    """The id of the page, which is added as its first comment would where there is none. Raises Invalid for one that is not on the site."""
    if known := find_page(connection, site_id, page):
        return known
    origins = sites.page_rules(connection, [site_id])[site_id].origins
    if origins and not within(page.url, origins):
        raise Invalid("/page/url: Is not on this site.", "/page/url")
    first = Submission(
        timed_id("set", now, entropy(10)),
        site_id,
        replace(page, by_server=True),
        AuthorRef(""),
        "",
        now,
    )
    added = pages.find_or_add(connection, [first])[first.id]
    assert added  # only replies are not
    return added.id


def change_page(
    store: Store,
    site_id: str,
    page_id: str,
    change: PageChange,
    expected: PageChange | None = None,
    by: str = COMMAND,
    *,
    now: int,
) -> tuple[PageStatus, PageChange]:
    """Sets what holds for a page that is known; returns how it stands and what was set before.

    expected: what the caller saw. Raises NotFound, also for a page of another site, Invalid, and Conflict
    where it is not that any more.
    """
    with store.write() as connection:
        site = _site(connection, site_id)
        stored = _locked(connection, site_id, page_id)
        before = PageChange(stored.setting.state, stored.setting.close_after_days)
        if expected is not None and expected != before:
            raise Conflict(_CHANGED)
        return _set(connection, stored, site, change, by, now), before


def list_pages(
    store: Store, site_id: str, now: int, after: str = "", limit: int = 25
) -> list[PageStatus]:
    """Up to `limit` pages of a site past the page `after`, the newest first."""
    with store.read() as connection:
        site = _site(connection, site_id)
        stored = page_states.newest(connection, site_id, after, limit)
    return [_status(page, site, now) for page in stored]


def get_by_id(store: Store, site_id: str, page_id: str, now: int) -> PageStatus:
    """A page by our own id. Raises NotFound, also for a page of another site."""
    with store.read() as connection:
        stored = page_states.get(connection, page_id)
        if stored is None or stored.site_id != site_id:
            raise NotFound(_NO_PAGE)
        return _status(stored, _site(connection, site_id), now)


def _locked(connection: Connection, site_id: str, page_id: str) -> PageRow:
    stored = page_states.get(connection, page_id, lock=True)
    if stored is None or stored.site_id != site_id:
        raise NotFound(_NO_PAGE)
    return stored


def _set(
    connection: Connection,
    before: PageRow,
    site: SitePages,
    change: PageChange,
    by: str,
    now: int,
) -> PageStatus:
    page_id, old = before.id, before.setting
    if change.close_after_days is not None:
        check_days(change.close_after_days)
    page_states.set_page(
        connection, page_id, change.state, change.close_after_days, change.published_at
    )
    stored = page_states.get(connection, page_id)
    if stored is None:
        raise NotFound(_NO_PAGE)
    new = stored.setting
    is_closing = new.state is PageState.CLOSED and old.state is not new.state
    audit.record(
        connection,
        by,
        Change.PAGE_CLOSED if is_closing else Change.PAGE_CHANGED,
        before.site_id,
        stored.page.url,
        _facts(old.state, old.close_after_days, old.since),
        _facts(new.state, new.close_after_days, new.since),
    )
    return _status(stored, site, now)


def _facts(
    state: PageState | None, days: int | None, since: int | None = None
) -> dict[str, object]:
    """since: from when on the days count, ms; None unknown."""
    facts: dict[str, object] = {"state": state, "close_after_days": days}
    return facts | {"since": iso(since)} if since else facts


def _site(connection: Connection, site_id: str) -> SitePages:
    site = page_states.of_sites(connection, [site_id]).get(site_id)
    if site is None:
        raise NotFound(_NO_SITE)
    return site


def _status(stored: PageRow, site: SitePages, now: int) -> PageStatus:
    hours = site.hours.at(stored.id, stored.page.url)
    current = current_state(site.default, stored.setting, now, hours)
    return PageStatus(
        stored.id,
        stored.page,
        stored.setting,
        site.default,
        current.state,
        current.closes_at,
        current.opens_at,
    )
