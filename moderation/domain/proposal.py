"""Proposals: what a trainee would decide about a comment, until another person has."""

from dataclasses import dataclass, replace
from enum import StrEnum

from moderation.domain.decision import ActorKind, Decision, Outcome


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    AGREED = "agreed"  # another person decided so
    OVERTURNED = "overturned"  # another person decided otherwise
    WITHDRAWN = "withdrawn"  # by whoever made it
    LAPSED = "lapsed"  # the comment was changed or withdrawn, or something else decided


@dataclass(frozen=True, slots=True)
class Proposal:
    """outcome, reason_code, sentence: as a decision would have them. revision: of the text it is about. answered_in: the
    sequence of the decision that ended it, None where none did. Times in ms.
    """

    id: str
    comment_id: str
    site_id: str
    moderator_id: str
    revision: int
    outcome: Outcome
    reason_code: str
    sentence: str
    created_at: int
    state: ProposalState = ProposalState.OPEN
    answered_in: int | None = None
    answered_by: str = ""
    answered_at: int | None = None

    def after(self, decision: Decision) -> "Proposal":
        """What a decision about the comment makes of it."""
        if self.state is not ProposalState.OPEN:
            return self
        is_of_another = (
            decision.actor.kind is ActorKind.MODERATOR and decision.actor.id != self.moderator_id
        )
        if not is_of_another:
            state = ProposalState.LAPSED
        elif decision.outcome is self.outcome:
            state = ProposalState.AGREED
        else:
            state = ProposalState.OVERTURNED
        return replace(
            self,
            state=state,
            answered_in=decision.sequence,
            answered_by=decision.actor.id if is_of_another else "",
            answered_at=decision.created_at,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Of somebody's proposals that other persons answered: how many they agreed with, and how many there were."""

    agreed: int
    answered: int
