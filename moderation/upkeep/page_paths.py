"""Gives pages their paths that have none: a service of the version before, which runs on after `gatehouse migrate`, stores none."""

from collections.abc import Iterator

from moderation.domain.policy_scopes import path_of
from moderation.store import page_paths
from moderation.store.sql.engine import Store

PART = 1_000  # pages that are looked at between two steps


def fill_paths(store: Store, part: int = PART) -> Iterator[None]:
    """Looks through all pages, in steps."""
    after = ""
    while True:
        with store.read() as connection:
            found, after = page_paths.without_path(connection, after, part)
        found = [(id, url) for id, url in found if path_of(url)]  # not every URL has one
        if found:
            with store.write() as connection:
                page_paths.fill(connection, found)
        if not after:
            return
        yield
