"""SQLite in WAL: how it is opened, how a writer takes its turn, which errors its driver raises."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

from moderation.domain.errors import Unavailable

BUSY_TIMEOUT = 5_000  # ms; two API writers and two claimers never waited longer than 3.2 s

LOOK = 0.001  # s; a transaction takes some 5 ms

DATA_ERRORS = (sqlite3.DataError,)
# A disk that is full says so when a page is written, or when the file that readers share is to grow.
FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
AWAY_ERRORS = (sqlite3.OperationalError, sqlite3.InterfaceError, sqlite3.InternalError)


def sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        try:
            Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Unavailable("The database's folder cannot be made.") from error
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
