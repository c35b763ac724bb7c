"""Notices of illegal content (Art. 16 of the EU's Digital Services Act): somebody says why a comment is against the law,
and is told what was decided.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from moderation.domain.decision import ActorKind, Decision, Outcome

WHY_LIMIT = 5_000  # characters
# Of one comment that wait. More of them say nothing that these do not.
OPEN_LIMIT = 100


class NoticeState(StrEnum):
    """What became of a notice. gone: the comment was withdrawn or erased before anybody decided."""

    OPEN = "open"
    REMOVED = "removed"
    KEPT = "kept"
    GONE = "gone"


_AFTER = {
    Outcome.APPROVE: NoticeState.KEPT,
    Outcome.REJECT: NoticeState.REMOVED,
    Outcome.SPAM: NoticeState.REMOVED,
}


@dataclass(frozen=True, slots=True)
class LegalNotice:
    """name, email: of who sent it, '' forgotten, or not given as the law allows for child sexual abuse. revision: of the
    comment that was read. decided_in: the sequence of the decision that answered it, None for none. Times in ms.
    """

    id: str
    comment_id: str
    site_id: str
    revision: int
    name: str
    email: str
    why: str
    created_at: int
    state: NoticeState = NoticeState.OPEN
    decided_in: int | None = None
    decided_at: int | None = None

    def after(self, decision: Decision) -> "LegalNotice":
        """The notice after a decision about its comment: a person's answers it, and it waits again where that is taken back.

        A hold is not the last word.
        """
        if self.decided_in is not None and self.decided_in == decision.takes_back:
            return replace(self, state=NoticeState.OPEN, decided_in=None, decided_at=None)
        is_person = decision.actor.kind is ActorKind.MODERATOR and decision.takes_back is None
        if self.state is not NoticeState.OPEN or not is_person or decision.outcome not in _AFTER:
            return self
        return replace(
            self,
            state=_AFTER[decision.outcome],
            decided_in=decision.sequence,
            decided_at=decision.created_at,
        )
