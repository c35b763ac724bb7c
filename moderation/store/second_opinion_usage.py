"""What second opinions have cost, by day, and whether the endpoint is left alone for a while."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.durations import DAY_MS
from moderation.store.sql.dialect import increment_or_insert, insert_rows
from moderation.store.sql.schema import second_opinion_endpoints, second_opinion_usage

# Kinds beside those of Unanswered.
ASKED, ANSWERED, KNOWN, TOKENS, TOO_LONG = "asked", "answered", "known", "tokens", "too_long"
APPROVED = "approved"

FAILURES_TO_PAUSE = 5  # in a row
PAUSE_MS = 300_000
LONGEST_PAUSE_MS = 3_600_000  # whatever an endpoint asks for

_usage, _endpoints = second_opinion_usage.c, second_opinion_endpoints.c


class Budget(NamedTuple):
    """What may be used in one day (UTC)."""

    requests: int
    tokens: int


def spend(connection: Connection, budget: Budget, now: int) -> bool:
    """Takes one request from the day's budget; False where it is used up, or that of the tokens. now: ms."""
    day = now // DAY_MS
    note(connection, now, {ASKED: 0})
    if _of_day(connection, day).get(TOKENS, 0) >= budget.tokens:
        return False
    taken = connection.execute(
        sa.update(second_opinion_usage)
        .where(_usage.day == day, _usage.kind == ASKED, _usage.count < budget.requests)
        .values(count=_usage.count + 1)
    )
    return taken.rowcount == 1


def note(connection: Connection, now: int, counts: dict[str, int]) -> None:
    """Adds to the day's counts. now: ms."""
    rows = [
        {"day": now // DAY_MS, "kind": kind, "count": count}
        for kind, count in sorted(counts.items())
    ]
    increment_or_insert(connection, second_opinion_usage, rows, "count")


def left(connection: Connection, budget: Budget, now: int) -> Budget:
    """What is left of the day's budget."""
    used = _of_day(connection, now // DAY_MS)
    return Budget(
        max(0, budget.requests - used.get(ASKED, 0)), max(0, budget.tokens - used.get(TOKENS, 0))
    )


def _of_day(connection: Connection, day: int) -> dict[str, int]:
    query = sa.select(_usage.kind, _usage.count).where(_usage.day == day)
    return {row.kind: row[1] for row in connection.execute(query)}


def totals(connection: Connection) -> dict[str, int]:
    """All that is kept, by kind."""
    query = sa.select(_usage.kind, sa.func.sum(_usage.count).label("total")).group_by(_usage.kind)
    return {row.kind: int(row.total) for row in connection.execute(query)}


def paused_until(connection: Connection, model: str) -> int:
    """ms; 0 where the endpoint was never left alone."""
    query = sa.select(_endpoints.paused_until).where(_endpoints.model == model)
    return connection.scalar(query) or 0


def note_success(connection: Connection, model: str) -> None:
    connection.execute(
        sa.update(second_opinion_endpoints)
        .where(_endpoints.model == model, _endpoints.failures > 0)
        .values(failures=0)
    )


def note_failure(connection: Connection, model: str, now: int, retry_after: int | None) -> None:
    """After FAILURES_TO_PAUSE in a row, and wherever it asks for it, the endpoint is left alone. now, retry_after: ms."""
    row = {"model": model, "failures": 0, "paused_until": 0}
    insert_rows(connection, second_opinion_endpoints, [row], new_only=True)
    of_model = sa.update(second_opinion_endpoints).where(_endpoints.model == model)
    connection.execute(of_model.values(failures=_endpoints.failures + 1))
    if retry_after is not None:
        until = now + min(retry_after, LONGEST_PAUSE_MS)
        connection.execute(
            of_model.where(_endpoints.paused_until < until).values(paused_until=until)
        )
    # After the pause one more is enough.
    connection.execute(
        of_model.where(
            _endpoints.failures >= FAILURES_TO_PAUSE, _endpoints.paused_until < now + PAUSE_MS
        ).values(failures=FAILURES_TO_PAUSE - 1, paused_until=now + PAUSE_MS)
    )


def forget_old(connection: Connection, before: int) -> int:
    """Forgets the days before `before` (ms); returns how many counts."""
    old = sa.delete(second_opinion_usage).where(_usage.day < before // DAY_MS)
    return connection.execute(old).rowcount
