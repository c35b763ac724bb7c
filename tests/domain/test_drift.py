"""Drift and alarms: by hand on small sets, and what chance alone does not set off."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.drift import (
    Alarm,
    alarms_of,
    has_left_band,
    has_shifted,
    stability_index,
)

HISTOGRAMS = st.lists(st.integers(0, 5_000), min_size=10, max_size=10)


def test_the_stability_index_is_the_sum_of_its_terms():
    # (31/41 - 11/41) ln(31/11) + (10/41 - 30/41) ln(10/30), with half a comment added to each step.
    expected = 20 / 41 * math.log(30.5 / 10.5) + -20 / 41 * math.log(10.5 / 30.5)
    assert stability_index((10, 30), (30, 10)) == pytest.approx(expected)
    assert stability_index((5, 5), (500, 500)) == pytest.approx(0, abs=1e-9)
    assert stability_index((0, 0), (1, 0)) is None


@given(HISTOGRAMS, HISTOGRAMS)
def test_the_stability_index_is_never_negative_and_the_same_both_ways(one, other):
    psi = stability_index(one, other)
    if psi is None:
        assert not sum(one) or not sum(other)
    else:
        assert psi >= -1e-9
        assert psi == pytest.approx(stability_index(other, one))


@pytest.mark.parametrize(
    ("hits", "count", "hits_before", "count_before", "left"),
    [
        (20, 1_000, 280, 28_000, True),  # 1 % to 2 %: 3.2 deviations of 3.15
        (19, 1_000, 280, 28_000, False),  # 2.9 deviations
        (130, 1_000, 2_800, 28_000, False),  # 3.2 deviations, but not half more
        (150, 1_000, 2_800, 28_000, True),
        (60, 1_000, 2_800, 28_000, True),  # fewer by more than a third
        (9, 1_000, 0, 28_000, False),  # new, but hardly any
        (10, 1_000, 0, 28_000, True),
        (50, 99, 280, 28_000, False),  # too few comments
        (50, 1_000, 0, 99, False),
    ],
)
def test_a_rate_leaves_its_band_by_chance_and_by_half(hits, count, hits_before, count_before, left):
    assert has_left_band(hits, count, hits_before, count_before) is left


def test_of_samples_of_one_distribution_hardly_any_have_shifted():
    """The alarm is by chance in fewer than one of a thousand days."""

    def is_alarm(seed):
        chance = random.Random(seed)
        weights = [chance.random() ** 4 + 0.001 for _ in range(10)]

        def sample(size):
            drawn = Counter(chance.choices(range(10), weights, k=size))
            return [drawn[step] for step in range(10)]

        return has_shifted(sample(3_000), sample(120))

    assert sum(map(is_alarm, range(5_000))) < 5


def test_a_day_is_compared_with_the_four_weeks_before_it_and_with_no_other():
    quiet = Counter({"machine.approve": 99, "machine.hold": 1, "reason.toxic": 1, "score.x.0": 100})
    loud = Counter(
        {"machine.approve": 70, "machine.hold": 30, "reason.toxic": 30, "score.x.9": 100}
    )
    of_day = dict.fromkeys(range(100, 140), quiet) | {140: loud} | {50: loud}
    assert alarms_of(139, of_day) == []
    rule, score = alarms_of(140, of_day)
    assert rule == Alarm(140, "rule", "toxic", 30, 100, 28, 2_800)
    assert (score.kind, score.name, score.count) == ("score", "x", 100)
    assert rule.in_words("toxicity") == (
        "The rule toxicity gave a reason for 30.0 % of 100 comments; in the four weeks before it was 1.0 %."
    )
    assert alarms_of(140, {140: loud}) == []  # there is nothing to compare with
    assert [
        each.hits for each in alarms_of(141, of_day | {141: Counter({"machine.approve": 900})})
    ] == [0]
