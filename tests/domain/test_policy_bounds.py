"""Bounds of a policy: how they are written, when they are met, and how many decisions are missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.backtest import Share
from moderation.domain.errors import Invalid
from moderation.domain.policy_bounds import Bound, MeasuredBound
from moderation.domain.wilson import wilson_interval
from moderation.policies import read_policy


def test_bounds_are_read_and_change_the_version():
    plain = read_policy('name = "x"\nbased_on = "newsroom"\n')
    bound = read_policy(
        'name = "x"\nbased_on = "newsroom"\n[bounds]\nwrongly_rejected = "1 in 200"\nwrongly_passed = "1 in 50"\n'
    )
    assert plain.bounds == ()
    assert bound.bounds == (Bound("wrongly_rejected", 200), Bound("wrongly_passed", 50))
    assert bound.version != plain.version and bound.rules == plain.rules


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("bounds = 3", "Line 2: 'bounds' is a table"),
        ("[bounds]\nwrongly_rejektet = '1 in 9'", "Line 3: A bound is one of wrongly_rejected"),
        ("[bounds]\nwrongly_passed = 0.01", 'Line 3: A bound is written "1 in 200"'),
        ("[bounds]\nwrongly_passed = '1 in 1'", "Line 3: "),
        ("[bounds]\nwrongly_passed = '2 in 100'", "Line 3: "),
    ],
)
def test_what_is_no_bound_is_told_with_its_line(table, says):
    with pytest.raises(Invalid, match="Line") as refused:
        read_policy(f'name = "x"\n{table}\n')
    assert refused.value.message.startswith(says)


def test_a_bound_is_met_by_the_upper_end_of_the_interval():
    few = MeasuredBound(Bound("wrongly_rejected", 200), Share(0, 100))
    assert not few.is_met, "none of 100 may still be 1 in 27"
    assert few.more_needed == 665  # 0 of 765: 3.8416 / 768.8416 is just within 1 in 200
    assert MeasuredBound(few.bound, Share(0, 765)).is_met
    assert not MeasuredBound(few.bound, Share(0, 764)).is_met
    assert "measured 0 of 100 decisions, at most 1 in 27.0" in few.in_words()
    assert "665 more decisions that agree with it are needed" in few.in_words()
    nobody = MeasuredBound(Bound("wrongly_passed", 50), Share(0, 0))
    assert "nobody has decided about any of it" in nobody.in_words()
    assert nobody.more_needed == 189


@given(st.integers(0, 40), st.integers(0, 2_000), st.integers(2, 2_000))
def test_so_many_more_decisions_are_enough_and_one_less_is_not(hits, right, one_in):
    measured = MeasuredBound(Bound("wrongly_passed", one_in), Share(hits, hits + right))
    needed = measured.more_needed
    assert (needed == 0) is measured.is_met
    if needed:
        count = hits + right + needed
        assert wilson_interval(hits, count)[1] <= 1 / one_in
        if count > 1:
            assert (
                wilson_interval(hits, count - 1)[1] > 1 / one_in
                if count - 1 >= max(1, hits)
                else True
            )


@given(st.integers(1, 5_000), st.data())
def test_the_interval_holds_the_share_and_narrows_with_more_of_the_same(count, data):
    hits = data.draw(st.integers(0, count))
    low, high = wilson_interval(hits, count)
    assert 0 <= low <= hits / count <= high <= 1
    wider = high - low
    low, high = wilson_interval(4 * hits, 4 * count)
    assert high - low < wider
