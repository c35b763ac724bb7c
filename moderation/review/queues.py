"""The moderators' queues, and everything that a moderator is shown of a comment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from moderation.domain.comment import Status
from moderation.domain.decision import (
    Decision,
)
from moderation.domain.errors import NotFound
from moderation.domain.score import Findings, Signal
from moderation.store import decisions, queues
from moderation.store.queues import QueueEntry
from moderation.store.sql.engine import Connection, Store

# The names of the queues, in the order people want them: what waits comes first.
QUEUE_ORDER = (Status.HELD, Status.PENDING, Status.APPROVED, Status.REJECTED, Status.SPAM)
# Queues of what waits for a person are worked off oldest first; the others are looked things up in.
_OLDEST_FIRST = {Status.HELD, Status.PENDING}


@dataclass(frozen=True, slots=True)
class CommentCard(QueueEntry):
    """All that a moderator is shown of a comment. decisions: first to last, the last one rules."""

    findings: Findings
    decisions: tuple[Decision, ...]

    @property
    def scores(self) -> dict[str, float]:
        return {one.name: one.value for one in self.findings.signals if one.is_score}

    @property
    def signals(self) -> tuple[Signal, ...]:
        return self.findings.signals

    @property
    def decision(self) -> Decision | None:
        return self.decisions[-1] if self.decisions else None


def _cards(connection: Connection, entries: Sequence[QueueEntry]) -> list[CommentCard]:
    ids = [one.id for one in entries]
    histories = decisions.histories(connection, ids)
    found = decisions.newest_findings(connection, ids)
    return [
        CommentCard(
            **{field.name: getattr(one, field.name) for field in fields(QueueEntry)},
            findings=found.get(one.id, Findings()),
            decisions=tuple(histories[one.id]),
        )
        for one in entries
    ]


def list_queue(
    store: Store,
    site_id: str,
    status: Status,
    after: str = "",
    limit: int = 25,
    reason: str = "",
    *,
    alone: bool = False,
) -> list[CommentCard]:
    """Up to `limit` cards of a queue past the comment `after`; '' from the beginning.

    Held and pending comments come oldest first, the others newest first. alone: without those that
    are decided with their campaign.
    """
    with store.read() as connection:
        entries = queues.by_status(
            connection,
            site_id,
            status,
            after=after,
            limit=limit,
            newest_first=status not in _OLDEST_FIRST,
            reason=reason,
            alone=alone,
        )
        return _cards(connection, entries)


def queue_counts(store: Store, site_id: str) -> dict[Status, int]:
    """How many comments each queue holds, counted up to queues.COUNT_LIMIT."""
    with store.read() as connection:
        return {status: queues.count(connection, site_id, status) for status in QUEUE_ORDER}


def get_card(store: Store, site_ids: Collection[str], comment_id: str) -> CommentCard:
    """One comment. Raises NotFound, alike for what is not there and for what is another site's."""
    with store.read() as connection:
        entry = queues.by_id(connection, comment_id, site_ids)
        if entry is None:
            raise NotFound("There is no such comment.")
        return _cards(connection, [entry])[0]
