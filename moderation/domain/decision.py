"""Decisions: append-only, numbered per comment, the latest one rules."""

from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.comment import Status
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

    code: stable ('toxic', 'links', 'scorer_unavailable'). label, value, threshold: the signal that
    crossed a line, and the line. spans: where in the original text.
    """

    code: str
    message: str
    label: str = ""
    value: float | None = None
    threshold: float | None = None
    spans: tuple[Span, ...] = ()


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
