"""A worker that is killed, frozen or asked to stop in the middle of its work."""

import os
import signal
import time

import httpx
import pytest
import sqlalchemy as sa

from harness.servers import wait_until
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.doorbell import JUDGE, Doorbell
from moderation.review import decisions, queues
from moderation.store import decisions as stored_decisions
from moderation.store import judging_queue
from moderation.store.sql.schema import pending
from tests.factories import hand_in, reply

pytestmark = pytest.mark.timeout(90)


def now():
    return time.time_ns() // 1_000_000


def claimed(gatehouse, comment_ids):
    """The lease that is on all of these comments; None as long as there is none."""
    with gatehouse.store.read() as connection:
        rows = connection.execute(
            sa.select(pending.c.lease).where(pending.c.comment_id.in_(comment_ids))
        )
        leases = [row.lease for row in rows]
    same = len(leases) == len(comment_ids) and len(set(leases)) == 1
    return leases[0] if same and leases[0] else None


def history(gatehouse, comment_id):
    with gatehouse.store.read() as connection:
        return stored_decisions.histories(connection, [comment_id])[comment_id]


def attempts(gatehouse, comment_id):
    with gatehouse.store.read() as connection:
        return connection.scalar(
            sa.select(pending.c.attempts).where(pending.c.comment_id == comment_id)
        )


def pid_of(lease):
    """Of the pool's child that holds it: the one that does the work."""
    return int(lease.split("/")[1])


def test_the_work_of_a_killed_child_is_done_by_the_next_one(build):
    gatehouse = build(sweep_seconds=0.5)
    gatehouse.start_worker()
    gatehouse.wait_for_worker()
    slow = hand_in(gatehouse.store, reply(gatehouse.site, "This takes 1500 ms.", at=now()))
    lease = wait_until(lambda: claimed(gatehouse, slow), "it is claimed")
    os.kill(pid_of(lease), signal.SIGKILL)
    again = wait_until(
        lambda: (other := claimed(gatehouse, slow)) and other != lease and other,
        "it is claimed again",
    )
    assert pid_of(again) != pid_of(lease)
    assert attempts(gatehouse, slow[0]) == 2  # a comment that kills its worker must run out of them
    gatehouse.wait_until_decided(20)
    [decision] = history(gatehouse, slow[0])
    assert decision.outcome is Outcome.APPROVE


@pytest.mark.parametrize("rings_are_kept", [True, False])
def test_what_came_in_before_there_was_a_worker_is_judged_by_the_first(build, rings_are_kept):
    """`gatehouse up` says its address as soon as the API answers: the workers load for a second more."""
    gatehouse = build(sweep_seconds=3600)
    gatehouse.start_api()
    url = f"http://127.0.0.1:{gatehouse.port}"
    comment = {
        "page": {"url": "https://herald.test/first"},
        "author": {"name": "Carol"},
        "text": "Was here before the workers.",
    }
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {gatehouse.key}"}, trust_env=False
    ) as client:
        receipts = [client.post("/api/v1/comments", json=comment) for _ in range(3)]
        assert [receipt.status_code for receipt in receipts] == [202] * 3
        ids = [receipt.json()["id"] for receipt in receipts]

        def statuses():
            return [client.get(f"/api/v1/comments/{id}").json()["status"] for id in ids]

        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["checks"]["worker"]["detail"] == "no worker has been heard of"
        assert statuses() == ["pending"] * 3
        if not rings_are_kept:
            gatehouse.broker.flush()
        gatehouse.start_worker()
        gatehouse.wait_until_decided(40)
        assert statuses() == ["approved"] * 3


def test_when_all_workers_were_killed_their_work_is_the_next_ones_first(build):
    gatehouse = build(lease_seconds=3600, sweep_seconds=3600)
    workers = [gatehouse.start_worker(), gatehouse.start_worker()]
    gatehouse.wait_for_worker()
    slow = hand_in(gatehouse.store, reply(gatehouse.site, "This takes 5000 ms.", at=now()))
    ring(gatehouse)
    wait_until(lambda: claimed(gatehouse, slow), "it is claimed")
    for worker in workers:
        worker.kill()
    assert claimed(gatehouse, slow), "its claim lasts an hour"
    waiting = hand_in(gatehouse.store, reply(gatehouse.site, "And this waits.", at=now()))
    gatehouse.start_worker()  # nobody rings: it looks by itself
    wait_until(lambda: history(gatehouse, slow[0]), "the claimed one is decided", 80)
    wait_until(lambda: history(gatehouse, waiting[0]), "and the other", 80)


def ring(gatehouse):
    bell = Doorbell(gatehouse.broker.url)
    bell.ring(JUDGE)
    bell.close()


def test_a_frozen_workers_decisions_after_its_lease_are_ignored(build):
    gatehouse = build(lease_seconds=2, scorer_timeout=1.9, sweep_seconds=0.5)
    frozen = gatehouse.start_worker(SAID="0.99")  # it would hold what the other approves
    gatehouse.wait_for_worker()
    judged, decided = hand_in(
        gatehouse.store,
        reply(gatehouse.site, "This takes 500 ms.", at=now()),
        reply(gatehouse.site, "And this takes 500 ms.", at=now()),
    )
    lease = wait_until(lambda: claimed(gatehouse, [judged, decided]), "both are claimed")
    frozen.signal_all(signal.SIGSTOP)
    assert not history(gatehouse, judged)
    decisions.decide(
        gatehouse.store,
        "mod_1",
        {gatehouse.site.id},
        decided,
        Outcome.REJECT,
        now=now(),
        entropy=os.urandom,
    )
    other = gatehouse.start_worker(SAID="0.01")
    wait_until(lambda: history(gatehouse, judged), "the other worker decides", 30)
    gatehouse.wait_until_decided(20)
    frozen.signal_all(signal.SIGCONT)
    # It is back at work when it has judged something new; before that it tried to write the old.
    other.kill()
    [last] = hand_in(gatehouse.store, reply(gatehouse.site, "Something new.", at=now()))
    wait_until(lambda: history(gatehouse, last), "the thawed worker works", 30)
    assert lease
    [machine] = history(gatehouse, judged)
    assert (machine.actor.kind, machine.outcome) == (ActorKind.POLICY, Outcome.APPROVE)
    [person] = history(gatehouse, decided)
    assert (person.actor.kind, person.outcome) == (ActorKind.MODERATOR, Outcome.REJECT)
    assert queues.get_card(gatehouse.store, {gatehouse.site.id}, decided).status is Status.REJECTED


def assert_free(gatehouse, remaining):
    """These comments wait, may be claimed at once, and have lost no attempt."""
    with gatehouse.store.read() as connection:
        rows = connection.execute(sa.select(pending)).all()
        assert judging_queue.is_due(connection, now())
    assert {row.comment_id for row in rows} == set(remaining)
    # Being asked to stop is not the comment's fault.
    assert all((row.lease, row.attempts) == ("", 0) and row.due_at <= now() for row in rows)


def test_a_worker_asked_to_stop_finishes_its_batch_and_claims_no_more(build):
    gatehouse = build(judge_batch=4)
    worker = gatehouse.start_worker()
    gatehouse.wait_for_worker()
    texts = [f"Number {number} takes 300 ms." for number in range(100)]  # half a minute's work
    ids = hand_in(gatehouse.store, *(reply(gatehouse.site, text, at=now()) for text in texts))
    # Which four come first of those that came in the same millisecond, nobody says.
    wait_until(lambda: any(claimed(gatehouse, [id]) for id in ids), "the first are claimed")
    assert worker.stop() == 0
    waiting = [id for id in ids if not history(gatehouse, id)]
    assert 0 < len(waiting) < len(ids)
    assert_free(gatehouse, waiting)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it takes 12 s
def test_a_worker_stopped_before_it_can_finish_releases_its_leases(build):
    gatehouse = build(scorer_timeout=50)
    worker = gatehouse.start_worker()
    gatehouse.wait_for_worker()
    ids = hand_in(gatehouse.store, reply(gatehouse.site, "This takes 40000 ms.", at=now()))
    wait_until(lambda: claimed(gatehouse, ids), "it is claimed")
    worker.ask_to_stop(signal.SIGQUIT)  # "at once": Celery still waits worker_soft_shutdown_timeout
    worker.wait()
    assert_free(gatehouse, ids)
