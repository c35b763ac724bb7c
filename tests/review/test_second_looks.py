"""Second looks at decisions and golden items: who is asked, what is told and when, and what follows; nothing changes a comment."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from moderation.domain.backtest import Share
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS, MINUTE_MS
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import kappa
from moderation.review import agreement, decisions, second_looks
from moderation.store import memberships, moderators, queues
from moderation.store import second_looks as looks
from moderation.upkeep.day_totals import count_days
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from moderation.upkeep.samples import draw_reviews
from tests.accounts.test_audit import changed
from tests.factories import NOON, newspaper
from tests.upkeep.test_day_totals import judged

LATER = NOON + 5 * MINUTE_MS
DRAWN = LATER + 2 * MINUTE_MS


def decide(store, site, comment_id, outcome, by="mod_1", at=LATER):
    decisions.decide(store, by, {site.id}, comment_id, outcome, now=at, entropy=os.urandom)


def say(store, site, comment_id, verdict, by, at=DRAWN, **options):
    return second_looks.answer(store, site.id, comment_id, verdict, by, now=at, **options)


def waiting(store, site, who, **options):
    found = second_looks.next_blind(store, site.id, who, 50, now=DRAWN, **options)
    return {entry.id for entry in found}


def looked_at(store, site, at=NOON):
    """One decision that two others see otherwise: one open disagreement, whose id is answered, and one comment with a known answer."""
    agreement.set_share(store, site.id, 100, now=at)
    first, second = judged(store, site, "A bad look.", "Another bad look.", at=at)
    for id in (first, second):
        decide(store, site, id, Outcome.REJECT, at=at + 1)
    drawn_at = at + 2 * MINUTE_MS
    list(draw_reviews(store, drawn_at))
    say(store, site, first, Verdict.PUBLISH, "mod_2", drawn_at)
    say(store, site, second, Verdict.REMOVE, "mod_2", drawn_at)
    agreement.set_share(store, site.id, 0, now=drawn_at)
    [look] = agreement.agreement(store, site.id, now=drawn_at).disagreements
    return look.id


def test_kappa_is_as_cohen_counts_it():
    found = kappa({("publish", "publish"): 20, ("publish", "remove"): 5, ("remove", "publish"): 10, ("remove", "remove"): 15})  # fmt: skip
    assert (found.pairs, found.agreed) == (50, 35)
    assert found.value == pytest.approx(0.4)  # agreed 0.7, by chance 0.5
    low, high = found.interval
    assert low < 0.4 < high and (low, high) == pytest.approx((0.125, 0.618), abs=0.001)
    assert kappa({}).value is None and kappa({("publish", "publish"): 9}).value is None
    perfect = kappa({("publish", "publish"): 5, ("remove", "remove"): 5})
    assert perfect.value == 1 and perfect.interval[0] < 0.6, "ten pairs do not prove it"


def test_a_second_person_sees_no_decision_and_changes_nothing(store):
    site = newspaper(store)
    agreed, differs, undone = judged(store, site, "bad", "bad too", "worse, bad")
    decide(store, site, agreed, Outcome.REJECT, at=NOON + 1)
    assert list(draw_reviews(store, DRAWN)) == [], "off by default"
    agreement.set_share(store, site.id, 100, now=NOON + 2)
    decide(store, site, agreed, Outcome.SPAM)
    decide(store, site, differs, Outcome.APPROVE)
    decide(store, site, undone, Outcome.APPROVE)
    assert sum(draw_reviews(store, LATER)) == 0, "it may be taken back at once"
    assert sum(draw_reviews(store, DRAWN, part=1)) == 3
    assert sum(draw_reviews(store, DRAWN)) == 0, "once"
    decide(store, site, undone, Outcome.REJECT, by="mod_3", at=DRAWN)
    assert waiting(store, site, "mod_1") == set(), "not of one's own"
    assert waiting(store, site, "mod_2") == {agreed, differs}
    assert second_looks.count_waiting(store, site.id, "mod_2") == 2
    assert waiting(store, site, "mod_2", only_asked=True) == set()
    with pytest.raises(NotFound):
        second_looks.get_answered(store, site.id, agreed, "mod_2")
    with pytest.raises(NotFound):
        say(store, site, agreed, Verdict.REMOVE, "mod_1")
    said = say(store, site, agreed, Verdict.REMOVE, "mod_2")
    assert (said.kind, said.known, said.agrees) == ("review", Verdict.REMOVE, True)
    assert say(store, site, differs, Verdict.REMOVE, "mod_2").agrees is False
    with pytest.raises(NotFound):
        say(store, site, differs, Verdict.PUBLISH, "mod_4")
    with store.read() as connection:
        entries = queues.by_ids(connection, [agreed, differs])
    assert {each.id: each.status for each in entries} == {
        agreed: Status.SPAM,
        differs: Status.APPROVED,
    }
    found = agreement.agreement(store, site.id, now=DRAWN)
    assert (found.whole.pairs, found.whole.agreed) == (2, 1)
    [open_one] = found.disagreements
    assert (open_one.comment_id, open_one.decided_by, open_one.judged_by) == (
        differs,
        "mod_1",
        "mod_2",
    )
    with pytest.raises(Invalid):
        agreement.settle(store, site.id, open_one.id, Verdict.UNSURE, "mod_5")
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    with pytest.raises(NotFound):
        agreement.settle(store, other.id, open_one.id, Verdict.REMOVE, "mod_5")
    agreement.settle(store, site.id, open_one.id, Verdict.REMOVE, "mod_5")
    assert agreement.agreement(store, site.id, now=DRAWN).disagreements == []
    with pytest.raises(NotFound):
        agreement.settle(store, site.id, open_one.id, Verdict.REMOVE, "mod_5")
    before = {"decided": "publish", "decided_by": "mod_1"}
    before |= {"otherwise": "remove", "otherwise_by": "mod_2"}
    noted = [each for each in changed(store, site.id) if each[1] == "agreement.settled"]
    assert noted == [("mod_5", "agreement.settled", differs, before, {"right": "remove"})]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_of_two_who_answer_at_once_the_second_is_told(store):
    site = newspaper(store)
    agreement.set_share(store, site.id, 100, now=NOON)
    [comment] = judged(store, site, "A bad look.")
    decide(store, site, comment, Outcome.REJECT)
    list(draw_reviews(store, DRAWN))
    with store.read() as connection:
        [look] = looks.of_comment(connection, site.id, comment)
    with ThreadPoolExecutor() as pool:
        with store.write() as connection:
            assert looks.judge(connection, look.id, Verdict.REMOVE, "mod_2", DRAWN)
            second = pool.submit(say, store, site, comment, Verdict.PUBLISH, "mod_3")
            waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not connection.scalar(waits):
                assert not second.done()
        with pytest.raises(Conflict):
            second.result()


def test_a_verdict_about_what_has_changed_meanwhile_is_not_kept(store):
    site = newspaper(store)
    agreement.set_share(store, site.id, 100, now=NOON)
    [comment] = judged(store, site, "A bad look.")
    decide(store, site, comment, Outcome.REJECT)
    list(draw_reviews(store, DRAWN))
    with pytest.raises(NotFound):  # a trainee, who is asked about golden items alone
        say(store, site, comment, Verdict.REMOVE, "mod_2", only_asked=True)
    decide(store, site, comment, Outcome.APPROVE, by="mod_3", at=DRAWN)
    with pytest.raises(Conflict):
        say(store, site, comment, Verdict.REMOVE, "mod_2")
    with store.read() as connection:
        [look] = looks.of_comment(connection, site.id, comment)
    assert look.verdict == "" and look.judged_by == ""
    assert not agreement.agreement(store, site.id, now=DRAWN).disagreements


def test_the_share_is_a_share_and_does_not_depend_on_who_draws(store):
    site = newspaper(store)
    with pytest.raises(Invalid):
        agreement.set_share(store, site.id, 101, now=NOON)
    agreement.set_share(store, site.id, 30, now=NOON)
    for id in judged(store, site, *["bad"] * 60):
        decide(store, site, id, Outcome.REJECT)
    drawn = sum(draw_reviews(store, DRAWN, part=7))
    assert 5 < drawn < 35
    assert len(waiting(store, site, "mod_2")) == drawn


def test_golden_items_are_of_what_two_agree_about_and_look_like_all_others(store):
    site = newspaper(store)
    with store.write() as connection:
        bo = moderators.add(connection, "bo@herald.test", "", NOON, os.urandom)
        memberships.grant(connection, bo, site.id, "trainee")
    clock = {"now": DRAWN, "entropy": os.urandom}
    with pytest.raises(Conflict):
        agreement.ask_golden(store, site.id, bo, 5, **clock)
    looked_at(store, site)
    with pytest.raises(NotFound):
        agreement.ask_golden(store, site.id, "mod_nobody", 5, **clock)
    with pytest.raises(Invalid):
        agreement.ask_golden(store, site.id, bo, 51, **clock)
    assert agreement.ask_golden(store, site.id, bo, 5, **clock) == 1  # of the other one they differ
    with pytest.raises(Conflict):
        agreement.ask_golden(store, site.id, bo, 5, **clock)  # not the same again
    assert waiting(store, site, "mod_9") == set(), "asked of one person"
    [comment_id] = waiting(store, site, bo, only_asked=True)
    decide(store, site, comment_id, Outcome.APPROVE, by="mod_7", at=DRAWN)  # the answer stays known
    said = say(store, site, comment_id, Verdict.REMOVE, bo, only_asked=True)
    assert (said.kind, said.known, said.agrees) == ("golden", Verdict.REMOVE, True)
    assert second_looks.get_answered(store, site.id, comment_id, bo) == said
    with store.read() as connection:
        assert queues.by_id(connection, comment_id, [site.id]).status is Status.APPROVED
    people = {
        each.person_id: each for each in agreement.agreement(store, site.id, now=DRAWN).people
    }
    assert people[bo].golden == Share(1, 1) and people[bo].agreement.pairs == 0
    assert people["mod_2"].golden == Share(0, 0)


def test_what_is_erased_or_old_leaves_no_look(store):
    site = newspaper(store)
    agreement.set_share(store, site.id, 100, now=NOON)
    first, second = judged(store, site, "bad", "bad too")
    for id in (first, second):
        decide(store, site, id, Outcome.REJECT)
    list(draw_reviews(store, DRAWN))
    erase(store, {site.id}, first, now=DRAWN, entropy=os.urandom)
    assert waiting(store, site, "mod_2") == {second}
    purge(store, DRAWN + 401 * DAY_MS, 72)
    assert second_looks.count_waiting(store, site.id, "mod_2") == 0


def test_reversals_and_pace_are_counted_by_the_day(store):
    site = newspaper(store)
    ids = judged(store, site, *["bad"] * 5)
    for number, id in enumerate(ids):
        decide(store, site, id, Outcome.REJECT, at=LATER + number * 10_000)
    decide(store, site, ids[0], Outcome.APPROVE, by="mod_2", at=DRAWN)
    decide(store, site, ids[1], Outcome.SPAM, by="mod_2", at=DRAWN + 1)  # removed all the same
    decisions.undo(store, "mod_1", {site.id}, ids[2], now=DRAWN, entropy=os.urandom)  # one's own
    decisions.undo(store, "mod_3", {site.id}, ids[3], now=DRAWN, entropy=os.urandom)
    list(count_days(store, lambda: DRAWN + 1_000))
    people = {
        each.person_id: each for each in agreement.agreement(store, site.id, now=DRAWN).people
    }
    assert people["mod_1"].reversed == Share(2, 5)
    assert 9_000 < people["mod_1"].median_ms < 11_000
    assert people["mod_2"].reversed == Share(0, 2) and people["mod_2"].median_ms is None
    text = agreement.csv_of(list(people.values()), {"mod_1": "=ada@herald.test"})
    assert text.splitlines()[1].startswith("'=ada@herald.test,5,2,10,0,0,")
    assert len(text.splitlines()) == 2
