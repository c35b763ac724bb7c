"""Checks a database's URL before anything is opened: what no driver would take is one sentence at the start."""

import re

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from moderation.domain.errors import Invalid

# What stands behind the last @: a host, a port in digits, a database.
_PLACE = re.compile(r"(\[[^/?]+\]|[^:/?]*)(:\d*)?([/?].*)?", re.DOTALL)
# An option's name in the library's own message; nothing else of it is repeated.
_OPTION = re.compile(r'invalid (?:connection option "(\w+)"|(\w+) value: |port number: )')


def check_database_url(url: str) -> None:
    """url: as of Settings.database. Raises Invalid, which quotes no more than an option's name: a URL may have a password."""
    if url.startswith("sqlite"):
        _check_sqlite(url)
    else:
        _check_postgresql(url)


def _check_sqlite(url: str) -> None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Invalid(_SQLITE) from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite") or parsed.host or parsed.query:
        raise Invalid(_SQLITE)
    if parsed.database in (None, "", ":memory:"):  # each connection would have one of its own
        raise Invalid(_SQLITE)


def _check_postgresql(url: str) -> None:
    place, _, query = url.partition("://")[2].partition("?")
    # With a second @, what follows the first is taken for the host, and named where there is none. In a query, a
    # password with a ? has come to stand there.
    is_ambiguous = place.count("@") > 1 or ("@" in query and "@" not in place)
    if is_ambiguous or not _PLACE.fullmatch(place.rpartition("@")[2]):
        raise Invalid(_POSTGRESQL)
    try:
        refused = _OPTION.match(_said_by_the_library(make_url(url)))
    except (ArgumentError, ValueError):
        raise Invalid(_POSTGRESQL) from None
    if refused and (name := refused[1]):
        raise Invalid(
            f"GATEHOUSE_DATABASE_URL has an option that PostgreSQL does not know: {name}."
        )
    if refused:
        raise Invalid(
            f"GATEHOUSE_DATABASE_URL has a value of {refused[2] or 'port'} that PostgreSQL does not know."
        )


def _said_by_the_library(url: URL) -> str:
    """What PostgreSQL's library says of the options; it is given a host that is none, so that nobody is asked."""
    from psycopg import ProgrammingError, pq
    from psycopg.conninfo import make_conninfo

    _, options = url.get_dialect()().create_connect_args(url)
    hosts = str(options.pop("host", "")).count(",") + 1
    options.pop("hostaddr", None)
    try:
        conninfo = make_conninfo(**options, host=",".join(["/nowhere"] * hosts))
    except ProgrammingError as error:
        return str(error)
    connection = pq.PGconn.connect_start(conninfo.encode())
    try:
        return connection.get_error_message()
    finally:
        connection.finish()


_SQLITE = (
    "GATEHOUSE_DATABASE_URL of a SQLite database is written sqlite:////folder/file.db, without options; "
    "empty: a file in GATEHOUSE_DATA."
)
_POSTGRESQL = (
    "GATEHOUSE_DATABASE_URL is written postgresql://user:password@host:5432/database; "
    "in a password @, /, : and ? are written %40, %2F, %3A and %3F."
)
