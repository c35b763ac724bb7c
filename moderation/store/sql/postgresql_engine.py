"""PostgreSQL: how it is connected to, which errors its driver raises."""

from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from moderation.domain.errors import Unavailable
from moderation.store.sql import guarded_connection

DATA_ERRORS = (psycopg.DataError,)
# InternalError is what a standby says that has not been promoted yet: read-only.
AWAY_ERRORS = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


def postgresql_engine(url: str) -> Engine:
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
