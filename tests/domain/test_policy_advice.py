"""The advisor beside decisions whose truth is known: it is inside its interval as often as it says."""

import random

from moderation.domain.policy_advice import (
    Looked,
    Newest,
    advise,
    decisions_needed,
    in_words,
    missing_in_words,
)

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
