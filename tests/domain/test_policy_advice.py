"""The advisor beside decisions whose truth is known: it is inside its interval as often as it says."""

import math
import random

from moderation.domain.backtest import Share
from moderation.domain.policy_advice import (
    Looked,
    Newest,
    advise,
    decisions_needed,
    in_words,
    missing_in_words,
)
from moderation.domain.weighted_share import weighted_share
from moderation.domain.wilson import wilson_interval

CUT = 0.6  # people remove nearly all above it, and few below


def removed_by_people(score: float) -> float:
    return 0.9 if score >= CUT else 0.004


def true_misses(threshold: float) -> float:
    """The share that people remove of scores spread evenly below a threshold."""
    above = max(0.0, threshold - CUT)
    return (0.9 * above + 0.004 * (threshold - above)) / threshold


def decided(count: int, chance: random.Random) -> list[Looked]:
    scores = [chance.random() for _ in range(count)]
    return [
        Looked(score, chance.random() < removed_by_people(score), chance.random() < 0.5)
        for score in scores
    ]


def test_the_truth_is_inside_the_interval_as_often_as_it_says():
    chance = random.Random(18)
    newest = Newest([n / 100 for n in range(100)], 3, 103)
    inside = advised = 0
    for _ in range(300):
        advice = advise("toxic", "toxicity", 0.5, decided(1_500, chance), newest)
        if advice.better is None:  # by chance too many misses in the half that chooses
            continue
        advised += 1
        low, high = advice.better.missed.interval
        inside += low <= true_misses(advice.better.threshold) <= high
        assert advice.better.threshold <= CUT + 0.04
    assert advised > 200
    # Of so many with 95 % each: fewer than 91 or more than 99 % would be chance once in a thousand.
    assert 0.91 <= inside / advised <= 0.99, inside / advised


IN_FORCE = 0.5
WEEKS = (600, 1_200, 2_400)  # comments, of which half is published
DRAWN = 200  # of each week's


def removed_if_seen(score: float) -> float:
    """People remove more of what is nearer to the threshold."""
    return 0.002 if score < IN_FORCE else removed_by_people(score) if score >= CUT else 0.03


def true_misses_if_seen(threshold: float) -> float:
    """The share that people would remove of scores spread evenly below a threshold of at least IN_FORCE."""
    near, above = min(threshold, CUT) - IN_FORCE, max(0.0, threshold - CUT)
    return (0.002 * IN_FORCE + 0.03 * near + 0.9 * above) / threshold


def seen_in_part(chance: random.Random) -> list[Looked]:
    """All that was held, and of what was published a sample of each week."""
    looked = []
    for week in WEEKS:
        scores = [chance.random() for _ in range(week)]
        published = [score for score in scores if score < IN_FORCE]
        drawn = chance.sample(published, DRAWN)
        stands_for = [(score, len(published) / DRAWN) for score in drawn]
        for score, weight in [*stands_for, *((each, None) for each in scores if each >= IN_FORCE)]:
            removed = chance.random() < removed_if_seen(score)
            looked.append(Looked(score, removed, chance.random() < 0.5, weight))
    return looked


def test_a_sample_counts_for_what_it_was_drawn_from():
    """Else what was held, and is seen whole, would say too much: nearly twice the misses."""
    newest = Newest([n / 100 for n in range(100)], 3, 103)
    inside = unweighted_inside = advised = 0
    for seed in range(300):
        looked = seen_in_part(random.Random(seed))
        advice = advise("toxic", "toxicity", IN_FORCE, looked, newest)
        if advice.better is None or advice.better.threshold < IN_FORCE:
            continue
        advised += 1
        truth = true_misses_if_seen(advice.better.threshold)
        low, high = advice.better.missed.interval
        inside += low <= truth <= high
        assert low <= advice.better.missed.share <= high
        below = [
            each.removed
            for each in looked
            if not each.chooses and each.score < advice.better.threshold
        ]
        low, high = Share(sum(below), len(below)).interval
        unweighted_inside += low <= truth <= high
    assert advised > 200
    # As above, and what is seen whole and in part is put together with a little room.
    assert 0.91 <= inside / advised <= 0.995, inside / advised
    assert unweighted_inside / advised < 0.8, unweighted_inside / advised


def test_a_weighted_share_by_hand():
    """40 seen whole with 10 hits; 20 drawn with 2 hits, each for 8: 10 + 16 of 40 + 160."""
    looked = [(n < 10, None) for n in range(40)] + [(n < 2, 8.0) for n in range(20)]
    found = weighted_share(looked)
    assert (found.hits, found.count, found.share) == (12, 60, 26 / 200)
    low, high = found.interval
    (whole_low, whole_high), (part_low, part_high) = wilson_interval(10, 40), wilson_interval(2, 20)
    assert math.isclose(
        0.13 - low, math.hypot(0.2 * (0.25 - whole_low), 0.8 * (0.1 - part_low)), rel_tol=1e-9
    )
    assert math.isclose(
        high - 0.13, math.hypot(0.2 * (whole_high - 0.25), 0.8 * (part_high - 0.1)), rel_tol=1e-9
    )
    assert weighted_share([(True, 0.0)]).share is None, "stands for nothing"
    alone = weighted_share(looked[:40])
    assert (alone.share, alone.interval) == (Share(10, 40).share, Share(10, 40).interval)
    assert (weighted_share([]).share, weighted_share([]).interval) == (None, None)
    # Unlike weights say as much as fewer like ones.
    unlike = weighted_share([(False, 1.0)] * 50 + [(False, 19.0)] * 50)
    like = weighted_share([(False, 10.0)] * 100)
    assert unlike.interval[1] > like.interval[1] and unlike.share == like.share == 0


def test_it_refuses_and_says_how_many_more():
    chance = random.Random(1)
    newest = Newest([], 0, 0)
    needed = 2 * decisions_needed(50)
    assert decisions_needed(50) == 189  # Wilson's upper bound of 0 of 189 is just below 2 %
    few = advise("toxic", "toxicity", 0.5, decided(100, chance), newest)
    assert (few.better, few.more_decisions) == (None, needed - 100)
    assert missing_in_words(few) == f"needs {needed - 100} more decisions by people"
    fine = [Looked(0.1, False, n % 2 == 0) for n in range(1_000)]
    only_fine = advise("toxic", "toxicity", 0.5, fine, newest)
    assert (only_fine.better, only_fine.more_removed) == (None, 20)
    bad = [Looked(n / 1_000, n % 3 == 0, n % 2 == 0) for n in range(1_000)]
    hopeless = advise("toxic", "toxicity", 0.5, bad, newest)
    assert (hopeless.better, hopeless.more_decisions, hopeless.more_removed) == (None, 0, 0)
    assert missing_in_words(hopeless) == "no threshold misses that little"


def test_it_says_what_it_holds_and_misses():
    looked = [Looked(0.1, n % 100 == 0, False) for n in range(1_000)]
    advice = advise("toxic", "toxicity", 0.72, looked, Newest([0.8] * 21, 10, 1_000))
    assert in_words(advice.now) == "hold at 0.72: 3.1 % held, misses 1 in 100 (95 %: 55 to 184)"
