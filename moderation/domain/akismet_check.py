"""Akismet checks: a site that stores its comments itself asks about one, and hears when the answer changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.comment import Status
from moderation.domain.decision import Reason
from moderation.domain.event import EventType
from moderation.domain.reason_codes import ReasonCode


class AkismetAnswer(StrEnum):
    """The answer to the client, in Akismet's terms; 'wait' where nothing final was decided yet."""

    SPAM = "true"
    HAM = "false"
    WAIT = "wait"


ANSWER_AFTER = {
    Status.PENDING: AkismetAnswer.WAIT,
    Status.HELD: AkismetAnswer.WAIT,
    Status.APPROVED: AkismetAnswer.HAM,
    Status.REJECTED: AkismetAnswer.SPAM,  # there is no third answer: what must not be shown counts as spam
    Status.SPAM: AkismetAnswer.SPAM,
    Status.WITHDRAWN: AkismetAnswer.SPAM,
    Status.ERASED: AkismetAnswer.SPAM,
}
# Answers that a client is sent later. None for a comment that is held now: Akismet has no answer for that.
FINAL_ANSWERS = {
    EventType.APPROVED: AkismetAnswer.HAM,
    EventType.REJECTED: AkismetAnswer.SPAM,
    EventType.SPAM: AkismetAnswer.SPAM,
}
# A client stores its comment after our answer and cannot match a later one before. Milliseconds.
VERDICT_DELAY_MS = 3_000

# The spam score from which nobody needs to see the comment. Of 12,852 honest comments outside its training
# none reaches it (the highest: 0.964); of known spam 46 % on YouTube, 37 % by SMS (python -m training.blatant).
BLATANT_SCORE = 0.98


@dataclass(frozen=True, slots=True)
class AkismetCheck:
    """One stored check. comment_id: the client knows it too.

    fingerprint: of the request. blog: the host that asked. post_id, parent_id: the client's numbers.
    endpoint_id: notified of later decisions, '' for none. created_at: ms.
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
    """The checks of one host in a month, and how often it reported a wrong answer."""

    blog: str
    calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0


def is_blatant(reasons: Sequence[Reason]) -> bool:
    """Whether a comment that a policy called spam, or rejected, may be dropped unseen.

    By its score, or by the policy's rule `blatant`: newsroom's is for known spam with a link, from
    somebody without a good reputation.
    """
    return any(
        reason.code == ReasonCode.BLATANT
        or (reason.label == "spam" and reason.value is not None and reason.value >= BLATANT_SCORE)
        for reason in reasons
    )
