"""Decisions: append-only, numbered per comment; the latest one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from moderation.domain.comment import Status
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.reputation import Opinion
from moderation.domain.score import Span


class Outcome(StrEnum):
    """What a policy or a moderator decides."""

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
    """Who decided. version: the policy's content hash, '' for people. scope: the part of the site that the policy is for, '' the whole."""

    kind: ActorKind
    id: str
    version: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as one sentence and as data, so that a statement of reasons can be rebuilt (DSA Art. 17).

    code: stable ('toxic', 'links'); see ReasonCode for those that no policy gives. label, value: the signal
    that reached the threshold. spans: where in the original text; spans_due: they are sought once nobody waits.
    """

    code: str
    message: str
    label: str = ""
    value: float | None = None
    threshold: float | None = None
    spans: tuple[Span, ...] = ()
    spans_due: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a comment's history. sequence: 1, 2, 3 ... per comment; its writer's changes take numbers, too.

    created_at: milliseconds since 1970 UTC. revision: the one that was judged. takes_back: the sequence of
    the decision that this one takes back, None for none. campaign_id, ruling: the campaign whose ruling
    made this decision, and that ruling's sequence; '' and None for none. branch_id, branch_sequence: the
    comment further up with which this reply was decided, and the sequence of the decision about that one. sentence: a
    moderator's, to the comment's writer; '' for none.
    """

    comment_id: str
    sequence: int
    revision: int
    outcome: Outcome
    actor: Actor
    reasons: tuple[Reason, ...]
    created_at: int
    takes_back: int | None = None
    campaign_id: str = ""
    ruling: int | None = None
    branch_id: str = ""
    branch_sequence: int | None = None
    sentence: str = ""

    @property
    def status(self) -> Status:
        return STATUS_AFTER[self.outcome]


class DecisionEntry(Protocol):
    """An entry of a comment's history, with as much of it as was read."""

    @property
    def sequence(self) -> int: ...

    @property
    def takes_back(self) -> int | None: ...


AnEntry = TypeVar("AnEntry", bound=DecisionEntry)


def in_effect(history: Sequence[AnEntry]) -> AnEntry | None:
    """The decision that counts: the last one or, where it takes another back, what counted before that.

    history: first to last. None where nothing counts.
    """
    decision = history[-1] if history else None
    if decision is None or decision.takes_back is None:
        return decision
    by_sequence = {decision.sequence: decision for decision in history}
    while decision is not None and decision.takes_back is not None:
        decision = by_sequence.get(decision.takes_back - 1)
    return decision


def in_effect_before(history: Sequence[Decision], sequence: int, revision: int) -> Decision | None:
    """The decision that counted before the one with this sequence; None where nothing did, and where what
    did is about another text than the comment has now. revision: the comment's newest.
    """
    before = in_effect([decision for decision in history if decision.sequence < sequence])
    return before if before and before.revision == revision else None


def text_since(history: Sequence[Decision], revision: int, sequence: int) -> int:
    """The number in a comment's history at which its writer gave it the text that it has; 0 for its first.

    revision, sequence: the comment's newest. The change comes right before the first decision about its text.
    """
    if revision == 1:
        return 0
    about_it = [decision.sequence for decision in history if decision.revision == revision]
    return min(about_it) - 1 if about_it else sequence


def opinion_of(decision: Decision | None) -> Opinion | None:
    """What a decision says about the comment; None where a machine or an import made it, it holds, or
    the comment was decided with the one it answers: that says nothing of its author.
    """
    if decision is None or decision.actor.kind is not ActorKind.MODERATOR or decision.branch_id:
        return None
    if decision.outcome is Outcome.SPAM or any(
        reason.code == ReasonCode.SPAM for reason in decision.reasons
    ):
        return Opinion.SPAM
    if decision.outcome is Outcome.REJECT:
        return Opinion.REJECTED
    return Opinion.APPROVED if decision.outcome is Outcome.APPROVE else None
