"""A worker that is killed, frozen or asked to stop in the middle of its work."""

import os
import signal
import time

import pytest
import sqlalchemy as sa

from harness.servers import wait_until
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.review import decisions, queues
from moderation.store import decisions as stored_decisions
from moderation.store import judging_queue
from moderation.store.sql.schema import pending
from tests.factories import hand_in, reply

pytestmark = pytest.mark.timeout(90)


def now():
    return time.time_ns() // 1_000_000


def claimed(house, comment_ids):
    """The lease that is on all of these comments; None as long as there is none."""
    with house.store.read() as connection:
        rows = connection.execute(
            sa.select(pending.c.lease).where(pending.c.comment_id.in_(comment_ids))
        )
        leases = [row.lease for row in rows]
    same = len(leases) == len(comment_ids) and len(set(leases)) == 1
    return leases[0] if same and leases[0] else None


def history(house, comment_id):
    with house.store.read() as connection:
        return stored_decisions.histories(connection, [comment_id])[comment_id]


def attempts(house, comment_id):
    with house.store.read() as connection:
        return connection.scalar(
            sa.select(pending.c.attempts).where(pending.c.comment_id == comment_id)
        )


def pid_of(lease):
    """Of the pool's child that holds it: the one that does the work."""
    return int(lease.split("/")[1])


def test_the_work_of_a_killed_child_is_done_by_the_next_one(build):
    house = build(sweep_seconds=0.5)
    house.start_worker()
    house.wait_for_worker()
    slow = hand_in(house.store, reply(house.site, "This takes 1500 ms.", at=now()))
    lease = wait_until(lambda: claimed(house, slow), "it is claimed")
    os.kill(pid_of(lease), signal.SIGKILL)
    again = wait_until(
        lambda: (other := claimed(house, slow)) and other != lease and other, "it is claimed again"
    )
    assert pid_of(again) != pid_of(lease)
    assert attempts(house, slow[0]) == 2  # a comment that kills its worker must run out of them
    house.wait_until_decided(20)
    [decision] = history(house, slow[0])
    assert decision.outcome is Outcome.APPROVE


def test_what_a_frozen_worker_says_after_its_lease_is_not_heard(build):
    house = build(lease_seconds=2, scorer_timeout=1.9, sweep_seconds=0.5)
    frozen = house.start_worker(SAID="0.99")  # it would hold what the other approves
    house.wait_for_worker()
    judged, decided = hand_in(
        house.store,
        reply(house.site, "This takes 500 ms.", at=now()),
        reply(house.site, "And this takes 500 ms.", at=now()),
    )
    lease = wait_until(lambda: claimed(house, [judged, decided]), "both are claimed")
    frozen.signal_all(signal.SIGSTOP)
    assert not history(house, judged)
    decisions.decide(
        house.store,
        "mod_1",
        {house.site.id},
        decided,
        Outcome.REJECT,
        now=now(),
        entropy=os.urandom,
    )
    other = house.start_worker(SAID="0.01")
    wait_until(lambda: history(house, judged), "the other worker decides", 30)
    house.wait_until_decided(20)
    frozen.signal_all(signal.SIGCONT)
    # It is back at work when it has judged something new; before that it tried to write the old.
    other.kill()
    [last] = hand_in(house.store, reply(house.site, "Something new.", at=now()))
    wait_until(lambda: history(house, last), "the thawed worker works", 30)
    assert lease
    [machine] = history(house, judged)
    assert (machine.actor.kind, machine.outcome) == (ActorKind.POLICY, Outcome.APPROVE)
    [person] = history(house, decided)
    assert (person.actor.kind, person.outcome) == (ActorKind.MODERATOR, Outcome.REJECT)
    assert queues.get_card(house.store, {house.site.id}, decided).status is Status.REJECTED


def assert_free(house, left):
    """These comments wait, may be claimed at once, and have lost no attempt."""
    with house.store.read() as connection:
        rows = connection.execute(sa.select(pending)).all()
        assert judging_queue.is_due(connection, now())
    assert {row.comment_id for row in rows} == set(left)
    # Being asked to stop is not the comment's fault.
    assert all((row.lease, row.attempts) == ("", 0) and row.due_at <= now() for row in rows)


def test_a_worker_asked_to_stop_finishes_its_batch_and_claims_no_more(build):
    house = build(judge_batch=4)
    worker = house.start_worker()
    house.wait_for_worker()
    texts = [f"Number {number} takes 300 ms." for number in range(100)]  # half a minute's work
    ids = hand_in(house.store, *(reply(house.site, text, at=now()) for text in texts))
    # Which four come first of those that came in the same millisecond, nobody says.
    wait_until(lambda: any(claimed(house, [id]) for id in ids), "the first are claimed")
    assert worker.stop() == 0
    left = [id for id in ids if not history(house, id)]
    assert 0 < len(left) < len(ids)
    assert_free(house, left)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it takes 12 s
def test_a_worker_stopped_before_it_can_finish_hands_its_leases_back(build):
    house = build(scorer_timeout=50)
    worker = house.start_worker()
    house.wait_for_worker()
    ids = hand_in(house.store, reply(house.site, "This takes 40000 ms.", at=now()))
    wait_until(lambda: claimed(house, ids), "it is claimed")
    worker.ask_to_stop(signal.SIGQUIT)  # "at once": Celery still waits worker_soft_shutdown_timeout
    worker.wait()
    assert_free(house, ids)
