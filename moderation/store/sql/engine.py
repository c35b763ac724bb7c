"""Opening the database: one Store for SQLite in WAL and for PostgreSQL."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from cachetools import LRUCache
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine, make_url

from moderation.domain.errors import GatehouseError, Invalid, Unavailable
from moderation.domain.filter import FilterSet
from moderation.store.sql import guarded_connection
from moderation.store.sql.crypto import Crypto

__all__ = ["Connection", "Store"]

BUSY_TIMEOUT = 5_000  # ms; two API writers and two claimers never waited longer than 3.2 s

LOOK = 0.001  # s; a transaction takes some 5 ms

SITES_REMEMBERED = 1024  # whose filters stay in memory


class Store:
    """A database and the keys that seal what is private in it.

    read() and write() give a connection inside one transaction. Verbs say where a transaction
    begins and ends; the functions of this room only take the connection.
    A database that is away raises Unavailable; so does one that stays locked. A value that it cannot
    hold (PostgreSQL knows no NUL) raises Invalid.

    sites_remembered: how many sites' filters stay in memory at most. filter_sets: those, by site, as
    last read (store/filters.py); threads share them, so whoever reads or writes them holds `lock`.
    """

    def __init__(self, url: str, secret: bytes, sites_remembered: int = SITES_REMEMBERED) -> None:
        self.crypto = Crypto(secret)
        self.lock = threading.Lock()
        self.filter_sets: LRUCache[str, FilterSet] = LRUCache(sites_remembered)
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine: Engine = _sqlite(url) if self.is_sqlite else _postgresql(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except _OURS as error:
            raise _in_words(error) from error

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
        except _OURS as error:
            raise _in_words(error) from error

    def close(self) -> None:
        self.engine.dispose()


# InternalError is what a standby says that has not been promoted yet: read-only. The drivers' own
# errors count as well: batches run on their cursors (dialect.py), and so does _take_turn.
_DATA = (exc.DataError, sqlite3.DataError, psycopg.DataError)
_OURS = (
    *_DATA,
    *(exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError),
    *(sqlite3.OperationalError, sqlite3.InterfaceError, sqlite3.InternalError),
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError),
)
# SQLSTATE classes: data exceptions; limits of the database, as the size of an index row. These come
# back however often one tries, and must not be taken for an outage that concerns everybody.
_NEVER = ("22", "54")


def _in_words(error: Exception) -> GatehouseError:
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    if isinstance(error, _DATA) or state.startswith(_NEVER):
        return Invalid("There is a character or a length here that cannot be stored.")
    return Unavailable(f"The database is away ({type(error).__name__}).")


def _sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # an exception's message may end up in a log; its values must not
        pool_size=10,
        pool_timeout=5,
        connect_args={"timeout": BUSY_TIMEOUT / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a 202 survives power loss; group commit pays for it
            f"busy_timeout={BUSY_TIMEOUT}",
            "secure_delete=ON",  # what is deleted is overwritten, too
            "temp_store=MEMORY",
            "cache_size=-16000",  # 16 MB
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        patience = connection.get_execution_options().get("gatehouse_patience")
        if patience is not None:
            _take_turn(connection, patience)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _take_turn(connection: Connection, patience: int) -> None:
    """BEGIN IMMEDIATE, looking every LOOK for the other writer's end.

    SQLite's own busy handler sleeps longer each time it looks, up to 100 ms: with the API and a
    worker writing in turn, comments waited for that and for nothing else.
    """
    cursor = connection.connection.cursor()
    until = time.monotonic() + patience / 1000
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() > until:
                    raise
            time.sleep(LOOK)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
        cursor.close()


def _postgresql(url: str) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 3,
            "application_name": "gatehouse",
            # A statement that outlives a client must not hold its locks for ever.
            "options": "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000"
            # Somebody who holds a lock for seconds is stuck; requests must not pile up behind it.
            " -c lock_timeout=5000",
            # A server that is gone without a word is noticed within seconds; one that is there but whose
            # answer was lost, by guarded_connection.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 8_000,  # ms
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        connection = guarded_connection.connect(*arguments, **options)
        encoding = connection.info.parameter_status("server_encoding")
        if encoding not in ("UTF8", None):  # None: a pool between us that does not tell
            connection.close()
            raise Unavailable(
                f"The database's encoding is {encoding}, and comments need UTF8: create it again, "
                "with ENCODING 'UTF8' TEMPLATE template0."
            )
        return connection

    return engine
