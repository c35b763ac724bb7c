"""A decision about many comments, whose worker is killed in the middle: the next one finishes it."""

import os
import time

import pytest

from harness.servers import wait_until
from moderation.domain.bulk import BulkState, MemberState
from moderation.domain.decision import Outcome
from moderation.review import bulk, bulk_sets
from moderation.review.search import Criteria
from moderation.store import decisions as stored_decisions
from tests.factories import NOON, hand_in, reply

pytestmark = pytest.mark.timeout(120)
COUNT = 1_500


def now():
    return time.time_ns() // 1_000_000


def test_what_a_killed_worker_left_is_decided_by_the_next_once_each(build):
    gatehouse = build(sweep_seconds=0.5)
    store, site = gatehouse.store, gatehouse.site
    worker = gatehouse.start_worker()
    gatehouse.wait_for_worker()
    ids = hand_in(store, *(reply(site, f"A thought, number {n}.", at=now()) for n in range(COUNT)))
    gatehouse.wait_until_decided(60)
    clock = {"now": now(), "entropy": os.urandom}
    seen = [(id, 1) for id in sorted(ids)]
    act = bulk.start(store, "mod_1", site.id, seen, Outcome.HOLD, **clock)

    def progress():
        return bulk.get_progress(store, site.id, act.act.id)

    wait_until(lambda: progress().decided, "some are decided", 30)
    worker.kill()
    left = progress()
    assert 0 < left.decided < COUNT and left.act.state is BulkState.DECIDING
    gatehouse.start_worker()
    wait_until(lambda: progress().act.state is BulkState.DECIDED, "the rest is decided", 60)
    assert (progress().decided, progress().left) == (COUNT, 0)
    with store.read() as connection:
        histories = stored_decisions.histories(connection, ids)
    assert {len(history) for history in histories.values()} == {2}
    undone = bulk.undo(store, "mod_1", site.id, act.act.id, **clock)
    assert undone.act.state is BulkState.UNDOING
    wait_until(lambda: progress().act.state is BulkState.UNDONE, "all is taken back", 60)
    assert progress().undone == COUNT
    assert bulk.list_members(store, site.id, act.act.id, [MemberState.KEPT]) == []
    preview = bulk_sets.preview(store, site.id, Criteria(query=ids[0]), NOON)
    assert preview.sample[0].decision.outcome is Outcome.APPROVE
