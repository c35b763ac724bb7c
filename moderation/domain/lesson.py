"""What a site's moderators have taught the spam score: feedback, and the lessons made of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from moderation.domain.decision import Decision, opinion_of
from moderation.domain.reputation import Opinion
from moderation.domain.score import Signal

# A person's word teaches a minute after it was given: until then a slip can be undone. Milliseconds.
LESSON_DELAY_MS = 60_000
# Of one moderator's decisions of one day, so much weight is learned and no more. A decision weighs 1
# at most. A busy day of one person is some hundred decisions; a script that has taken over an account
# makes thousands.
DAILY_WEIGHT = 200.0
DAY = 86_400_000  # ms


def says_spam(decision: Decision) -> bool | None:
    """What a decision teaches: spam, not spam, or (None) neither.

    Only a person's word counts. A rejection says nothing of spam unless that was its reason, nor
    does holding.
    """
    word = opinion_of(decision)
    return None if word in (None, Opinion.REJECTED) else word is Opinion.SPAM


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing a person said of a comment, and the comment as it was then.

    is_spam: None where the decision says neither (hold, reject). teacher: the moderator's id.
    weight, version: how much it was learned and in which lesson; 0 and 0 until it is.
    text: None or '' where the comment was erased. known: what the scorers had measured.
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
    known: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One version of what a site has learned.

    version: 1, 2, 3 ... per site. decisions: how many are in it. spam: how many of them said spam.
    model: the prior it adds to. delta: what is added to the prior's weights (scorers/learned.py).
    undone: the version whose learning this one takes back, 0 where it learned.
    """

    site_id: str
    version: int
    model: str
    decisions: int
    spam: int
    created_at: int
    undone: int = 0
    delta: bytes = field(default=b"", repr=False)


class Lessons(Protocol):
    """Finds the newest lesson of each of the sites; one that has learned nothing has none."""

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, Lesson]: ...


def no_lessons(site_ids: Collection[str]) -> Mapping[str, Lesson]:
    """Where there is no database to learn from."""
    return {}


def lesson_weight(rank: int, spent: float) -> float:
    """How much a decision is learned, 0..1.

    rank: how many of its kin (copies of one text, members of one campaign) were learned with the same
    word before; each weighs half of the one before it, so that a thousand copies weigh less than
    two. spent: what its teacher's decisions of that day weigh already.
    """
    return min(0.5**rank if rank < 32 else 0.0, max(0.0, DAILY_WEIGHT - spent))
