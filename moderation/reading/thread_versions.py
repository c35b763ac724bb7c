"""Which version of a page's thread readers may see: the same as long as nothing in it changes."""

import hashlib
from collections.abc import Collection

from moderation.domain.errors import NotFound
from moderation.store import pages, sites, thread_versions
from moderation.store.sql.engine import Store


def address_of(store: Store, site_id: str, page_url: str, page_id: str = "") -> str:
    """The address at which the page is found, whether or not anything was written there yet.

    page_id: the site's own id, instead of the URL. Raises NotFound for a site that is not here.
    """
    with store.read() as connection:
        rules = sites.page_rules(connection, [site_id])
    if site_id not in rules:
        raise NotFound("No site here has this page.")
    if page_id:
        return pages.id_address(site_id, page_id)
    return pages.url_address(site_id, page_url, rules[site_id])


def versions_of(store: Store, addresses: Collection[str]) -> dict[str, str]:
    """The version of the thread at each address: 16 hexadecimal digits."""
    with store.read() as connection:
        facts = thread_versions.of_addresses(connection, addresses)
    return {
        address: hashlib.sha256(repr(facts.get(address)).encode()).hexdigest()[:16]
        for address in addresses
    }
