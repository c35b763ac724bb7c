"""A share of comments of which some were all looked at, and of others a sample: each counts for those that it stands for (Horvitz and Thompson 1952)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.domain.backtest import Share
from moderation.domain.wilson import wilson_interval


@dataclass(frozen=True, slots=True)
class WeightedShare(Share):
    """hits, count: of what was looked at. all_hits, all_count: of those among them that were looked at without a draw. weight,
    weight_of_hits, squares: of the others, the sums of their weights, of those of the hits, and of their squares.
    """

    all_hits: int
    all_count: int
    weight: float
    weight_of_hits: float
    squares: float

    @property
    def share(self) -> float | None:
        """Of all that these stand for; None where that is nothing."""
        whole = self.all_count + self.weight
        return (self.all_hits + self.weight_of_hits) / whole if whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 %: Wilson's of each of the two, put together by the squares of their reaches (Zou and Donner 2008).

        Comments with unlike weights say as much as fewer with like ones (Kish 1965).
        """
        share = self.share
        if share is None:
            return None
        low = high = 0.0
        parts: list[tuple[float, float, float]] = [(self.all_hits, self.all_count, self.all_count)]
        if self.squares:
            like = self.weight**2 / self.squares
            parts.append((like * self.weight_of_hits / self.weight, like, self.weight))
        whole = self.all_count + self.weight
        for hits, count, weight in parts:
            if count:
                of_part, (below, above) = hits / count, wilson_interval(hits, count)
                low += (weight / whole * (of_part - below)) ** 2
                high += (weight / whole * (above - of_part)) ** 2
        return max(0.0, share - math.sqrt(low)), min(1.0, share + math.sqrt(high))


def weighted_share(looked: Iterable[tuple[bool, float | None]]) -> WeightedShare:
    """looked: of each whether it is a hit, and how many comments it stands for; None where it stands for itself, for all like it were
    looked at.
    """
    hits = count = all_hits = all_count = 0
    weight = weight_of_hits = squares = 0.0
    for is_hit, stands_for in looked:
        hits += is_hit
        count += 1
        if stands_for is None:
            all_hits += is_hit
            all_count += 1
        else:
            weight += stands_for
            weight_of_hits += stands_for * is_hit
            squares += stands_for**2
    return WeightedShare(hits, count, all_hits, all_count, weight, weight_of_hits, squares)
