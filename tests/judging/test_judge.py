"""Judging: what fails never approves, what was lost is found, a person's word stands."""

import json
import os
import threading

import pytest
import sqlalchemy as sa

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.judging.judge import RETRY_AFTER, judge
from moderation.judging.verdicts import MAX_ATTEMPTS
from moderation.review import decisions
from moderation.store import judging_queue
from moderation.store.sql import dialect
from moderation.store.sql.database_clock import DatabaseClock
from moderation.store.sql.schema import decisions as decision_rows
from moderation.store.sql.schema import findings, pages, pending, sites
from tests.factories import NOON, POLICY, Scripted, card, hand_in, newspaper, panel, reply

MINUTE = 60_000


def run(store, *scorers, at=NOON + 1_000, lease="w1", limit=50, timeout=5.0):
    return judge(
        store,
        panel(*scorers, timeout=timeout),
        POLICY,
        lease=lease,
        lease_ms=MINUTE,
        limit=limit,
        now=lambda: at,
        entropy=os.urandom,
    )


def waiting(store):
    with store.read() as connection:
        return list(connection.execute(sa.select(pending)))


def test_what_is_harmless_is_approved_and_what_is_not_is_held_with_its_reason(store):
    site = newspaper(store)
    good, bad = hand_in(store, reply(site, "Well said."), reply(site, "You bad man."))
    judged = run(store)
    assert (judged.claimed, judged.decided) == (2, 2)
    assert card(store, site, good).status is Status.APPROVED
    held = card(store, site, bad)
    assert held.status is Status.HELD
    [reason] = held.decision.reasons
    assert (reason.code, reason.label, reason.value, reason.threshold) == (
        "toxic",
        "toxicity",
        0.9,
        0.8,
    )
    assert [held.text[span.start : span.end] for span in reason.spans] == ["bad"]
    assert held.decision.actor.kind is ActorKind.POLICY
    assert held.decision.actor.version == POLICY.version
    [score] = held.signals
    assert (score.model, score.sha256) == ("script-1", "0" * 64)
    assert waiting(store) == []


@pytest.mark.parametrize("mood", ["missing", "broken", "nan"])
def test_a_scorer_that_fails_holds_and_is_asked_again(store, mood):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site, "Well said."))
    scorer = Scripted(mood)
    run(store, scorer)
    first = card(store, site, comment_id)
    assert first.status is Status.HELD
    assert [reason.code for reason in first.decision.reasons] == ["scorer_unavailable"]
    assert run(store, scorer).claimed == 0  # not before its time
    scorer.mood = "well"
    run(store, scorer, at=NOON + 1_000 + RETRY_AFTER[0])
    healed = card(store, site, comment_id)
    assert healed.status is Status.APPROVED
    assert healed.decision.sequence == 2
    assert waiting(store) == []


def test_a_scorer_that_hangs_holds_in_time_and_only_itself(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    scorer = Scripted("hangs")
    try:
        run(store, scorer, timeout=0.05)
        assert [r.code for r in card(store, site, comment_id).decision.reasons] == [
            "scorer_unavailable"
        ]
    finally:
        scorer.awake.set()


def test_after_five_attempts_a_person_must_look(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    scorer = Scripted("broken")
    now = NOON
    for _ in range(MAX_ATTEMPTS):
        assert run(store, scorer, at=now).claimed == 1
        now += max(RETRY_AFTER)
    given_up = card(store, site, comment_id)
    assert given_up.status is Status.HELD
    assert [reason.code for reason in given_up.decision.reasons] == ["scoring_failed"]
    # The tries in between said nothing new, so they are findings, not decisions.
    assert [decision.sequence for decision in given_up.decisions] == [1, 2]
    assert run(store, scorer, at=now + 10 * MINUTE).claimed == 0


def test_a_job_that_kills_its_worker_is_parked(store):
    """The worker dies before it can record anything: only the claim counts the attempt."""
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    now = NOON
    for attempt in range(MAX_ATTEMPTS):
        with store.write() as connection:
            assert judging_queue.claim(connection, f"dead{attempt}", now, now + MINUTE, 10)
        now += MINUTE
    scorer = Scripted()
    run(store, scorer, at=now)
    assert scorer.calls == 0
    assert [r.code for r in card(store, site, comment_id).decision.reasons] == ["scoring_failed"]
    assert waiting(store) == []


def test_a_poisonous_text_fails_alone(store):
    site = newspaper(store)
    good, poison, fine = hand_in(
        store, reply(site, "Good."), reply(site, "poison"), reply(site, "Fine.")
    )
    run(store, Scripted("poison"))
    assert card(store, site, good).status is Status.APPROVED
    assert card(store, site, fine).status is Status.APPROVED
    assert card(store, site, poison).status is Status.HELD


@pytest.mark.parametrize("mood", ["poison", "unmeasurable", "slow"])
def test_one_poisonous_comment_among_ten_fails_alone(store, mood):
    site = newspaper(store)
    texts = [*(f"Good, says number {number}." for number in range(9)), "poison"]
    *good, poison = hand_in(store, *(reply(site, text) for text in texts))
    scorer = Scripted(mood)
    try:
        assert run(store, scorer, timeout=1.0).claimed == 10
        assert [card(store, site, id).status for id in good] == [Status.APPROVED] * 9
        held = card(store, site, poison)
        assert [reason.code for reason in held.decision.reasons] == ["scorer_unavailable"]
        (left,) = waiting(store)
        assert (left.comment_id, left.attempts) == (poison, 1)
    finally:
        scorer.awake.set()


def test_long_texts_come_one_at_a_time_after_the_others(store):
    site = newspaper(store)
    first, second, short = hand_in(
        store, reply(site, "long " * 3_000), reply(site, "great " * 3_000), reply(site, "Good.")
    )
    scorer = Scripted()
    judged = run(store, scorer)
    assert (judged.claimed, judged.alone, scorer.calls) == (2, 1, 2)
    assert judged.comment_ids == (short, first)
    (left,) = waiting(store)
    assert (left.comment_id, left.attempts, left.lease) == (second, 0, "")
    assert run(store, scorer).comment_ids == (second,)


def test_what_may_have_killed_a_worker_is_judged_by_itself(store):
    """Nobody knows which of a batch it was: each takes its own turn, and those that wait lose no attempt."""
    site = newspaper(store)
    suspects = hand_in(store, reply(site, "One."), reply(site, "Two."))
    with store.write() as connection:
        judging_queue.claim(connection, "dead", NOON, NOON + MINUTE, 10)
        judging_queue.release(connection, "dead", counted=True)
    (new,) = hand_in(store, reply(site, "Three."))
    judged = run(store, Scripted())
    assert judged.comment_ids == (new, min(suspects))
    (left,) = waiting(store)
    assert (left.comment_id, left.attempts) == (max(suspects), 1)


def test_a_lease_keeps_others_off_until_it_runs_out(store):
    site = newspaper(store)
    hand_in(store, reply(site))
    with store.write() as connection:
        assert len(judging_queue.claim(connection, "w1", NOON, NOON + MINUTE, 10)) == 1
        assert judging_queue.claim(connection, "w2", NOON + MINUTE - 1, NOON + 2 * MINUTE, 10) == []
    assert run(store, at=NOON + MINUTE, lease="w2").decided == 1


def test_a_worker_that_wakes_too_late_writes_nothing(store):
    """Frozen while scoring, its lease ran out and another worker decided."""
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    slow = Scripted()
    slow.during = lambda: run(store, at=NOON + 2 * MINUTE, lease="w2")
    late = run(store, slow, at=NOON, lease="w1")
    assert (late.claimed, late.decided) == (1, 0)
    assert len(card(store, site, comment_id).decisions) == 1
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(findings)).scalar() == 1


def test_a_stopped_worker_hands_its_leases_back_uncounted(store):
    site = newspaper(store)
    hand_in(store, reply(site))
    with store.write() as connection:
        judging_queue.claim(connection, "host/1/aa", NOON, NOON + MINUTE, 10)
        assert judging_queue.leases(connection, "host/") == {"host/1/aa"}
        assert judging_queue.release(connection, "host/1/aa", counted=False) == 1
        [again] = judging_queue.claim(connection, "host/2/bb", NOON, NOON + MINUTE, 10)
    assert again.attempts == 1


def test_a_persons_word_given_meanwhile_stands(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site, "You bad man."))
    scorer = Scripted()
    scorer.during = lambda: decisions.decide(
        store, "mod_1", {site.id}, comment_id, Outcome.REJECT, now=NOON, entropy=os.urandom
    )
    run(store, scorer)
    after = card(store, site, comment_id)
    assert after.status is Status.REJECTED
    assert [d.actor.kind for d in after.decisions] == [ActorKind.MODERATOR]
    assert after.scores == {"toxicity": 0.9}  # kept, as advice


def test_premoderated_pages_hold_what_is_harmless(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    with store.write() as connection:
        connection.execute(sa.update(pages).values(state="premoderated"))
    run(store)
    assert [r.code for r in card(store, site, comment_id).decision.reasons] == ["premoderated"]


def test_what_came_without_the_proof_asked_for_waits_for_a_person_unless_it_is_worse(store):
    site = newspaper(store)
    harmless, bad = hand_in(
        store, reply(site, unproven=True), reply(site, "A bad article.", unproven=True)
    )
    run(store)
    assert [r.code for r in card(store, site, harmless).decision.reasons] == ["unproven"]
    codes = [r.code for r in card(store, site, bad).decision.reasons]
    assert codes and "unproven" not in codes


def test_a_site_may_have_its_own_policy(store):
    site = newspaper(store)
    own_policy = """
    name = "strict"
    [[rules]]
    code = "strict"
    signal = "toxicity"
    at_least = 0.05
    outcome = "reject"
    message = "No."
    """
    with store.write() as connection:
        connection.execute(sa.update(sites).values(policy=own_policy))
    [comment_id] = hand_in(store, reply(site))
    run(store)
    assert card(store, site, comment_id).status is Status.REJECTED
    assert card(store, site, comment_id).decision.actor.id == "strict"


def test_a_broken_policy_holds_its_own_sites_comments_only(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    with store.write() as connection:
        connection.execute(sa.update(sites).where(sites.c.id == bob.id).values(policy="name = "))
    hers, his = hand_in(store, reply(alice), reply(bob))
    run(store)
    assert card(store, alice, hers).status is Status.APPROVED
    assert card(store, bob, his).status is Status.HELD


def test_a_needed_signal_that_nobody_measured_holds(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    judge(
        store,
        panel(_Silent()),
        POLICY,
        lease="w",
        lease_ms=MINUTE,
        limit=5,
        now=lambda: NOON,
        entropy=os.urandom,
    )
    assert card(store, site, comment_id).status is Status.HELD


class _Silent(Scripted):
    def measure(self, batch):
        return [() for _ in batch]


# With these off PostgreSQL joined the table with the list of due rows by running it anew for each row.
_PLANS = ("hashjoin", "material", "hashagg", "sort")


@pytest.mark.parametrize("without", [(), *((plan,) for plan in _PLANS), _PLANS])
def test_a_claim_takes_no_more_than_it_was_told_however_it_is_planned(store, without):
    site = newspaper(store)
    hand_in(store, *(reply(site, f"Number {number}") for number in range(20)))
    with store.write() as connection:
        for plan in () if store.is_sqlite else without:
            connection.execute(sa.text(f"SET LOCAL enable_{plan} = off"))
        first = judging_queue.claim(connection, "a", NOON, NOON + 60_000, 4)
        second = judging_queue.claim(connection, "b", NOON, NOON + 60_000, 4)
    assert len(first) == len(second) == 4
    assert not {job.id for job in first} & {job.id for job in second}


def claimed(store, lease, at, limit):
    """The ids that a claim at `at` takes, until a minute later."""
    with store.write() as connection:
        jobs = judging_queue.claim(connection, lease, at, at + MINUTE, limit)
    return [job.id for job in jobs]


def test_the_oldest_comment_is_next_whatever_happened_to_it(store):
    site = newspaper(store)
    first, second, third, fourth = hand_in(
        store, *(reply(site, f"Number {number}", at=NOON + number) for number in range(4))
    )
    with store.read() as connection:
        query = sa.select(pending.c.comment_id).order_by(pending.c.comment_id)
        assert connection.scalars(query).all() == [first, second, third, fourth]
    later = NOON + 1_000
    assert claimed(store, "host/1/dead", later, 1) == [first]
    assert claimed(store, "host/2/lost", later, 1) == [second]
    with store.write() as connection:
        assert judging_queue.release(connection, "host/1/dead", counted=True) == 1
    assert claimed(store, "w3", later, 1) == [first], "handed back"
    with store.write() as connection:
        judging_queue.postpone(connection, {first: later + 5_000})
    assert claimed(store, "w4", later, 1) == [third], "neither postponed nor leased ones"
    [newest] = hand_in(store, reply(site, at=later + 2 * MINUTE))
    assert claimed(store, "w5", later + 3 * MINUTE, 2) == [first, second], "postponed, run out"
    assert claimed(store, "w6", later + 3 * MINUTE, 9) == [third, fourth, newest]


def test_sqlite_finds_the_oldest_without_sorting_the_backlog(store):
    if not store.is_sqlite:
        pytest.skip("PostgreSQL chooses by what it knows of the table")
    with store.read() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {dialect.CLAIM_PENDING['sqlite']}",
            {"lease": "w1", "now": NOON, "until": NOON, "limit": 10},
        ).all()
    assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step.detail]


def test_a_clock_that_is_minutes_ahead_keeps_no_comment_back(store):
    """By its own clock the worker would ask a failing scorer again in five minutes, and its leases
    would last as much longer.
    """
    site = newspaper(store)
    hand_in(store, reply(site, at=now_ms() - 1_000), reply(site, at=now_ms() + 5 * MINUTE))
    clock = DatabaseClock(lambda: now_ms() + 5 * MINUTE)
    clock.measure(store)
    assert abs(clock() - now_ms()) < 2_000
    assert len(claimed(store, "w1", clock(), 9)) == 2, "one was accepted by a clock that is ahead"
    with store.write() as connection:
        assert judging_queue.release(connection, "w1", counted=False) == 2
    judged = judge(
        store,
        panel(Scripted("missing")),
        POLICY,
        lease="w2",
        lease_ms=MINUTE,
        limit=9,
        now=clock,
        entropy=os.urandom,
    )
    assert judged.claimed == 2
    assert all(row.due_at < now_ms() + RETRY_AFTER[0] + 2_000 for row in waiting(store))


@pytest.mark.parametrize("off", [0, 900, -900])
def test_a_clock_that_is_right_enough_is_left_alone(store, off):
    clock = DatabaseClock(lambda: now_ms() + off)
    clock.measure(store)
    assert clock.offset == 0


def test_many_workers_decide_each_comment_once(store):
    site = newspaper(store)
    ids = hand_in(store, *(reply(site, f"Reply {n}") for n in range(120)))
    start = threading.Barrier(4)

    def worker(name):
        start.wait()
        while run(store, lease=name, limit=7).claimed:
            pass

    threads = [threading.Thread(target=worker, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        rows = connection.execute(
            sa.select(decision_rows.c.comment_id, decision_rows.c.sequence)
        ).all()
    assert sorted(row.comment_id for row in rows) == sorted(ids)
    assert {row.sequence for row in rows} == {1}


def test_findings_are_kept_as_they_were_measured(store):
    site = newspaper(store)
    hand_in(store, reply(site, "bad"))
    run(store)
    with store.read() as connection:
        [row] = connection.execute(sa.select(findings))
    [signal] = json.loads(row.signals_json)
    assert signal == {
        "name": "toxicity",
        "value": 0.9,
        "scorer": "scripted",
        "model": "script-1",
        "sha256": "0" * 64,
    }


def test_scorers_see_the_comment_that_is_answered_to(store):
    site = newspaper(store)
    [first] = hand_in(store, reply(site, "You are all complete idiots."))
    run(store)
    [second] = hand_in(store, reply(site, "> complete idiots\nWhy?", parent_id=first))
    seen = []

    class Watching(Scripted):
        def measure(self, batch):
            seen.extend(batch)
            return super().measure(batch)

    run(store, Watching(), at=NOON + 2_000)
    assert [(candidate.comment_id, candidate.parent_text) for candidate in seen] == [
        (second, "You are all complete idiots.")
    ]
