"""Second looks: a person's decision, or a comment with a known answer, put before another person who does not see it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.samples import Verdict
from moderation.domain.wilson import wilson_interval

DAYS = 90  # that the results are made of
KEPT_DAYS = 400
GOLDEN_LIMIT = 50  # asked of one person at once
SITTING_MS = 5 * 60_000  # who decides again within this has worked in between


class LookKind(StrEnum):
    """review: of somebody's decision, by any other person. golden: the answer is known; asked of one person."""

    REVIEW = "review"
    GOLDEN = "golden"


# What a decision comes to, as a verdict; to hold is neither.
SIDES = {
    Outcome.APPROVE: Verdict.PUBLISH,
    Outcome.REJECT: Verdict.REMOVE,
    Outcome.SPAM: Verdict.REMOVE,
}


def is_drawn(comment_id: str, sequence: int, share: int) -> bool:
    """Whether a decision is among those that get a second look. share: of all, 0..100. The same at every time and place."""
    digest = hashlib.sha256(f"{comment_id} {sequence}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * (1 << 32) // 100


def place(comment_id: str) -> bytes:
    """Where a comment stands among those that are looked at: not by its age, which would tell what kind of look it is."""
    return hashlib.sha256(comment_id.encode()).digest()


def check_share(share: int) -> int:
    """The same share. Raises Invalid where it is out of range."""
    if not 0 <= share <= 100:
        raise Invalid("A share is 0 to 100 %; 0 is none.", "/share")
    return share


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two verdicts agree beyond chance (Cohen 1960). pairs: how many; agreed: of these. value: -1..1, 1 is always, 0 no more than
    chance. interval: 95 %; that of the agreement (Wilson), with chance as it was counted. None where all said the same.
    """

    pairs: int
    agreed: int
    value: float | None
    interval: tuple[float, float] | None


def kappa(counts: Mapping[tuple[str, str], int]) -> Kappa:
    """counts: how often which pair of verdicts was given, (one's, the other's)."""
    pairs = sum(counts.values())
    agreed = sum(n for (one, other), n in counts.items() if one == other)
    if not pairs:
        return Kappa(0, 0, None, None)
    by_chance = sum(
        sum(n for (one, _), n in counts.items() if one == verdict)
        * sum(n for (_, other), n in counts.items() if other == verdict)
        for verdict in {verdict for pair in counts for verdict in pair}
    )
    expected = by_chance / pairs**2
    if by_chance == pairs**2:
        return Kappa(pairs, agreed, None, None)
    low, high = ((share - expected) / (1 - expected) for share in wilson_interval(agreed, pairs))
    return Kappa(
        pairs,
        agreed,
        (agreed / pairs - expected) / (1 - expected),
        (max(-1.0, low), min(1.0, high)),
    )
