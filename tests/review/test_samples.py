"""The weekly sample: drawn alike whenever it is drawn, judged blind, and what follows from the verdicts, hand-counted."""

import os

import pytest

from moderation.domain.backtest import Share
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS, WEEK_MS
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.samples import Verdict, begin_of, lot, week_of
from moderation.domain.second_looks import place
from moderation.review import decisions, samples
from moderation.review.second_looks import next_blind
from moderation.store import queues
from moderation.store import samples as stored
from moderation.upkeep.samples import draw_samples
from tests.factories import NOON, newspaper
from tests.review import test_policy_backtest
from tests.review.test_policy_backtest import policy
from tests.upkeep.test_day_totals import judged

MONDAY = begin_of(week_of(NOON) + 1)
WEEK = week_of(NOON)


def drawn(store, site):
    with store.read() as connection:
        return [each.comment_id for each in stored.waiting(connection, site.id, 1_000)]


def test_weeks_begin_on_monday():
    assert week_of(begin_of(100)) == 100 and week_of(begin_of(100) - 1) == 99
    assert begin_of(0) == 4 * DAY_MS  # 5 January 1970


def test_the_sample_is_the_smallest_lots_of_what_a_machine_alone_decided(store):
    site, off = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    ids = judged(store, site, *["Fine."] * 30)
    judged(store, site, "bad", "bad too")  # held: people look at these anyway
    judged(store, off, "Fine.")
    judged(store, site, "Next week.", at=MONDAY + 1)
    decisions.decide(
        store, "mod_1", {site.id}, ids[0], Outcome.APPROVE, now=NOON + 1, entropy=os.urandom
    )
    samples.set_size(store, off.id, 0)
    with pytest.raises(Invalid):
        samples.set_size(store, off.id, 501)
    assert sum(draw_samples(store, MONDAY + 1, part=7)) == 1
    expected = sorted(sorted(ids[1:], key=lambda id: lot(id, WEEK))[:10])
    assert drawn(store, site) == expected
    assert sum(draw_samples(store, MONDAY + DAY_MS)) == 0, "it is drawn"
    assert drawn(store, site) == expected and drawn(store, off) == []
    assert sum(draw_samples(store, MONDAY + WEEK_MS)) == 1
    assert len(drawn(store, site)) == 11


def test_a_verdict_changes_no_comment_and_is_given_once(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    ids = judged(store, site, *["Fine."] * 6)
    samples.set_size(store, site.id, 4)
    list(draw_samples(store, MONDAY))
    gone, *rest = drawn(store, site)
    decisions.decide(
        store, "mod_1", {site.id}, gone, Outcome.REJECT, now=MONDAY, entropy=os.urandom
    )
    unseen = next(id for id in ids if id not in (gone, *rest))
    said = [Verdict.REMOVE, Verdict.PUBLISH, Verdict.UNSURE]
    for id, verdict in zip(sorted(rest, key=place), said, strict=True):
        [entry] = next_blind(store, site.id, "mod_1", now=MONDAY)
        assert entry.id == id
        with pytest.raises(NotFound):  # nobody is told of what the machine made of it
            samples.get_sampled(store, site.id, id)
        assert samples.judge(store, site.id, id, verdict, "mod_1", now=MONDAY).machine == "approve"
        with pytest.raises(Conflict):
            samples.judge(store, site.id, id, Verdict.PUBLISH, "mod_2", now=MONDAY)
    assert next_blind(store, site.id, "mod_1", now=MONDAY) == []
    for id, site_id in ((unseen, site.id), (rest[0], other.id)):
        with pytest.raises(NotFound):
            samples.judge(store, site_id, id, Verdict.PUBLISH, "mod_1", now=MONDAY)
    with store.read() as connection:
        assert {each.status for each in queues.by_ids(connection, rest)} == {Status.APPROVED}
    found = samples.estimate(store, site.id, now=MONDAY)
    assert (found.wrongly_passed, found.wrongly_rejected) == (Share(1, 2), Share(0, 0))
    assert (found.unsure, found.gone, found.waiting, found.size) == (1, 1, 0, 4)
    assert samples.estimate(store, site.id, now=MONDAY + 12 * WEEK_MS).wrongly_passed == Share(0, 0)


def test_what_a_machine_rejected_is_sampled_as_well(store):
    site = newspaper(store)
    texts = ("toxicity=0.9", "toxicity=0.95", "toxicity=0.1")
    ids = test_policy_backtest.judged(store, site, *texts, by=policy(outcome="reject"))
    list(draw_samples(store, MONDAY))
    for id, verdict in zip(ids, [Verdict.PUBLISH, Verdict.REMOVE, Verdict.PUBLISH], strict=True):
        samples.judge(store, site.id, id, verdict, "mod_1", now=MONDAY)
    found = samples.estimate(store, site.id, now=MONDAY)
    assert (found.wrongly_passed, found.wrongly_rejected) == (Share(0, 1), Share(1, 2))
