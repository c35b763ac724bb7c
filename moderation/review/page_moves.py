"""Which page an article is: it gets another URL or title. How a site tells pages apart: accounts/site_settings.py."""

from dataclasses import dataclass, replace

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import PAGE_URL_LIMIT, TITLE_LIMIT
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.page_url import PageRules, origin_of, within
from moderation.store import audit, pages, sites
from moderation.store.pages import StoredPage
from moderation.store.sql.engine import Connection, Store


@dataclass(frozen=True, slots=True)
class PageMove:
    """A page as it is now. joined: whether another page was found at its new URL, and is one with it now."""

    page: StoredPage
    joined: bool


def move_page(store: Store, site_id: str, old: str, new: str, by: str = COMMAND) -> PageMove:
    """Makes the page at the URL `old` known by the URL `new`; `old` leads to it still.

    Comments that were written at `new` already are on the same page then. Raises NotFound where no page is at
    `old`, and Invalid where `new` is not on the site.
    """
    with store.write() as connection:
        rules = _rules(connection, site_id)
        if not origin_of(new) or len(new) > PAGE_URL_LIMIT:
            raise Invalid("/new: Must be the address of a page.", "/new")
        if rules.origins and not within(new, rules.origins):
            raise Invalid("/new: Must lie on one of the site's origins.", "/new")
        pages.lock(connection, [site_id])
        page = _page(connection, site_id, old)
        is_joined = pages.move(connection, page, site_id, new.partition("#")[0])
        moved = _page(connection, site_id, new)
        before, after = {"url": page.url}, {"url": moved.url, "joined": is_joined}
        audit.record(connection, by, Change.PAGE_MOVED, site_id, moved.url, before, after)
        return PageMove(moved, is_joined)


def set_title(store: Store, site_id: str, url: str, title: str, by: str = COMMAND) -> StoredPage:
    """Gives a page a title that is verified. Raises NotFound, and Invalid for an empty or long title."""
    title = title.strip()
    if not title or len(title) > TITLE_LIMIT or not title.isprintable():
        raise Invalid(f"/title: 1 to {TITLE_LIMIT} printable characters.", "/title")
    with store.write() as connection:
        page = _page(connection, site_id, url)
        pages.set_title(connection, page.id, title)
        before, after = {"title": page.title}, {"title": title}
        audit.record(connection, by, Change.PAGE_TITLED, site_id, page.url, before, after)
    return replace(page, title=title, title_verified=True)


def _rules(connection: Connection, site_id: str) -> PageRules:
    rules = sites.page_rules(connection, [site_id]).get(site_id)
    if rules is None:
        raise NotFound("There is no such site.")
    return rules


def _page(connection: Connection, site_id: str, url: str) -> StoredPage:
    page = pages.find_url(connection, site_id, url)
    if page is None:
        raise NotFound("There is no page at this address: nobody has commented there.")
    return page
