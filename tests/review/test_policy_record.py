"""Advice and errors from what people decided about stored comments, hand-counted."""

import os
from dataclasses import replace

import pytest
import sqlalchemy as sa

from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome, Reason
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.samples import Verdict, week_of
from moderation.intake.change import edit
from moderation.review import bulk, samples
from moderation.review.decisions import decide as decide_comment
from moderation.review.policy_advice import policy_advice
from moderation.review.policy_errors import Circumstance, csv_of, policy_errors
from moderation.store.decisions import reasons_json
from moderation.store.samples import Sampled, put
from moderation.store.samples import judge as judge_sampled
from moderation.store.sql.schema import decisions
from tests.factories import NOON, newspaper
from tests.review.test_policy_backtest import IN_FORCE, LATER, decide, judged


def test_the_errors_of_each_rule_are_counted(store):
    site = newspaper(store)
    texts = ["toxicity=0.9", "toxicity=0.85", "toxicity=0.9 links=2", "links=3 toxicity=0",
             "toxicity=0.7", "toxicity=0.1", "toxicity=0.2"]  # fmt: skip
    ids = judged(store, site, *texts)
    wrong, right, both, link, missed, fine, _ = ids
    for id, outcome in (
        (wrong, Outcome.APPROVE),
        (right, Outcome.REJECT),
        (both, Outcome.APPROVE),
        (link, Outcome.SPAM),
        (missed, Outcome.REJECT),
        (fine, Outcome.APPROVE),
    ):
        decide(store, site, id, outcome)
    found = policy_errors(store, site.id, IN_FORCE, now=LATER)
    assert (found.examined, found.complete) == (7, True)
    assert (found.wrongly_held, found.wrongly_passed) == (Share(2, 4), Share(1, 2))
    toxic, links = found.rules
    assert (toxic.code, toxic.fired, toxic.alone) == ("toxic", 3, 2)
    assert (toxic.wrongly_held, toxic.wrongly_passed) == (Share(1, 2), Share(1, 2))
    assert (links.code, links.fired, links.alone) == ("links", 2, 1)
    assert (links.wrongly_held, links.wrongly_passed) == (Share(0, 1), Share(0, 2))
    lines = csv_of(found, samples.estimate(store, site.id, now=LATER)).splitlines()
    assert lines[0].startswith("what,name,model,gave a reason,alone,wrongly held,wrongly held of")
    assert lines[1] == "policy,,,7,,2,4,0.15004,0.84996,1,2,0.09453,0.90547"
    assert lines[2] == "weekly sample,,,,,0,0,,,0,0,,"  # nobody has looked at any
    assert lines[3] == "rule,toxic,,3,2,1,2,0.09453,0.90547,1,2,0.09453,0.90547"
    assert [line.split(",")[:2] for line in lines[4:]] == [["rule", "links"]]
    cut = policy_errors(store, site.id, IN_FORCE, now=LATER, limit=3)
    assert (cut.examined, cut.complete) == (3, False)


def test_what_circumstances_held_is_no_error_of_a_rule(store):
    """In closed hours, on a premoderated page and below a held comment: nothing was found against these."""
    site = newspaper(store)
    ids = judged(store, site, *["toxicity=0.1"] * 5, "toxicity=0.9")
    codes = ("closed_hours", "closed_hours", "closed_hours", "premoderated", "parent_held")
    with store.write() as connection:
        for id, code in zip(ids, codes, strict=False):
            connection.execute(
                sa.update(decisions)
                .where(decisions.c.comment_id == id, decisions.c.sequence == 1)
                .values(
                    outcome="hold", reasons_json=reasons_json((Reason(code, "Held at this hour."),))
                )
            )
    decide(store, site, ids[0], Outcome.APPROVE)
    decide(store, site, ids[1], Outcome.REJECT)
    decide(store, site, ids[3], Outcome.APPROVE)
    decide(store, site, ids[5], Outcome.APPROVE)
    found = policy_errors(store, site.id, IN_FORCE, now=LATER)
    assert found.examined == 6
    assert (found.wrongly_held, found.wrongly_passed) == (Share(1, 1), Share(0, 0))
    assert [(rule.code, rule.alone) for rule in found.rules] == [("toxic", 1)]
    assert found.circumstances == (
        Circumstance("closed_hours", 3, Share(1, 2)),
        Circumstance("parent_held", 1, Share(0, 0)),
        Circumstance("premoderated", 1, Share(1, 1)),
    )
    lines = csv_of(found, samples.estimate(store, site.id, now=LATER)).splitlines()
    assert lines[-3].startswith("held without a rule,closed_hours,,3,3,1,2,")


def test_a_site_is_advised_by_its_own_decisions(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    for tenth in range(10):
        for digit in range(10):
            number = 10 * tenth + digit  # its id says which half a comment belongs to
            id = timed_id("cmt", NOON + number, number.to_bytes(10, "big"))
            judged(store, site, f"toxicity=0.{tenth}{digit}", id=id)
            decide(store, site, id, Outcome.REJECT if tenth >= 6 else Outcome.APPROVE)
    [stopped_anyway] = judged(store, site, "toxicity=0.1 links=2")
    decide(store, site, stopped_anyway, Outcome.REJECT)
    [advice] = policy_advice(store, site.id, IN_FORCE, now=LATER, misses=5)
    assert (advice.code, advice.signal) == ("toxic", "toxicity")
    assert (advice.decisions, advice.removed) == (100, 40)
    assert advice.now.held == Share(21, 101)
    assert advice.now.missed.hits > 0
    assert 0.5 <= advice.better.threshold <= 0.66
    assert policy_advice(store, other.id, IN_FORCE, now=LATER, misses=5)[0].more_decisions == 32
    assert policy_advice(store, site.id, IN_FORCE, now=LATER)[0].more_decisions == 278


def test_what_people_said_in_the_weekly_sample_counts_for_advice_as_well(store):
    """By hand: of five comments drawn one is published blind, one removed; neither who is unsure, nor another text, nor a later decision counts there."""
    site = newspaper(store)
    texts = ["toxicity=0.1", "toxicity=0.7", "toxicity=0.3", "toxicity=0.4", "toxicity=0.5"]
    ids = fine, bad, unsure, edited, decided = judged(store, site, *texts)
    waiting = [Sampled(id, site.id, 1, "approve", 1, 1) for id in ids]
    said = {fine: Verdict.PUBLISH, bad: Verdict.REMOVE, unsure: Verdict.UNSURE, edited: Verdict.REMOVE, decided: Verdict.REMOVE}  # fmt: skip
    with store.write() as connection:
        put(connection, site.id, 1, [replace(each, revision=2) if each.comment_id == edited else each for each in waiting], approved=5, removed=0, now=NOON)  # fmt: skip
        for id, verdict in said.items():
            judge_sampled(connection, id, verdict, "mod_1", NOON)
    [advice] = policy_advice(store, site.id, IN_FORCE, now=LATER)
    assert (advice.decisions, advice.removed) == (3, 2)
    decide(store, site, decided, Outcome.APPROVE)
    [advice] = policy_advice(store, site.id, IN_FORCE, now=LATER)
    assert (advice.decisions, advice.removed) == (3, 1)
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    assert policy_advice(store, other.id, IN_FORCE, now=LATER)[0].decisions == 0


DRAWN_AT = LATER + 1


def sampled(store, site, published, said, monkeypatch):
    """The first ones are drawn of all that was published in the week, one for each verdict; '' for none."""
    monkeypatch.setattr("moderation.review.policy_advice._chooses", lambda comment_id: False)
    week = week_of(NOON)
    drawn = [Sampled(id, site.id, week, "approve", 1, 1) for id in published[: len(said)]]
    with store.write() as connection:
        put(connection, site.id, week, drawn, approved=len(published), removed=0, now=DRAWN_AT)
        for id, verdict in zip(published, said, strict=False):
            if verdict:
                judge_sampled(connection, id, verdict, "mod_1", NOON)


def decide_late(store, site, id, outcome):
    late = {"now": DRAWN_AT + 1_000, "entropy": bytes}
    decide_comment(store, "mod_1", {site.id}, id, outcome, **late)


def advised(store, site):
    """Of how many decisions, how many removals, and what the threshold misses."""
    [advice] = policy_advice(store, site.id, IN_FORCE, now=DRAWN_AT + 2_000)
    missed = advice.now.missed
    return advice.decisions, advice.removed, (missed.hits, missed.count, missed.share)


def test_what_was_published_counts_for_as_much_as_it_was_drawn_from(store, monkeypatch):
    """By hand: of 12 published 4 are drawn, 3 looked at blind, the fourth and one that was not drawn reported and removed, which say
    nothing of the others. What was held counts once. Nor does a week count of which nothing was drawn.
    """
    site = newspaper(store)
    published = judged(store, site, *(f"toxicity=0.{n + 10}" for n in range(12)))
    held = judged(store, site, *["toxicity=0.9"] * 3)
    [before] = judged(store, site, "toxicity=0.2")
    decide(store, site, before, Outcome.REJECT)  # before the week was drawn: nothing stands for it
    said = [Verdict.PUBLISH, Verdict.PUBLISH, Verdict.REMOVE, ""]
    sampled(store, site, published, said, monkeypatch)
    for id in (published[3], published[7]):
        decide_late(store, site, id, Outcome.REJECT)
    for id in held:
        decide(store, site, id, Outcome.REJECT)
    old = timed_id("cmt", NOON - 30 * DAY_MS, bytes(10))
    judged(store, site, "toxicity=0.95", id=old, at=NOON - 30 * DAY_MS)
    decide(store, site, old, Outcome.APPROVE)
    # Of 12 published, of which 3 were looked at blind and are 4 each, and the one of before.
    assert advised(store, site) == (7, 5, (2, 4, 5 / 13))


def test_only_what_was_said_blind_stands_for_others(store, monkeypatch):
    """By hand: of 50 published one that was drawn is reported and removed before anybody looked, or one who looked was unsure."""
    site = newspaper(store)
    published = judged(store, site, *["toxicity=0.1"] * 50)
    sampled(store, site, published, ["", Verdict.UNSURE, Verdict.PUBLISH], monkeypatch)
    for id in published[:2]:
        decide_late(store, site, id, Outcome.REJECT)
    assert advised(store, site) == (1, 0, (0, 1, 0.0))


def test_a_week_is_shared_among_exactly_those_that_count(store, monkeypatch):
    """By hand: of 12 published 6 are drawn and looked at blind. Then many are decided at once, one is held, one is changed, one is
    decided about by itself, which says more. Five are left, each for 12 / 5.
    """
    site = newspaper(store)
    published = judged(store, site, *["toxicity=0.1"] * 12)
    [before] = judged(store, site, "toxicity=0.2")
    decide(store, site, before, Outcome.REJECT)  # for itself alone
    many, other, on_hold, changed, singly, _ = published[:6]
    sampled(store, site, published, [Verdict.REMOVE] * 2 + [Verdict.PUBLISH] * 4, monkeypatch)
    late = {"now": DRAWN_AT + 1_000, "entropy": bytes}
    bulk.start(store, "mod_1", site.id, [(many, 1), (other, 1)], Outcome.APPROVE, **late)
    decide_late(store, site, on_hold, Outcome.HOLD)
    edit(store, changed, "toxicity=0.1 links=1", now=NOON + 2_000, entropy=os.urandom)
    judged(store, site, "toxicity=0.1", now=NOON + 3_000)  # and the new text
    decide_late(store, site, singly, Outcome.REJECT)
    decisions, removed, (hits, count, share) = advised(store, site)
    assert (decisions, removed, hits, count) == (6, 4, 4, 6)
    assert share == pytest.approx((3 * 12 / 5 + 1) / 13)


@pytest.mark.parametrize("tick", [1, 2])
def test_a_decision_about_many_at_once_counts_for_none_of_them(store, tick):
    site = newspaper(store)
    ids = judged(store, site, "toxicity=0.9", "toxicity=0.9")
    clock = {"now": NOON + 5_000, "entropy": bytes}
    bulk.start(store, "mod_1", site.id, [(id, 1) for id in ids[:tick]], Outcome.REJECT, **clock)
    [advice] = policy_advice(store, site.id, IN_FORCE, now=LATER)
    assert advice.decisions == (1 if tick == 1 else 0)
