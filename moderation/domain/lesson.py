"""Lessons of the spam score: the feedback of a site's moderators, and what was learned from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from moderation.domain.decision import Decision, opinion_of
from moderation.domain.durations import MINUTE_MS
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.reputation import Opinion
from moderation.domain.score import Signal

# A decision is learned a minute after it was made: until then a mistake can be undone.
LESSON_DELAY_MS = MINUTE_MS
# The most weight that is learned from one moderator's decisions of one day; a decision weighs 1 at most.
# A busy moderator makes some hundred decisions a day; a script that has taken over an account makes
# thousands.
DAILY_WEIGHT = 200.0


def says_spam(decision: Decision) -> bool | None:
    """Whether a decision says spam or not spam; None where it says neither.

    Only a moderator's decision counts. A rejection says nothing about spam unless that was its reason;
    nor does holding.
    """
    opinion = opinion_of(decision)
    return None if opinion in (None, Opinion.REJECTED) else opinion is Opinion.SPAM


# Of a rejection for any other reason nothing is known: it may have been off topic.
_TOXIC_REASONS = frozenset(
    {
        "offensive",
        "personal_attack",
        "hate_speech",  # of the list that sites begin with
        "toxic",
        "severely_toxic",
        "insult",
        "obscene",
        "threat",
        "identity_attack",
        "toxic_here",
        "hate",
        "harassment",
        "abuse",
        "profanity",
    }
)
# Decided along with others, or not for how it is written.
_NOT_ABOUT_THE_TEXT = frozenset(
    {
        ReasonCode.BULK_DECIDED,
        ReasonCode.CAMPAIGN_DECIDED,
        ReasonCode.TAKEN_BACK,
        ReasonCode.SITE_SAID_SO,
    }
)


def says_toxic(decision: Decision) -> bool | None:
    """Whether a decision says that the text offends or that it does not; None where it says neither.

    Only a moderator's decision about this one comment counts. A rejection says so without a reason, or for one that
    is about how it is said. Spam and holding say nothing.
    """
    opinion = opinion_of(decision)
    codes = {reason.code for reason in decision.reasons}
    if codes & _NOT_ABOUT_THE_TEXT:
        return None
    if opinion is Opinion.APPROVED:
        return False
    is_meant = opinion is Opinion.REJECTED and (not codes or codes & _TOXIC_REASONS)
    return True if is_meant else None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A moderator's decision about a comment, with the comment as it was then.

    is_spam: None where the decision says neither (hold, reject). is_toxic: likewise (says_toxic). teacher: the moderator's id. kin: what
    its copies share: the campaign, or the text's group of duplicates. weight, version: with which weight
    and in which lesson it was learned; 0 and 0 before. text: None or '' where the comment was erased.
    signals: what the scorers had measured.
    """

    id: str
    comment_id: str
    is_spam: bool | None
    teacher: str
    created_at: int
    kin: str = ""
    weight: float = 0.0
    version: int = 0
    text: str | None = None
    signals: tuple[Signal, ...] = ()
    is_toxic: bool | None = None


RELEARNING = "relearning"  # in place of a prior: what stands is learned again behind the scenes


@dataclass(frozen=True, slots=True)
class Lesson:
    """One version of what a site has learned.

    version: 1, 2, 3 ... per site; 0 is not one yet (learning/relearning.py). decisions: how many were learned. spam: how many of them said spam.
    model: the prior that it changes; RELEARNING until that is known. delta: added to the prior's weights (scorers/spam/spam_model.py).
    undone: the version that this one takes back, 0 for none. toxicity: how this site's moderators see toxicity
    (scorers/site/taught_toxicity.py), b'' where they have taught too little.
    """

    site_id: str
    version: int
    model: str
    decisions: int
    spam: int
    created_at: int
    undone: int = 0
    delta: bytes = field(default=b"", repr=False)
    toxicity: bytes = field(default=b"", repr=False)


class Lessons(Protocol):
    """The newest lesson of each of these sites; a site that has learned nothing has none."""

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, Lesson]: ...


def no_lessons(site_ids: Collection[str]) -> Mapping[str, Lesson]:
    """For callers without a database."""
    return {}


def lesson_weight(rank: int, spent: float) -> float:
    """The weight with which a decision is learned, 0..1.

    rank: how many copies (of the text, or members of the campaign) were learned with the same opinion
    before; each weighs half of the one before it, so that a thousand copies weigh less than two.
    spent: the weight of that moderator's decisions of that day so far.
    """
    return min(0.5**rank if rank < 32 else 0.0, max(0.0, DAILY_WEIGHT - spent))
