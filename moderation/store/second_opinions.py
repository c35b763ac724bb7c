"""Questions for second opinions and their answers: a row waits, is claimed, and is answered or given up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.second_opinion import Label, ModelOpinion
from moderation.store.sql.dialect import execute, fetch
from moderation.store.sql.schema import second_opinions

_rows = second_opinions.c


@dataclass(frozen=True, slots=True)
class Question:
    """A claimed one. due_at: until when it is claimed (ms), which tells whether it still is. attempts: this one included."""

    comment_id: str
    site_id: str
    revision: int
    past: bool
    due_at: int
    attempts: int


@dataclass(frozen=True, slots=True)
class StoredOpinion:
    """An answer. revision: of the text that it is about. sequence: of the comment when it came: who decided later may have read
    it. answered_at: ms.
    """

    comment_id: str
    revision: int
    model: str
    prompt_version: str
    opinion: ModelOpinion
    sequence: int
    answered_at: int


_FORGET_EARLIER = """
    DELETE FROM second_opinions WHERE comment_id AMONG :ids
    AND revision <> (SELECT c.revision FROM comments c WHERE c.id = second_opinions.comment_id)
"""
_ASK = """
    INSERT INTO second_opinions (comment_id, site_id, revision, past, due_at, attempts)
    SELECT c.id, c.site_id, c.revision, :past, CAST(:now AS bigint), 0
    FROM comments c JOIN second_opinion_sites s ON s.site_id = c.site_id WHERE c.id AMONG :ids
    ON CONFLICT (comment_id) DO UPDATE SET past = excluded.past, due_at = excluded.due_at, attempts = 0
    WHERE excluded.past
"""


def ask(
    connection: Connection, comment_ids: Collection[str], now: int, *, past: bool = False
) -> int:
    """Questions about the newest texts of those comments whose sites allow it; returns how many. now: ms.

    past: for a backtest, where it is asked anew; else what was asked about the same text stays.
    """
    if not comment_ids:
        return 0
    ids = sorted(comment_ids)
    execute(connection, _FORGET_EARLIER, ids=ids)
    return execute(connection, _ASK, ids=ids, now=now, past=past)


def is_due(connection: Connection, now: int) -> bool:
    """Whether a question waits. now: ms."""
    return _first_due(connection, now) is not None


def claim(connection: Connection, now: int, until: int) -> Question | None:
    """The question that waits longest, those for backtests last; nobody else gets it before `until` (ms)."""
    row = _first_due(connection, now)
    if row is None:
        return None
    comment_id, site_id, revision, past, due_at, attempts = row
    taken = connection.execute(
        sa.update(second_opinions)
        .where(_rows.comment_id == comment_id, _rows.due_at == due_at)
        .values(due_at=until, attempts=attempts + 1)
    )
    if taken.rowcount != 1:  # another courier was faster
        return None
    return Question(comment_id, site_id, revision, bool(past), until, attempts + 1)


def _first_due(connection: Connection, now: int) -> sa.Row[tuple[object, ...]] | None:
    query = (
        sa.select(*(_rows[name] for name in ("comment_id", "site_id", "revision")))
        .add_columns(_rows.past, _rows.due_at, _rows.attempts)
        .where(_rows.due_at.is_not(None), _rows.due_at <= now)
        .order_by(_rows.past, _rows.due_at, _rows.comment_id)
        .limit(1)
    )
    return connection.execute(query).first()


def drop(connection: Connection, question: Question) -> None:
    """Nobody wants to know it any more."""
    connection.execute(sa.delete(second_opinions).where(*_is_ours(question)))


def postpone(
    connection: Connection, question: Question, due_at: int | None, *, counted: bool = True
) -> None:
    """Hands a question back until `due_at` (ms); None gives it up. counted: whether the attempt was one."""
    connection.execute(
        sa.update(second_opinions)
        .where(*_is_ours(question))
        .values(due_at=due_at, attempts=question.attempts - (not counted))
    )


def answer(connection: Connection, question: Question, stored: StoredOpinion, digest: str) -> bool:
    """Keeps an answer; False where the question is not this claim's any more, as the text has changed."""
    opinion = stored.opinion
    kept = connection.execute(
        sa.update(second_opinions)
        .where(*_is_ours(question))
        .values(
            due_at=None,
            model=stored.model,
            prompt_version=stored.prompt_version,
            digest=digest,
            label=opinion.label.value,
            probability=opinion.probability,
            sentence=opinion.sentence,
            sequence=stored.sequence,
            answered_at=stored.answered_at,
        )
    )
    return kept.rowcount == 1


def _is_ours(question: Question) -> Sequence[sa.ColumnElement[bool]]:
    return (
        _rows.comment_id == question.comment_id,
        _rows.revision == question.revision,
        _rows.due_at == question.due_at,
    )


def known_answer(connection: Connection, digest: str) -> ModelOpinion | None:
    """The answer that the same question got before."""
    query = sa.select(_rows.label, _rows.probability, _rows.sentence)
    row = connection.execute(
        query.where(_rows.digest == digest, _rows.label != "").limit(1)
    ).first()
    return ModelOpinion(Label(row.label), row.probability, row.sentence) if row else None


def of_comments(connection: Connection, comment_ids: Collection[str]) -> dict[str, StoredOpinion]:
    """The answers about these comments, by comment; each may be about an earlier text."""
    if not comment_ids:
        return {}
    rows = fetch(connection, _ANSWERS, ids=list(comment_ids))
    return {
        id: StoredOpinion(
            id, revision, model, prompt, ModelOpinion(Label(label), *said), sequence, at
        )
        for id, revision, model, prompt, label, *said, sequence, at in rows
    }


_ANSWERS = """
    SELECT comment_id, revision, model, prompt_version, label, probability, sentence, sequence, answered_at
    FROM second_opinions WHERE comment_id AMONG :ids AND label <> ''
"""


def waiting(connection: Connection, site_id: str = "") -> int:
    """How many questions wait. site_id: '' of all sites."""
    query = sa.select(sa.func.count()).where(_rows.due_at.is_not(None))
    return connection.execute(
        query.where(_rows.site_id == site_id) if site_id else query
    ).scalar_one()


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """With the comments' texts."""
    ids = list(comment_ids)
    execute(connection, "DELETE FROM second_opinions WHERE comment_id AMONG :ids", ids=ids)


def forget_unasked(connection: Connection, site_id: str) -> None:
    """The questions of a site that wait."""
    connection.execute(
        sa.delete(second_opinions).where(_rows.site_id == site_id, _rows.due_at.is_not(None))
    )


def give_up(connection: Connection, before: int, limit: int) -> int:
    """Questions that wait since before `before` (ms) are not asked any more; returns how many, at most `limit`."""
    old = sa.select(_rows.comment_id).where(_rows.due_at < before).limit(limit)
    return connection.execute(sa.delete(second_opinions).where(_rows.comment_id.in_(old))).rowcount
