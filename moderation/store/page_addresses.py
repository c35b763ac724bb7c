"""What other rules of a site change about the URLs that lead to its pages: found first, then written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from moderation.domain.ids import derived_id
from moderation.domain.page_url import PageAddress, PageRules, joined_pages, page_key
from moderation.store import pages
from moderation.store.sql.dialect import fetch, run_listed, upsert_rows
from moderation.store.sql.schema import page_addresses


@dataclass(frozen=True, slots=True)
class AddressChanges:
    """The difference; an address that stays as it is is not here.

    keys: of all its URLs by those rules. joined: pages that are others then, with those. gone: ids of addresses. written: rows.
    """

    keys: Mapping[str, str]
    joined: Mapping[str, str]
    gone: Sequence[str]
    written: Sequence[Mapping[str, object]]


_URLS_OF_SITE = """
    SELECT a.id, a.url, a.page_id, p.external_id, p.created_at
    FROM page_addresses a JOIN pages p ON p.id = a.page_id
    WHERE a.site_id = :site_id AND a.url != ''
"""


def address_changes(
    connection: Connection, site_id: str, rules: PageRules, known_keys: Mapping[str, str]
) -> AddressChanges:
    """Reads, and changes nothing. known_keys: those of an earlier answer by the same rules: making one takes longer than all else."""
    rows = fetch(connection, _URLS_OF_SITE, site_id=site_id)
    keys = {url: known_keys.get(url) or page_key(url, rules) for _, url, *_ in rows}
    pages_by_key, joined = joined_pages(
        PageAddress(keys[url], page_id, own_id != "", created_at)
        for _, url, page_id, own_id, created_at in rows
    )
    urls: dict[str, str] = {}
    for _, url, page_id, *_ in rows:
        key = keys[url]
        if key not in urls or page_id == pages_by_key[key]:
            urls[key] = url
    new = {
        derived_id("pg", site_id, "url", key): (pages_by_key[key], url) for key, url in urls.items()
    }
    # As they are once the pages are joined.
    old = {id: (joined.get(page_id, page_id), url) for id, url, page_id, *_ in rows}
    return AddressChanges(
        keys,
        joined,
        [id for id in old if id not in new],
        [
            {"id": id, "site_id": site_id, "page_id": page_id, "url": url}
            for id, (page_id, url) in new.items()
            if old.get(id) != (page_id, url)
        ],
    )


def change_addresses(connection: Connection, changes: AddressChanges) -> None:
    """Joins pages for good, and makes URLs lead to them as address_changes() says; the transaction has called pages.lock() before that."""
    for page_id, other in changes.joined.items():
        pages.join(connection, page_id, other)
    if changes.gone:
        remove = "DELETE FROM page_addresses WHERE id AMONG :ids"
        run_listed(connection, remove, "ids", changes.gone)
    for start in range(0, len(changes.written), 1_000):
        rows = changes.written[start : start + 1_000]
        upsert_rows(connection, page_addresses, rows, "page_id", "url")
