"""How many comments readers find on each of many pages: for a site's lists of articles."""

from collections.abc import Iterable

from moderation.domain.page_url import origin_of
from moderation.store import comments, pages, sites
from moderation.store.sql.engine import Connection, Store


def count_comments(
    store: Store, page_urls: Iterable[str], site_id: str = ""
) -> dict[str, int | None]:
    """The number of approved comments on the page of each URL, in whatever spelling; 0 where nobody wrote.

    site_id: '' for the only site with the URL's origin. None for a URL of no site here, or of more than one.
    """
    with store.read() as connection:
        return count_on(connection, page_urls, site_id)


def count_on(
    connection: Connection, page_urls: Iterable[str], site_id: str
) -> dict[str, int | None]:
    """The same, on a connection."""
    known = sites.all_sites(connection)
    owners = {url: _owners(known, url, site_id) for url in page_urls}
    rules = sites.page_rules(connection, {id for ids in owners.values() for id in ids})
    addresses = {
        url: pages.url_address(ids[0], url.partition("#")[0], rules[ids[0]])
        for url, ids in owners.items()
        if len(ids) == 1
    }
    counted = comments.count_at(connection, set(addresses.values()))
    return {url: counted.get(addresses[url], 0) if url in addresses else None for url in owners}


def _owners(known: Iterable[sites.Site], url: str, site_id: str) -> list[str]:
    origin = origin_of(url)
    if site_id:
        return [site.id for site in known if site.id == site_id]
    return [site.id for site in known if origin in site.origins]
