"""Checks: a site that keeps its comments itself asks what a comment is, and is told when that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.comment import Status
from moderation.domain.decision import Reason
from moderation.domain.event import EventType
from moderation.domain.reason_codes import ReasonCode


class AkismetAnswer(StrEnum):
    """What the client is told, in Akismet's words; 'wait' where nobody has had the last word."""

    SPAM = "true"
    HAM = "false"
    WAIT = "wait"


ANSWER_AFTER = {
    Status.PENDING: AkismetAnswer.WAIT,
    Status.HELD: AkismetAnswer.WAIT,
    Status.APPROVED: AkismetAnswer.HAM,
    Status.REJECTED: AkismetAnswer.SPAM,  # there is no third word: what may not be shown goes with the spam
    Status.SPAM: AkismetAnswer.SPAM,
    Status.ERASED: AkismetAnswer.SPAM,
}
# What a client is told later. That a comment is held now it is not: there is no word for it.
FINAL_ANSWERS = {
    EventType.APPROVED: AkismetAnswer.HAM,
    EventType.REJECTED: AkismetAnswer.SPAM,
    EventType.SPAM: AkismetAnswer.SPAM,
}
# A client stores its comment when it has its answer, and knows nothing of it before. Milliseconds.
ANSWER_TIMEOUT_MS = 3_000

# A spam score from which nobody needs to see the comment: of 12,852 honest ones that it never learned from
# none does (the highest: 0.964), and of known spam 46 % on YouTube, 37 % by SMS (python -m training.blatant).
BLATANT_SCORE = 0.98


@dataclass(frozen=True, slots=True)
class AkismetCheck:
    """One question, as it is kept. comment_id: also what the client knows it by.

    fingerprint: of what was asked. blog: the host that asked. post_id, parent_id: the client's own
    numbers. endpoint_id: who hears of later decisions, '' nobody. created_at: ms.
    """

    comment_id: str
    site_id: str
    fingerprint: str
    blog: str = ""
    post_id: str = ""
    parent_id: str = ""
    endpoint_id: str = ""
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class CheckUsage:
    """What one host asked in a month, and how often it said that the answer was wrong."""

    blog: str
    calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0


def is_blatant(reasons: Sequence[Reason]) -> bool:
    """Whether a comment that a policy called spam, or rejected, may be dropped unseen.

    By its score, or because the policy has a rule of that name: newsroom's is for known spam that links
    somewhere, from nobody with a good name.
    """
    return any(
        one.code == ReasonCode.BLATANT
        or (one.label == "spam" and one.value is not None and one.value >= BLATANT_SCORE)
        for one in reasons
    )
