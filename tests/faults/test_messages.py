"""Messages that should not be in the queue: pickled code, garbage, the same doorbell many times."""

import json
import os
import time
from pathlib import Path

import pytest
from celery import Celery

from harness.history import read_history
from harness.servers import wait_until
from moderation.doorbell import JUDGE, redis_client
from tests.factories import hand_in, reply

pytestmark = [
    pytest.mark.timeout(90),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),  # it is the broker's test
]


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self):
        return os.system, (f"touch {self._file}",)


@pytest.fixture
def ringer(broker):
    """Somebody else's Celery app on the same broker."""
    app = Celery("stranger", broker=broker.url)
    yield app
    app.close()


def decide_one(gatehouse, text):
    ids = hand_in(gatehouse.store, reply(gatehouse.site, text, at=time.time_ns() // 1_000_000))
    gatehouse.wait_until_decided(30)
    return ids


def test_a_pickle_is_thrown_away_unopened(gatehouse, ringer, tmp_path):
    gatehouse.start_worker()
    gatehouse.wait_for_worker()
    exploded = tmp_path / "exploded"
    ringer.send_task("gatehouse.judge", [Bomb(exploded)], queue=JUDGE, serializer="pickle")
    redis = redis_client(gatehouse.broker.url, timeout=5)
    redis.lpush(JUDGE, json.dumps({"body": "?", "headers": {}, "properties": {}}))
    wait_until(lambda: redis.llen(JUDGE) == 0, "the messages are taken")
    ids = decide_one(gatehouse, "The worker still works.")
    assert read_history(gatehouse.store, ids).faultless
    wait_until(lambda: redis.hlen("unacked") == 0, "nothing is put back")
    redis.close()
    assert not exploded.exists()
    assert "ContentDisallowed" in gatehouse.log("worker")


def test_the_same_doorbell_many_times_decides_once(gatehouse, ringer):
    now = time.time_ns() // 1_000_000
    ids = hand_in(
        gatehouse.store, *(reply(gatehouse.site, f"Comment {n}.", at=now) for n in range(200))
    )
    for _ in range(50):
        ringer.send_task("gatehouse.judge", queue=JUDGE)
    workers = [gatehouse.start_worker(), gatehouse.start_worker()]
    gatehouse.wait_until_decided(40)
    redis = redis_client(gatehouse.broker.url, timeout=5)
    wait_until(lambda: redis.llen(JUDGE) == 0, "every bell is answered")
    redis.close()
    assert all(worker.lives for worker in workers)
    seen = read_history(gatehouse.store, ids)
    assert seen.faultless and len(seen.moments) == 200, seen
