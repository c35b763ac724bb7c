"""Which comments somebody is about to decide: a lease by the database's clock, which all machines share."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import database_time, execute, fetch, time_query, upsert
from moderation.store.sql.schema import claims


@dataclass(frozen=True, slots=True)
class Claim:
    """until: ms by the database's clock."""

    comment_id: str
    moderator_id: str
    until: int


def put(connection: Connection, comment_id: str, moderator_id: str, lease_ms: int) -> Claim:
    """Makes the comment this person's from now on, whosever it was. The caller has locked the comment."""
    claim = Claim(comment_id, moderator_id, database_time(connection) + lease_ms)
    connection.execute(
        upsert(connection, claims, "moderator_id", "until").values(
            comment_id=comment_id, moderator_id=moderator_id, until=claim.until
        )
    )
    return claim


def live(connection: Connection, comment_ids: Collection[str]) -> dict[str, Claim]:
    """The claims on these comments whose time is not over, by comment."""
    query = f"""
        SELECT comment_id, moderator_id, until FROM claims
        WHERE comment_id AMONG :ids AND until > ({time_query(connection)})
    """  # noqa: S608 - the part stands in dialect.py
    return {row[0]: Claim(*row) for row in fetch(connection, query, ids=list(comment_ids))}


def of_person(connection: Connection, moderator_id: str) -> list[str]:
    """The comments that this person has claimed, whose time is not over, the last one first."""
    query = f"""
        SELECT comment_id FROM claims WHERE moderator_id = :person AND until > ({time_query(connection)})
        ORDER BY until DESC, comment_id DESC
    """  # noqa: S608 - as above
    return [str(id) for (id,) in fetch(connection, query, person=moderator_id)]


def of_others(
    connection: Connection, comment_id: sa.ColumnElement[str], moderator_id: str
) -> sa.Exists:
    """The condition that somebody else has claimed the comment of a query."""
    return sa.exists().where(
        claims.c.comment_id == comment_id,
        claims.c.moderator_id != moderator_id,
        claims.c.until > database_time(connection),
    )


def end(connection: Connection, comment_ids: Collection[str]) -> None:
    """The comments are claimed by nobody."""
    execute(connection, "DELETE FROM claims WHERE comment_id AMONG :ids", ids=list(comment_ids))


def forget_expired(connection: Connection) -> int:
    """Forgets claims whose time is over; returns how many."""
    return execute(connection, f"DELETE FROM claims WHERE until <= ({time_query(connection)})")  # noqa: S608 - as above
