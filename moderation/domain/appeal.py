"""Appeals: a comment's writer asks another person to look again at a decision that keeps it from readers; or whoever
notified the site of illegal content, at one that left it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Decision, Outcome, in_effect
from moderation.domain.durations import HOUR_MS

TEXT_LIMIT = 2_000  # characters
NOTE_LIMIT = 2_000  # characters
# A hold is a queue, not yet a decision against the comment: after so long its writer need not wait on. ms
HELD_FOR = 24 * HOUR_MS

_REMOVALS = frozenset({Outcome.REJECT, Outcome.SPAM})
_ALIKE = (_REMOVALS, frozenset({Outcome.APPROVE}))
APPEALABLE = frozenset({Status.HELD, Status.REJECTED, Status.SPAM})


class AppealState(StrEnum):
    """What became of an appeal. closed: what it was about is over, and nobody answered it."""

    OPEN = "open"
    UPHELD = "upheld"  # the decision stands
    OVERTURNED = "overturned"  # the comment was approved; after a notice, rejected
    CLOSED = "closed"


class Answer(StrEnum):
    """What a person says to an appeal."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"


@dataclass(frozen=True, slots=True)
class Appeal:
    """sequence, outcome: of the decision that it is about. decider_id: who made that, '' for a machine. text: of whoever
    appealed, '' for none. answered_in: the sequence of the decision that ended it, None for none. answered_by: the person
    who did, '' for nobody. note: theirs to the person who appealed. notice_id: of the notice whose sender appeals, '' where the
    comment's writer does. Times in ms.
    """

    id: str
    comment_id: str
    site_id: str
    revision: int
    sequence: int
    outcome: Outcome
    decider_id: str
    text: str
    created_at: int
    state: AppealState = AppealState.OPEN
    answered_in: int | None = None
    answered_by: str = ""
    answered_at: int | None = None
    note: str = ""
    notice_id: str = ""

    @property
    def overturning(self) -> Outcome:
        """What is decided about the comment where the appeal is right."""
        return Outcome.REJECT if self.notice_id else Outcome.APPROVE

    def is_about(self, sequence: int) -> bool:
        """Whether nobody may appeal against the decision with this sequence (any more): it was, or it is the answer."""
        return self.state is AppealState.OPEN or self.answers_for(sequence)

    def answers_for(self, sequence: int) -> bool:
        """Whether it was made against the decision with this sequence, or that is its answer."""
        is_answer = self.state is AppealState.UPHELD and self.answered_in == sequence
        return self.sequence == sequence or is_answer

    def after(self, decision: Decision) -> "Appeal":
        """The appeal after a later decision about the comment, made without looking at it or in answer to it.

        Approving overturns a writer's; rejecting, or spam, that of a notice. Another person's word for word like the first
        upholds; whatever is neither ends it, and can be appealed itself. Neither a machine nor whoever decided first ends it. Once the decision that ended
        it is taken back, it waits again.
        """
        if self.answered_in is not None and self.answered_in == decision.takes_back:
            waiting = AppealState.OPEN
            return replace(
                self, state=waiting, answered_in=None, answered_by="", answered_at=None, note=""
            )
        if self.state is not AppealState.OPEN:
            return self
        is_person = decision.actor.kind is ActorKind.MODERATOR
        overturns = _REMOVALS if self.notice_id else {Outcome.APPROVE}
        if decision.outcome in overturns:
            state = AppealState.OVERTURNED
        elif not is_person or decision.takes_back or decision.actor.id == self.decider_id:
            return replace(self, sequence=decision.sequence, outcome=decision.outcome)
        elif any({decision.outcome, self.outcome} <= alike for alike in _ALIKE):
            state = AppealState.UPHELD
        else:
            state = AppealState.CLOSED
        return replace(
            self,
            state=state,
            answered_in=decision.sequence,
            answered_by=decision.actor.id if is_person else "",
            answered_at=decision.created_at,
        )


def decider_of(history: Sequence[Decision]) -> str:
    """The person whose decision is in effect, '' for a machine's. history: first to last."""
    decision = in_effect(history)
    is_person = decision is not None and decision.actor.kind is ActorKind.MODERATOR
    return decision.actor.id if decision is not None and is_person else ""


def appealable_from(outcome: Outcome, decided_at: int) -> int:
    """From when on (ms) a decision can be appealed. outcome: any but approve. decided_at: ms."""
    return decided_at + HELD_FOR if outcome is Outcome.HOLD else decided_at
