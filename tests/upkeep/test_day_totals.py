"""Each day is counted once it can be, whatever became of its comments since: hand-counted, on both databases."""

import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.appeal import Answer
from moderation.domain.day_totals import BACK_DAYS, day_of, day_to_count, wait_step, waited
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS, HOUR_MS, MINUTE_MS
from moderation.intake.appeal import appeal
from moderation.judging.judge import judge
from moderation.review import appeals, decisions
from moderation.store import day_totals
from moderation.upkeep.day_totals import count_days
from moderation.upkeep.erase import erase
from tests.factories import NOON, POLICY, hand_in, newspaper, panel, reply

DAY = day_of(NOON)
BEGINS = DAY * DAY_MS


def judged(store, site, *texts, at=NOON, **changes):
    ids = hand_in(store, *(reply(site, text, at=at, **changes) for text in texts))
    judge(
        store,
        panel(),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=500,
        now=lambda: at,
        entropy=os.urandom,
    )
    return ids


def decide(store, site, id, outcome, at, who="mod_1"):
    decisions.decide(store, who, {site.id}, id, outcome, now=at, entropy=os.urandom)


def count(store, now, part=2):
    """Counts all that is due; the days in their order."""
    return [day for day in count_days(store, lambda: now, part) if day is not None]


def totals(store, site, day=DAY):
    with store.read() as connection:
        return day_totals.of_site(connection, site.id, day, day).get(day, Counter())


def test_a_day_is_counted_as_one_would_by_hand(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    ids = judged(store, site, "bad one", "bad two", "bad three", "Fine.", "Well said.")
    judged(store, other, "bad")
    judged(store, site, "The day before.", at=BEGINS - HOUR_MS)
    decide(store, site, ids[0], Outcome.REJECT, NOON + HOUR_MS)
    decide(store, site, ids[1], Outcome.APPROVE, NOON + 2 * HOUR_MS, "mod_2")
    decide(store, site, ids[3], Outcome.SPAM, NOON + HOUR_MS)  # it did not wait
    decisions.undo(store, "mod_1", {site.id}, ids[3], 2, now=NOON + HOUR_MS, entropy=os.urandom)
    made = appeal(store, ids[0], "", now=NOON + HOUR_MS, entropy=os.urandom)
    appeals.decide(
        store,
        "mod_2",
        {site.id},
        made.id,
        Answer.OVERTURN,
        now=NOON + 3 * HOUR_MS,
        entropy=os.urandom,
    )
    assert count(store, NOON + 4 * HOUR_MS) == [DAY, DAY - 1]
    assert totals(store, site) == {
        "comments": 5,
        "machine.hold": 3,
        "machine.approve": 2,
        "reason.toxic": 3,
        "score.toxicity.9": 3,
        "score.toxicity.1": 2,
        "language.unknown": 5,
        "person.reject": 1,
        "person.approve": 2,
        "person.spam": 1,
        "by.mod_1": 2,
        "by.mod_2": 2,
        "reversed.mod_1": 1,
        f"wait.{wait_step(HOUR_MS)}": 1,
        f"wait.{wait_step(2 * HOUR_MS)}": 1,
        "appeal.made": 1,
        "appeal.overturned": 1,
    }
    assert totals(store, other)["comments"] == 1
    assert totals(store, site, DAY - 1)["comments"] == 1
    with store.read() as connection:
        found = {each.site_id: each for each in day_totals.by_site(connection, {site.id}, DAY, DAY)}
    assert found == {site.id: day_totals.SiteTotals(site.id, 5, 3, 4)}


def test_counting_again_changes_nothing_and_what_is_erased_stays_counted(store):
    site = newspaper(store)
    ids = judged(store, site, "bad", "Fine.", "Fine, too.")
    decide(store, site, ids[0], Outcome.REJECT, NOON + HOUR_MS)
    assert count(store, NOON + 2 * HOUR_MS) == [DAY]
    before = totals(store, site)
    assert count(store, NOON + 2 * HOUR_MS + 1) == []
    assert count(store, NOON + 3 * HOUR_MS, part=2_000) == [DAY]
    assert totals(store, site) == before
    for id in ids:
        erase(store, {site.id}, id, now=NOON + 4 * HOUR_MS, entropy=os.urandom)
    assert count(store, NOON + 5 * HOUR_MS) == [DAY]
    assert totals(store, site) == before


def test_who_stops_in_the_middle_of_a_day_begins_it_again(store):
    site = newspaper(store)
    judged(store, site, *["Fine."] * 5)
    begun = count_days(store, lambda: NOON + 1, 2)
    assert next(begun) is None
    begun.close()
    assert totals(store, site) == {}
    assert count(store, NOON + 1) == [DAY]
    assert totals(store, site)["comments"] == 5


def test_a_day_that_is_over_is_counted_at_once_hourly_and_then_never_again(store):
    site = newspaper(store)
    judged(store, site, "Fine.")
    end = BEGINS + DAY_MS
    assert count(store, NOON + 1) == [DAY]
    assert count(store, NOON + 2) == []
    assert count(store, end + MINUTE_MS) == [DAY + 1, DAY]
    assert count(store, end + 2 * MINUTE_MS) == []
    assert count(store, end + 2 * HOUR_MS) == [DAY + 1, DAY]
    assert count(store, end + DAY_MS + MINUTE_MS) == [DAY + 2, DAY + 1, DAY]
    assert count(store, end + DAY_MS + 3 * HOUR_MS) == [DAY + 2, DAY + 1]
    judged(store, site, "Nobody counts this any more.", at=NOON + 1)
    count(store, end + 9 * DAY_MS)
    assert totals(store, site)["comments"] == 1


def test_years_are_not_counted_back():
    counted = {}
    now = NOON
    days = []
    while (day := day_to_count(counted, now, 0)) is not None:
        days.append(day)
        counted[day] = now
    assert days == list(range(DAY, DAY - BACK_DAYS - 1, -1))


@given(st.lists(st.integers(1_000, 30 * DAY_MS), min_size=1, max_size=200), st.floats(0.01, 1))
def test_the_time_within_which_a_share_was_decided_is_right_to_a_tenth(times, share):
    found = waited(Counter(map(wait_step, times)), share)
    true = sorted(times)[max(0, -(-round(share * len(times) * 1e9) // 10**9) - 1)]
    assert 0.91 * true <= found <= 1.1 * true or found / true == pytest.approx(1, abs=0.1)


def test_nobody_waited_for_nothing():
    assert waited({}, 0.5) is None
