"""Finds work that is due although its doorbell was lost."""

from dataclasses import dataclass

from moderation.store import bulk, deliveries, imported_comments, judging_queue
from moderation.store.sql.engine import Store


@dataclass(frozen=True, slots=True)
class Due:
    """Which doorbells must be rung."""

    judge: bool
    deliver: bool
    bulk: bool


def sweep(store: Store, now: int) -> Due:
    """Whether comments or deliveries are due at `now` (ms), including those whose lease has expired; imported comments that wait for their scores; and whether a
    decision about many comments is not done.
    """
    with store.read() as connection:
        return Due(
            judging_queue.is_due(connection, now) or imported_comments.is_unscored(connection, now),
            deliveries.is_due(connection, now),
            bool(bulk.unfinished(connection)),
        )
