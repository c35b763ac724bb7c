"""Leaves nothing of deleted rows in SQLite's files. PostgreSQL does so itself, by and by (VACUUM)."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from moderation.store import search_index
from moderation.store.sql.engine import Store

_PATIENCE, _LOOK = 5.0, 0.05  # s; for others that read the old state of the file


def scrub(store: Store, most_bytes: int | None = None) -> bool | None:
    """Rewrites the file without what was deleted, and empties its write-ahead log; whether it did, None for PostgreSQL.

    Nobody writes meanwhile: some seconds for each gigabyte. most_bytes: a larger file is not rewritten; nor is one that
    others read all the time.
    """
    if not store.is_sqlite:
        return None
    path = make_url(store.engine.url).database or ""
    if most_bytes is not None and Path(path).stat().st_size > most_bytes:
        return False
    while _tidy(store):
        pass
    pooled = store.engine.raw_connection()
    try:
        cursor = pooled.cursor()
        try:
            cursor.execute("VACUUM")
            until = time.monotonic() + _PATIENCE
            while not _checkpointed(cursor):
                if time.monotonic() > until:
                    return False
                time.sleep(_LOOK)
        except sqlite3.OperationalError:  # another writer, for longer than BUSY_TIMEOUT
            return False
        finally:
            cursor.close()
    finally:
        pooled.close()
    return True


def _tidy(store: Store) -> bool:
    """A step towards a search index without deleted words; whether there is another."""
    with store.write() as connection:
        return search_index.tidy(connection)


def _checkpointed(cursor: Any) -> bool:
    [(is_busy, _, _)] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return bool(is_busy == 0)
