"""Akismet checks: what was asked, what was answered, and how often the answer was wrong."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.akismet_check import (
    FINAL_ANSWERS,
    VERDICT_DELAY_MS,
    AkismetAnswer,
    AkismetCheck,
    CheckUsage,
)
from moderation.domain.event import Event, EventType, verdict_event
from moderation.store.sql.dialect import update_rows, upsert
from moderation.store.sql.rows import row_of
from moderation.store.sql.schema import checks


def put(connection: Connection, check: AkismetCheck, answer: AkismetAnswer) -> None:
    """Stores an answer. Asked again, the first answer stays, and `told` is what the client has heard last."""
    row = row_of(check, checks, answer=answer, told=answer, mistake="")
    connection.execute(upsert(connection, checks, "told", "endpoint_id"), row)


def find(connection: Connection, site_id: str, comment_id: str, fingerprint: str) -> str | None:
    """The comment that was asked about: the one named, else the latest with this content; None where
    there was none.
    """
    if comment_id:
        named = sa.select(checks.c.comment_id).where(
            checks.c.comment_id == comment_id, checks.c.site_id == site_id
        )
        if connection.execute(named).first():
            return comment_id
    same = (
        sa.select(checks.c.comment_id)
        .where(checks.c.site_id == site_id, checks.c.fingerprint == fingerprint)
        .order_by(checks.c.created_at.desc())
        .limit(1)
    )
    return connection.execute(same).scalar_one_or_none()


def pending_verdicts(
    connection: Connection, decided: Sequence[Event]
) -> list[tuple[Event, str, int]]:
    """The decisions that change an answer given before: the event for the client, its endpoint, and the
    time (ms) before which it is not sent. From here on the client counts as told.
    """
    answers = {
        event.comment_id: (event, FINAL_ANSWERS[EventType(event.type)])
        for event in decided
        if event.type in FINAL_ANSWERS
    }
    if not answers:
        return []
    rows = connection.execute(
        sa.select(checks).where(checks.c.comment_id.in_(answers), checks.c.endpoint_id != "")
    ).all()
    verdicts = []
    for row in rows:
        event, answer = answers[row.comment_id]
        if row.told != answer:
            verdict = verdict_event(
                event, answer=answer.value, post_id=row.post_id, parent_id=row.parent_id
            )
            verdicts.append((verdict, row.endpoint_id, row.created_at + VERDICT_DELAY_MS))
    now_told = [
        {"comment_id": event.comment_id, "told": answers[event.comment_id][1].value}
        for event, _, _ in verdicts
    ]
    update_rows(connection, checks, "comment_id", now_told)
    return verdicts


def correct(connection: Connection, comment_id: str, right: AkismetAnswer) -> None:
    """The client reports the right answer; the first report that contradicts ours counts as a mistake."""
    wrong = "missed_spam" if right is AkismetAnswer.SPAM else "false_positive"
    mistaken = sa.and_(checks.c.told != right.value, checks.c.mistake == "")
    connection.execute(
        sa.update(checks)
        .where(checks.c.comment_id == comment_id)
        .values(told=right.value, mistake=sa.case((mistaken, wrong), else_=checks.c.mistake))
    )


def usage(connection: Connection, site_id: str, since: int, until: int) -> list[CheckUsage]:
    """What was asked from `since` to before `until` (ms), by the host that asked."""

    def count(column: sa.Column[str], value: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((column == value, 1), else_=0))

    rows = connection.execute(
        sa.select(
            checks.c.blog,
            sa.func.count(),
            count(checks.c.answer, AkismetAnswer.SPAM.value),
            sa.func.count() - count(checks.c.answer, AkismetAnswer.SPAM.value),
            count(checks.c.mistake, "missed_spam"),
            count(checks.c.mistake, "false_positive"),
        )
        .where(
            checks.c.site_id == site_id, checks.c.created_at >= since, checks.c.created_at < until
        )
        .group_by(checks.c.blog)
        .order_by(checks.c.blog)
    )
    return [CheckUsage(row[0], *(int(count) for count in row[1:])) for row in rows]


def count(connection: Connection, site_id: str, since: int) -> int:
    """How many comments were asked about since then (ms)."""
    query = sa.select(sa.func.count()).where(
        checks.c.site_id == site_id, checks.c.created_at >= since
    )
    return connection.execute(query).scalar_one()
