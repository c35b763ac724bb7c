"""Rows straight into the tables, past the store's own functions."""

import sqlite3
from collections.abc import Iterable, Sequence

import psycopg
from sqlalchemy.engine import make_url

from moderation.store.sql.engine import Store


class RowWriter:
    """Rows straight into the tables: COPY on PostgreSQL, many at once and unsafely on SQLite."""

    def __init__(self, store: Store) -> None:
        url = make_url(store.engine.url)
        self._sqlite = self._postgresql = None
        if store.is_sqlite:
            assert url.database
            self._sqlite = sqlite3.connect(url.database)
            for pragma in ("synchronous=OFF", "cache_size=-400000"):
                self._sqlite.execute(f"PRAGMA {pragma}")
        else:
            plain = store.engine.url.set(drivername="postgresql")
            self._postgresql = psycopg.connect(plain.render_as_string(hide_password=False))

    def add(self, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
        if self._sqlite:
            marks = ", ".join("?" * len(columns.split()))
            names = ", ".join(columns.split())
            self._sqlite.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            self._sqlite.commit()
        elif self._postgresql:
            names = ", ".join(columns.split())
            statement = f"COPY {table} ({names}) FROM STDIN"
            with self._postgresql.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            self._postgresql.commit()

    def close(self) -> None:
        """Also tells the planner what is there, as both databases do by themselves in time."""
        if self._sqlite:
            self._sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._sqlite.close()
        elif self._postgresql:
            self._postgresql.autocommit = True
            self._postgresql.execute("VACUUM ANALYZE")
            self._postgresql.close()
