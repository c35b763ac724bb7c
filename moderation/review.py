"""The moderators' queues and their last word."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields

from moderation.domain.comment import Status
from moderation.domain.decision import (
    Actor,
    ActorKind,
    Decision,
    Outcome,
    Reason,
    in_effect_before,
)
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Findings, Signal
from moderation.record import record
from moderation.store import comments, decisions, queues
from moderation.store.decisions import Standing
from moderation.store.engine import Connection, Store
from moderation.store.queues import QueueEntry

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


def decide(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    outcome: Outcome,
    note_code: str = "",
    expected_sequence: int | None = None,
    *,
    now: int,
    entropy: Callable[[int], bytes],
) -> Decision:
    """A person's word: the next decision in the sequence, its event and deliveries, in one transaction.

    expected_sequence: of the decision the person saw; None decides whatever stands.
    note_code: a reason code the person chose, '' for none.
    Raises NotFound for what is not theirs, Conflict when somebody decided meanwhile.
    """
    with store.write() as connection:
        standing = _standing(connection, site_ids, comment_id, expected_sequence)
        decision = Decision(
            comment_id=comment_id,
            sequence=standing.sequence + 1,
            revision=standing.revision,
            outcome=outcome,
            actor=Actor(ActorKind.MODERATOR, moderator_id),
            reasons=(Reason(note_code, "Decided by a moderator."),) if note_code else (),
            created_at=now,
        )
        record(connection, [(decision, standing)], entropy)
    return decision


def undo(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    expected_sequence: int | None = None,
    *,
    now: int,
    entropy: Callable[[int], bytes],
) -> Decision:
    """Takes a person's last decision back: one more, with the outcome that was in effect before it.

    Held where nothing was. An undo is a decision, too: taking it back brings back what it took.
    expected_sequence: of the decision the person saw; None takes back the last one, whichever it is.
    Raises NotFound for what is not theirs, Conflict when somebody decided meanwhile, and where the last
    decision is a machine's or there is none.
    """
    with store.write() as connection:
        standing = _standing(connection, site_ids, comment_id, expected_sequence)
        history = decisions.histories(connection, [comment_id])[comment_id]
        if not history or history[-1].actor.kind is not ActorKind.MODERATOR:
            raise Conflict("There is no decision of a person to take back.")
        before = in_effect_before(history, standing.sequence)
        decision = Decision(
            comment_id=comment_id,
            sequence=standing.sequence + 1,
            revision=standing.revision,
            outcome=before.outcome if before else Outcome.HOLD,
            actor=Actor(ActorKind.MODERATOR, moderator_id),
            reasons=(Reason(ReasonCode.TAKEN_BACK, "Taken back."),),
            created_at=now,
            takes_back=standing.sequence,
        )
        record(connection, [(decision, standing)], entropy)
    return decision


def _standing(
    connection: Connection,
    site_ids: Collection[str],
    comment_id: str,
    expected_sequence: int | None,
) -> Standing:
    """The comment, locked, as somebody means to decide about it. Raises as decide does."""
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None or standing.site_id not in site_ids or standing.status is Status.ERASED:
        raise NotFound("There is no such comment.")
    if expected_sequence is not None and expected_sequence != standing.sequence:
        raise Conflict("Somebody has decided about this comment meanwhile.")
    return standing


@dataclass(frozen=True, slots=True)
class CommentStatus:
    """What the writer of a comment may know of it."""

    status: Status
    created_at: int


def get_status(store: Store, comment_id: str) -> CommentStatus | None:
    """Where a comment stands; None where there is none."""
    with store.read() as connection:
        row = comments.status_of(connection, comment_id)
    return CommentStatus(Status(row.status), row.created_at) if row else None
