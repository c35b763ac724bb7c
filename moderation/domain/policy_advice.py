"""Which threshold a site's own decisions speak for: what it would hold, and how often it would miss."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.backtest import Share
from moderation.domain.weighted_share import WeightedShare, weighted_share
from moderation.domain.wilson import wilson_interval

MISSES = 50  # one in so many published comments may be one that people remove
REMOVED_NEEDED = 20  # with fewer nobody knows what the scores of bad comments are
STEPS = tuple(n / 50 for n in range(1, 50))


@dataclass(frozen=True, slots=True)
class Effect:
    """held: of the newest comments, those that the whole policy would hold or file with this threshold. missed: of the
    comments that it would publish, those that people would remove: by those that they looked at, each for as many as it stands for.
    """

    threshold: float
    held: Share
    missed: WeightedShare


@dataclass(frozen=True, slots=True)
class Advice:
    """code, signal: of the rule and its score. decisions, removed: those that say something about it. more_decisions,
    more_removed: so many are missing until there can be advice. now: the threshold in force. better: the one
    advised, None where none keeps to the rate of misses, or something is missing.
    """

    code: str
    signal: str
    decisions: int
    removed: int
    more_decisions: int
    more_removed: int
    now: Effect
    better: Effect | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A comment that a person decided about, which no other rule stops. chooses: whether it is one of the half that the
    threshold is chosen on; the interval comes from the other half, so that the choice does not flatter it. stands_for: how many
    comments of a week it was drawn from, of each that was looked at; None where all like it were looked at.
    """

    score: float
    removed: bool
    chooses: bool
    stands_for: float | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest comments. scores: of those that no other rule stops. stopped: by other rules. count: of all."""

    scores: Sequence[float]
    stopped: int
    count: int


def decisions_needed(misses: int) -> int:
    """How many decisions below a threshold can show at best, all approvals, that it misses at most one in `misses`."""
    count = 1
    while wilson_interval(0, count)[1] > 1 / misses:
        count += 1
    return count


def advise(
    code: str,
    signal: str,
    in_force: float,
    looked: Sequence[Looked],
    newest: Newest,
    misses: int = MISSES,
) -> Advice:
    """The highest threshold whose misses are, with 95 % certainty, at most one in `misses`, by the half that chooses."""
    removed = sum(each.removed for each in looked)
    missing = max(0, 2 * decisions_needed(misses) - len(looked))
    missing_removed = max(0, REMOVED_NEEDED - removed)

    def effect(threshold: float) -> Effect:
        held = newest.stopped + sum(score >= threshold for score in newest.scores)
        return Effect(
            threshold,
            Share(held, newest.count),
            _missed(looked, threshold, chooses=False),
        )

    better = None
    if not missing and not missing_removed:
        for threshold in reversed(STEPS):
            missed = _missed(looked, threshold, chooses=True)
            if missed.count and missed.interval and missed.interval[1] <= 1 / misses:
                better = effect(threshold)
                break
    return Advice(
        code, signal, len(looked), removed, missing, missing_removed, effect(in_force), better
    )


def _missed(looked: Sequence[Looked], threshold: float, *, chooses: bool) -> WeightedShare:
    return weighted_share(
        (each.removed, each.stands_for)
        for each in looked
        if each.chooses is chooses and each.score < threshold
    )


def in_words(effect: Effect) -> str:
    """'hold at 0.72: 3.1 % held, misses 1 in 240 (95 %: 180 to 330)'."""
    held, missed = effect.held.share, effect.missed
    said = f"hold at {effect.threshold:g}: {100 * (held or 0):.1f} % held"
    if not missed.count or missed.interval is None:
        return f"{said}; nobody decided about what it publishes"
    low, high = missed.interval
    if not missed.hits:
        return f"{said}, misses none of {missed.count:,} (95 %: at most 1 in {1 / high:,.0f})"
    one_in = f"{1 / (missed.share or 1):,.0f}"
    return f"{said}, misses 1 in {one_in} (95 %: {1 / high:,.0f} to {1 / low:,.0f})"


def missing_in_words(advice: Advice) -> str:
    """What there is no advice for, '' where there is."""
    if advice.more_decisions or advice.more_removed:
        decisions = f"{advice.more_decisions:,} more decisions" if advice.more_decisions else ""
        removed = f"{advice.more_removed:,} more removals" if advice.more_removed else ""
        return f"needs {' and '.join(filter(None, (decisions, removed)))} by people"
    return "" if advice.better else "no threshold misses that little"
