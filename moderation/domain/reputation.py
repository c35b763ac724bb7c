"""Reputation of authors, linked domains and networks, by what moderators decided about comments.

Counts of moderators' decisions, old ones weighing less, read as a Beta distribution (Jøsang and Ismail,
The Beta Reputation System, 2002). Its lower bound is used: one approval is not yet trust.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from moderation.domain.durations import DAY_MS

# Days until a decision counts half. Discourse, too, uses the last 100 days to decide who is trusted
# (its setting tl3_time_period).
HALF_LIFE_DAYS = 90
# Days until a decision is forgotten: by then it counts a sixteenth.
KEPT_DAYS = 4 * HALF_LIFE_DAYS
# A comment that the policy published counts as this much of one that a person approved.
PUBLISHED_WEIGHT = 0.5
# The true share is below the bound once in twenty times.
_CONFIDENCE_TAIL = 0.05


class SubjectKind(StrEnum):
    """What can have a reputation."""

    AUTHOR = "author"
    DOMAIN = "domain"
    NETWORK = "network"


class Opinion(StrEnum):
    """What a moderator's decision says about a comment and its author."""

    APPROVED = "approved"
    SPAM = "spam"
    REJECTED = "rejected"


class Subject(NamedTuple):
    """Whose reputation, on one site. name: a domain, else a keyed hash (store/sql/crypto.py)."""

    kind: SubjectKind
    site_id: str
    name: str

    @property
    def key(self) -> str:
        """The form in which it is stored."""
        return f"{self.kind.value} {self.site_id} {self.name}"


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What was decided in one week. number: weeks since 1970."""

    number: int
    approved: int = 0
    spam: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class ReputationScore:
    """A reputation now. approved, spam, rejected: numbers of decisions. good, bad: their weight, less
    with age. published: how many other senders' comments the policy has published, of a domain only.
    """

    approved: int = 0
    spam: int = 0
    rejected: int = 0
    good: float = 0.0
    bad: float = 0.0
    published: int = 0

    def __bool__(self) -> bool:
        return bool(self.approved or self.spam or self.rejected)

    @property
    def trust(self) -> float:
        """0..1: at least this share of the next comments will probably be approved."""
        return lower_bound(round(self.good, 2), round(self.bad, 2))

    @property
    def distrust(self) -> float:
        """0..1: at least this share of them will probably not."""
        return lower_bound(round(self.bad, 2), round(self.good, 2))

    @property
    def words(self) -> str:
        """'12 approved, 0 spam by your moderators'."""
        rejected = f", {self.rejected} rejected" if self.rejected else ""
        published = f", {self.published} published unasked" if self.published else ""
        return f"{self.approved} approved, {self.spam} spam{rejected} by your moderators{published}"

    def with_published(self, senders: int) -> "ReputationScore":
        """With what the policy published counted in its favour: each sender once."""
        good = self.good + PUBLISHED_WEIGHT * senders
        return replace(self, good=good, published=senders)


NO_REPUTATION = ReputationScore()


def reputation_score(kind: SubjectKind, weeks: Iterable[WeekCounts], now: int) -> ReputationScore:
    """The reputation from its weeks, by their weight now (ms).

    A rejection counts against the author only: an insult says nothing about a link or a network.
    """
    approved = spam = rejected = 0
    good = bad = 0.0
    for week in weeks:
        # From the middle of the week, in whole days: nothing changes between two comments of a day.
        age = max(0, now // DAY_MS - 7 * week.number - 3)
        weight = 2.0 ** (-age / HALF_LIFE_DAYS)
        approved += week.approved
        spam += week.spam
        rejected += week.rejected
        good += weight * week.approved
        bad += weight * (week.spam + (week.rejected if kind is SubjectKind.AUTHOR else 0))
    return ReputationScore(approved, spam, rejected, good, bad)


@lru_cache(maxsize=16_384)
def lower_bound(yes: float, no: float) -> float:
    """The 5 % quantile of Beta(1 + yes, 1 + no): the least that the share of yes probably is, after so many
    of each. 0 where there is no yes.
    """
    if yes <= 0:
        return 0.0
    a, b = 1 + yes, 1 + no
    if no <= 0:
        return float(_CONFIDENCE_TAIL ** (1 / a))
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        if _beta(a, b, middle) < _CONFIDENCE_TAIL:
            low = middle
        else:
            high = middle
    return low


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    # Lentz's method; within 1e-9 after some ten terms, of thousands of decisions after a hundred.
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 300):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            c, d = 1 + term / c, 1 / (1 + term * d)
            total *= c * d
        if abs(c * d - 1) < 1e-9:
            break
    return front * total / a
