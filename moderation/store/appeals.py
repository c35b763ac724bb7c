"""Appeals of writers and of those who sent notices, and what later decisions make of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.appeal import Appeal, AppealState
from moderation.domain.decision import Decision, Outcome
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import appeals


def add(connection: Connection, appeal: Appeal) -> None:
    insert_rows(connection, appeals, [row_of(appeal, appeals)])


def save(connection: Connection, appeal: Appeal) -> None:
    """Stores what became of an appeal."""
    connection.execute(
        sa.update(appeals).where(appeals.c.id == appeal.id).values(**row_of(appeal, appeals))
    )


def by_id(connection: Connection, appeal_id: str) -> Appeal | None:
    row = connection.execute(sa.select(appeals).where(appeals.c.id == appeal_id)).one_or_none()
    return _appeal(row) if row else None


def of_comments(connection: Connection, comment_ids: Sequence[str]) -> dict[str, list[Appeal]]:
    """The appeals of the writers of those of the comments that have some, first to last."""
    made = _of_comments(connection, comment_ids)
    by_writers = {id: [appeal for appeal in of if not appeal.notice_id] for id, of in made.items()}
    return {id: of_writer for id, of_writer in by_writers.items() if of_writer}


def of_notice(connection: Connection, comment_id: str, notice_id: str) -> list[Appeal]:
    """The appeals of the sender of a notice about this comment, first to last."""
    made = _of_comments(connection, [comment_id]).get(comment_id, [])
    return [appeal for appeal in made if appeal.notice_id == notice_id]


def _of_comments(connection: Connection, comment_ids: Sequence[str]) -> dict[str, list[Appeal]]:
    found: dict[str, list[Appeal]] = {}
    query = sa.select(appeals).where(appeals.c.comment_id.in_(comment_ids)).order_by(appeals.c.id)
    for row in connection.execute(query) if comment_ids else ():
        found.setdefault(row.comment_id, []).append(_appeal(row))
    return found


def of_site(
    connection: Connection, site_id: str, state: AppealState, after: str, limit: int
) -> list[Appeal]:
    """A site's appeals of one state, the oldest first, past the appeal `after`."""
    rows = connection.execute(
        sa.select(appeals)
        .where(appeals.c.site_id == site_id, appeals.c.state == state.value, appeals.c.id > after)
        .order_by(appeals.c.id)
        .limit(limit)
    )
    return [_appeal(row) for row in rows]


def settle(connection: Connection, new_decisions: Sequence[Decision]) -> None:
    """What new decisions, at most one for each comment, make of the appeals of these comments (Appeal.after)."""
    # Nobody appeals before the first decision.
    later = {decision.comment_id: decision for decision in new_decisions if decision.sequence > 1}
    for comment_id, of_comment in _of_comments(connection, sorted(later)).items():
        for appeal in of_comment:
            if (changed := appeal.after(later[comment_id])) != appeal:
                save(connection, changed)


def close(connection: Connection, comment_id: str, now: int) -> None:
    """Nobody answers an appeal any more about a comment that its writer has changed or withdrawn. now: ms."""
    connection.execute(
        sa.update(appeals)
        .where(appeals.c.comment_id == comment_id, appeals.c.state == AppealState.OPEN.value)
        .values(state=AppealState.CLOSED.value, answered_at=now)
    )


def _appeal(row: sa.Row[tuple[object, ...]]) -> Appeal:
    return record_of(Appeal, row, outcome=Outcome(row.outcome), state=AppealState(row.state))
