"""Decisions: append-only, numbered per comment, the latest one rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.comment import Status
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.reputation import Said
from moderation.domain.score import Span


class Outcome(StrEnum):
    """What a policy or a moderator says."""

    APPROVE = "approve"
    HOLD = "hold"
    REJECT = "reject"
    SPAM = "spam"


STATUS_AFTER = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.HOLD: Status.HELD,
    Outcome.REJECT: Status.REJECTED,
    Outcome.SPAM: Status.SPAM,
}


class ActorKind(StrEnum):
    """Who may decide. A machine decision never replaces a moderator's."""

    POLICY = "policy"
    MODERATOR = "moderator"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Actor:
    """kind and id of who decided; version: the policy's content hash, '' for people."""

    kind: ActorKind
    id: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as one sentence and as data, so that a statement of reasons can be rebuilt (DSA Art. 17).

    code: stable ('toxic', 'links'); see ReasonCode for those that no policy gives. label, value, threshold: the signal that
    crossed a line, and the line. spans: where in the original text.
    """

    code: str
    message: str
    label: str = ""
    value: float | None = None
    threshold: float | None = None
    spans: tuple[Span, ...] = ()


def taking_back(sequence: int, message: str = "Taken back.") -> Reason:
    """The reason of a decision that takes the one with this sequence back."""
    return Reason(ReasonCode.TAKEN_BACK, message, value=float(sequence - 1))


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a comment's history. sequence: 1, 2, 3 ... without gaps per comment.

    created_at: milliseconds since 1970 UTC. revision: the revision that was judged.
    """

    comment_id: str
    sequence: int
    revision: int
    outcome: Outcome
    actor: Actor
    reasons: tuple[Reason, ...]
    created_at: int

    @property
    def status(self) -> Status:
        return STATUS_AFTER[self.outcome]


def taken_back_to(decision: Decision) -> int | None:
    """The sequence of the decision that counts again, 0 for none; None where it takes nothing back."""
    for reason in decision.reasons:
        if reason.code == ReasonCode.TAKEN_BACK and reason.value is not None:
            return int(reason.value)
    return None


def in_effect(history: Sequence[Decision]) -> Decision | None:
    """The decision that counts: the last, or the one that it goes back to; None where that is none.

    history: first to last.
    """
    known = {one.sequence: one for one in history}
    found = history[-1] if history else None
    while found is not None and (sequence := taken_back_to(found)) is not None:
        found = known.get(sequence)
    return found


def said(decision: Decision | None) -> Said | None:
    """What a decision says of whoever wrote; None for nothing: a machine's, an import's, one that holds."""
    if decision is None or decision.actor.kind is not ActorKind.MODERATOR:
        return None
    if decision.outcome is Outcome.SPAM or any(
        one.code == ReasonCode.SPAM for one in decision.reasons
    ):
        return Said.SPAM
    if decision.outcome is Outcome.REJECT:
        return Said.REJECTED
    return Said.APPROVED if decision.outcome is Outcome.APPROVE else None
