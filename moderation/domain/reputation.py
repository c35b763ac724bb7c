"""Reputation: what people have decided about an author's comments, a domain's links, a network's writers.

Counts of people's decisions, old ones counting less, read as a Beta distribution (Jøsang and Ismail,
The Beta Reputation System, 2002). What counts is the lower bound: one approval is not yet trust.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

DAY = 86_400_000  # ms
WEEK = 7 * DAY
# Days until a decision counts half. Discourse, too, looks at the last 100 days to say who is trusted
# (its setting tl3_time_period).
HALF_LIFE_DAYS = 90
# Days until it is forgotten: by then it counts a sixteenth.
KEPT_DAYS = 4 * HALF_LIFE_DAYS
# The true share lies below the bound once in twenty times.
_CONFIDENCE_TAIL = 0.05


class SubjectKind(StrEnum):
    """Of whom or what there is a reputation."""

    AUTHOR = "author"
    DOMAIN = "domain"
    NETWORK = "network"


class Opinion(StrEnum):
    """What a person's decision says of a comment."""

    APPROVED = "approved"
    SPAM = "spam"
    REJECTED = "rejected"


class Subject(NamedTuple):
    """Whose reputation, on one site. name: a domain, else a keyed hash (store/seal.py)."""

    kind: SubjectKind
    site_id: str
    name: str

    @property
    def key(self) -> str:
        """How it is stored."""
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
    """A reputation as it stands. approved, spam, rejected: decisions, each counting one. good, bad: what
    they weigh by their age.
    """

    approved: int = 0
    spam: int = 0
    rejected: int = 0
    good: float = 0.0
    bad: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.approved or self.spam or self.rejected)

    @property
    def trust(self) -> float:
        """0..1: at least this share of what comes next will be approved, as far as one can tell."""
        return lower_bound(round(self.good, 2), round(self.bad, 2))

    @property
    def distrust(self) -> float:
        """0..1: at least this share will not."""
        return lower_bound(round(self.bad, 2), round(self.good, 2))

    @property
    def words(self) -> str:
        """'12 approved, 0 spam by your moderators'."""
        rejected = f", {self.rejected} rejected" if self.rejected else ""
        return f"{self.approved} approved, {self.spam} spam{rejected} by your moderators"


NO_REPUTATION = ReputationScore()


def reputation_score(kind: SubjectKind, weeks: Iterable[WeekCounts], now: int) -> ReputationScore:
    """Adds up the weeks as they weigh now (ms).

    A rejection counts against its author alone: an insult says nothing of a link, nor of a network.
    """
    approved = spam = rejected = 0
    good = bad = 0.0
    for one in weeks:
        # From the middle of the week, in whole days: nothing changes between two comments of a day.
        age = max(0, now // DAY - 7 * one.number - 3)
        weight = 2.0 ** (-age / HALF_LIFE_DAYS)
        approved += one.approved
        spam += one.spam
        rejected += one.rejected
        good += weight * one.approved
        bad += weight * (one.spam + (one.rejected if kind is SubjectKind.AUTHOR else 0))
    return ReputationScore(approved, spam, rejected, good, bad)


@lru_cache(maxsize=16_384)
def lower_bound(many: float, few: float) -> float:
    """The 5 % quantile of Beta(1 + many, 1 + few): what a share is at least, after so many for it
    and so few against it. 0 where there is nothing for it.
    """
    if many <= 0:
        return 0.0
    a, b = 1 + many, 1 + few
    if few <= 0:
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
