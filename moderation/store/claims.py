"""Which comments somebody is about to decide: a lease by the database's clock, which all machines share."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import (
    database_time,
    execute,
    fetch,
    time_query,
    upsert,
)
from moderation.store.sql.schema import claims


@dataclass(frozen=True, slots=True)
class Claim:
    """until: ms by the database's clock. while_open: made by opening the comment; it ends seconds after that is over. browser: in
    which one of theirs it is open, SEVERAL for more.
    """

    comment_id: str
    moderator_id: str
    until: int
    while_open: bool = False
    browser: str = ""

    def keeps_out(self, who: str) -> bool:
        """Whether this person or key decides only knowingly. A program does not look: what is open stops people alone."""
        return self.moderator_id != who and not (self.while_open and who.startswith("key_"))


def put(connection: Connection, comment_id: str, moderator_id: str, lease_ms: int) -> Claim:
    """Makes the comment this person's from now on, whosever it was. The caller has locked the comment."""
    claim = Claim(comment_id, moderator_id, database_time(connection) + lease_ms)
    connection.execute(
        upsert(connection, claims, "moderator_id", "until", "while_open", "browser").values(
            asdict(claim)
        )
    )
    return claim


_KNOWN = "SELECT comment_id FROM claims WHERE comment_id AMONG :ids"
_WAITING = """
    SELECT id FROM comments
    WHERE id AMONG :ids AND site_id AMONG :sites AND (status IN ('held', 'pending') OR first_report <> '')
"""
# What another transaction is changing is passed over: nobody waits for whom, so no two wait for each other.
_LOCK = """
    SELECT comment_id, moderator_id, until, while_open, browser FROM claims
    WHERE comment_id AMONG :ids OR moderator_id = :who FOR UPDATE SKIP LOCKED
"""
SEVERAL = "*"  # in place of a browser: who has a comment open in two gives it back in neither, it ends by itself
# Asked once more: a decision may have come between.
_PUT_OPEN = """
    INSERT INTO claims (comment_id, moderator_id, until, while_open, browser)
    SELECT id, :who, :until, TRUE, :browser FROM comments
    WHERE id AMONG :ids AND (status IN ('held', 'pending') OR first_report <> '') ORDER BY id
    ON CONFLICT (comment_id) DO UPDATE
    SET moderator_id = excluded.moderator_id, until = excluded.until, while_open = TRUE, browser =
        CASE WHEN claims.until <= :now OR claims.browser = excluded.browser THEN excluded.browser ELSE :several END
    WHERE claims.until <= :now OR (claims.moderator_id = excluded.moderator_id AND claims.while_open)
    RETURNING comment_id
"""


def waiting(
    connection: Connection, site_ids: Collection[str], comment_ids: Collection[str]
) -> set[str]:
    """Those of the comments that belong to these sites and wait for a person's word."""
    rows = fetch(connection, _WAITING, ids=list(comment_ids), sites=list(site_ids))
    return {id for (id,) in rows}


def put_open(
    connection: Connection,
    moderator_id: str,
    comment_ids: Sequence[str],
    lease_ms: int,
    *,
    at_most: int,
    kept: Collection[str] = (),
    browser: str = "",
) -> list[str]:
    """Makes the first `at_most` of these comments, which wait for a person, this one's for as long as they are open; the ids.

    Passed over are those that somebody else has. What this person had open besides in this browser, other than the `kept` ones,
    is given back.
    """
    now = database_time(connection)
    ids = list(dict.fromkeys(comment_ids))
    known = {id for (id,) in fetch(connection, _KNOWN, ids=ids)}
    rows = [_claim(row) for row in fetch(connection, _LOCK, ids=ids, who=moderator_id)]
    mine = [row for row in rows if row.moderator_id == moderator_id]
    # What was claimed in so many words stays so.
    said = {row.comment_id for row in mine if row.until > now and not row.while_open}
    others = {
        row.comment_id for row in rows if row.moderator_id != moderator_id and row.until > now
    }
    busy = known - {row.comment_id for row in rows}
    chosen = [id for id in ids if id not in others | busy][:at_most]
    put = {
        id
        for (id,) in fetch(
            connection,
            _PUT_OPEN,
            ids=[id for id in chosen if id not in said],
            who=moderator_id,
            until=now + lease_ms,
            now=now,
            browser=browser,
            several=SEVERAL,
        )
    }
    left = {row.comment_id for row in mine if row.while_open and row.browser == browser}
    left -= {*chosen, *kept}
    if left:
        end(connection, left)
    return [id for id in chosen if id in put | said]


def live(connection: Connection, comment_ids: Collection[str]) -> dict[str, Claim]:
    """The claims on these comments whose time is not over, by comment."""
    query = f"""
        SELECT comment_id, moderator_id, until, while_open, browser FROM claims
        WHERE comment_id AMONG :ids AND until > ({time_query(connection)})
    """  # noqa: S608 - the part stands in dialect.py
    rows = fetch(connection, query, ids=list(comment_ids))
    return {row[0]: _claim(row) for row in rows}


def _claim(row: tuple[str, str, int, bool, str]) -> Claim:
    comment_id, moderator_id, until, while_open, browser = row
    return Claim(comment_id, moderator_id, until, bool(while_open), browser)  # SQLite's is a number


def of_person(connection: Connection, moderator_id: str) -> list[str]:
    """The comments that this person has claimed in so many words, whose time is not over, the last one first."""
    query = f"""
        SELECT comment_id FROM claims WHERE moderator_id = :person AND NOT while_open AND until > ({time_query(connection)})
        ORDER BY until DESC, comment_id DESC
    """  # noqa: S608 - as above
    return [str(id) for (id,) in fetch(connection, query, person=moderator_id)]


def of_others(
    connection: Connection, comment_id: sa.ColumnElement[str], moderator_id: str
) -> sa.Exists:
    """The condition that somebody else has claimed the comment of a query, or has it open."""
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
