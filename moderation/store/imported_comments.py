"""Which comment each of another system's became, and replies whose parent is not there yet."""

from collections.abc import Collection, Sequence

from sqlalchemy.engine import Connection

from moderation.domain.ids import derived_id
from moderation.store.judging_queue import AT_ONCE
from moderation.store.sql.dialect import execute, fetch, insert_rows, update_rows
from moderation.store.sql.schema import comments, imported_comments


def row_id(site_id: str, source: str, id: str) -> str:
    """The row of a comment. source: the system it comes from. id: its own there."""
    return derived_id("imp", site_id, source, id)


def find(connection: Connection, row_ids: Collection[str]) -> dict[str, str]:
    """The comments that those of the rows that exist became, by row."""
    query = "SELECT id, comment_id FROM imported_comments WHERE id AMONG :ids"
    return dict(fetch(connection, query, ids=list(row_ids)))


def add(
    connection: Connection,
    site_id: str,
    rows: Sequence[tuple[str, str, str]],
    unscored: Collection[str] = (),
) -> bool:
    """Records rows: id, comment, and the row of its parent where that is missing. False where one was there.

    unscored: the comments that are to have scores.
    """
    added = insert_rows(
        connection,
        imported_comments,
        [
            {
                "id": id,
                "site_id": site_id,
                "comment_id": comment_id,
                "parent": parent,
                "score_due": AT_ONCE if comment_id in unscored else None,
                "score_attempts": 0,
            }
            for id, comment_id, parent in rows
        ],
        new_only=True,
    )
    return added == len(rows)


# Ids rise with time: a reply to what is newer could be a circle of replies.
_FOUND = """
    SELECT i.id, c.id, p.comment_id FROM imported_comments i
    JOIN imported_comments p ON p.id = i.parent
    JOIN comments c ON c.id = i.comment_id
    JOIN comments above ON above.id = p.comment_id
    WHERE i.site_id = :site AND i.parent != '' AND i.id > :after
    AND above.page_id = c.page_id AND above.id < c.id
    ORDER BY i.id LIMIT :limit
"""


def link_replies(connection: Connection, site_id: str, after: str, limit: int) -> str:
    """Makes replies of up to `limit` comments whose parents have come, past the row `after`; the last such row,
    '' where there was none.
    """
    found = fetch(connection, _FOUND, site=site_id, after=after, limit=limit)
    update_rows(
        connection, comments, "id", [{"id": id, "parent_id": parent} for _, id, parent in found]
    )
    update_rows(
        connection, imported_comments, "id", [{"id": row, "parent": ""} for row, _, _ in found]
    )
    return found[-1][0] if found else ""


def count_waiting(connection: Connection, site_id: str) -> int:
    """How many comments of a site answer one that has not come, or that they cannot stand below."""
    query = "SELECT count(*) FROM imported_comments WHERE site_id = :site AND parent != ''"
    return int(fetch(connection, query, site=site_id)[0][0])


def waiting(connection: Connection, row_ids: Collection[str]) -> set[str]:
    """Those of the rows whose parent has not come, or that cannot stand below it."""
    query = "SELECT id FROM imported_comments WHERE id AMONG :ids AND parent != ''"
    return {id for (id,) in fetch(connection, query, ids=list(row_ids))}


_UNSCORED = """
    SELECT id, comment_id, score_attempts FROM imported_comments WHERE score_due <= :now
    ORDER BY score_due, id LIMIT :limit
"""
_SKIPS = {"sqlite": "", "postgresql": " FOR UPDATE SKIP LOCKED"}
_FINISH = "UPDATE imported_comments SET score_due = NULL WHERE comment_id AMONG :ids"
_HAND_BACK = """
    UPDATE imported_comments SET score_due = 0, score_attempts = score_attempts - 1 WHERE comment_id AMONG :ids
"""


def claim_unscored(connection: Connection, now: int, until: int, limit: int) -> dict[str, int]:
    """Takes up to `limit` comments without scores until `until` (ms): their attempts, this one included, by id."""
    query = _UNSCORED + _SKIPS[connection.dialect.name]
    found = fetch(connection, query, now=now, limit=limit)
    taken = [
        {"id": row, "score_due": until, "score_attempts": attempts + 1}
        for row, _, attempts in found
    ]
    update_rows(connection, imported_comments, "id", taken)
    return {comment_id: attempts + 1 for _, comment_id, attempts in found}


def finish_scoring(connection: Connection, comment_ids: Collection[str]) -> None:
    """These wait no more, whether or not they were measured."""
    if comment_ids:
        execute(connection, _FINISH, ids=sorted(comment_ids))


def hand_back(connection: Connection, comment_ids: Collection[str]) -> None:
    """These were taken and not begun."""
    if comment_ids:
        execute(connection, _HAND_BACK, ids=sorted(comment_ids))


def is_unscored(connection: Connection, now: int) -> bool:
    """Whether a worker would find one to score."""
    return bool(fetch(connection, _UNSCORED, now=now, limit=1))
