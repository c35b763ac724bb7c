"""Opening the database: one Store for SQLite in WAL and for PostgreSQL."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cachetools import LRUCache
from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine, make_url

from moderation.domain.errors import GatehouseError, Invalid, StorageFull, Unavailable
from moderation.domain.filter import FilterSet
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.sqlite_engine import (
    AWAY_ERRORS,
    BUSY_TIMEOUT,
    DATA_ERRORS,
    FULL,
    sqlite_engine,
)

__all__ = ["Connection", "Store"]

SITES_REMEMBERED = 1024  # whose filters stay in memory

# What SQLAlchemy raises. The drivers' own errors count as well: batches run on their cursors (dialect.py), and so
# does a writer's wait for its turn.
_AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
# SQLSTATE classes: data exceptions; limits of the database, as the size of an index row. These come
# back however often one tries, and must not be taken for an outage that concerns everybody.
_NEVER = ("22", "54")
_DISK_FULL = "53100"
_SAID_EVERY = 60.0  # s; a full disk is logged so often while something is refused for it

log = logging.getLogger("gatehouse.store")


class Store:
    """A database and the keys that seal what is private in it.

    read() and write() give a connection inside one transaction. Verbs say where a transaction
    begins and ends; the functions of this room only take the connection.
    A database that is away raises Unavailable; so does one that stays locked. One whose disk is full raises
    StorageFull, and the log says so once a minute. A value that it cannot hold (PostgreSQL knows no NUL) raises Invalid.

    sites_remembered: how many sites' filters stay in memory at most. filter_sets: those, by site, as
    last read (store/filters.py); threads share them, so code that reads or writes them holds `lock`.
    """

    def __init__(self, url: str, secret: bytes, sites_remembered: int = SITES_REMEMBERED) -> None:
        self.crypto = Crypto(secret)
        self.lock = threading.Lock()
        self.filter_sets: LRUCache[str, FilterSet] = LRUCache(sites_remembered)
        self._full_said_at: float | None = None
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine: Engine
        self._data_errors: tuple[type[Exception], ...]
        self._our_errors: tuple[type[Exception], ...]
        if self.is_sqlite:
            self.engine = sqlite_engine(url)
            self._data_errors = (exc.DataError, *DATA_ERRORS)
            self._our_errors = (*_AWAY, *self._data_errors, *AWAY_ERRORS)
        else:
            # Its driver costs a process without it a sixth of a second.
            from moderation.store.sql import postgresql_engine as postgresql

            self.engine = postgresql.postgresql_engine(url)
            self._data_errors = (exc.DataError, *postgresql.DATA_ERRORS)
            self._our_errors = (*_AWAY, *self._data_errors, *postgresql.AWAY_ERRORS)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except self._our_errors as error:
            raise self._in_words(error) from error

    @contextmanager
    def write(self, patience: int = BUSY_TIMEOUT) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, and not at all when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a transaction that began as a
        reader cannot be upgraded while another writes. patience: ms to wait there for another writer.
        """
        try:
            with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection.execution_options(gatehouse_patience=patience)
                with connection.begin():
                    yield connection
        except self._our_errors as error:
            raise self._in_words(error) from error

    def close(self) -> None:
        self.engine.dispose()

    def _in_words(self, error: Exception) -> GatehouseError:
        said = getattr(error, "orig", None) or error
        state = getattr(said, "sqlstate", None) or ""
        if state == _DISK_FULL or getattr(said, "sqlite_errorcode", None) in FULL:
            self._say_full()
            return StorageFull()
        if isinstance(error, self._data_errors) or state.startswith(_NEVER):
            return Invalid("There is a character or a length here that cannot be stored.")
        return Unavailable(f"The database is away ({type(error).__name__}).")

    def _say_full(self) -> None:
        now = time.monotonic()
        with self.lock:
            if self._full_said_at is not None and now - self._full_said_at < _SAID_EVERY:
                return
            self._full_said_at = now
        log.error("the disk of the database is full: nothing is stored until there is room")
