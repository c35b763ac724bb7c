"""Domains that comments link to, and when each was first seen on any site."""

from collections.abc import Collection, Mapping

from moderation.store.sql.dialect import fetch, insert_rows
from moderation.store.sql.engine import Connection
from moderation.store.sql.schema import domains


def first_seen(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """When each of these domains was first seen, ms; those never seen are absent."""
    if not names:
        return {}
    query = "SELECT name, first_seen_at FROM domains WHERE name AMONG :names"
    return dict(fetch(connection, query, names=sorted(names)))


def add(connection: Connection, seen: Mapping[str, int]) -> None:
    """Remembers domains by when they were seen, ms; those that are known keep their time."""
    rows = [{"name": name, "first_seen_at": seen_at} for name, seen_at in sorted(seen.items())]
    insert_rows(connection, domains, rows, new_only=True)
