"""Receivers that fail in 13 ways beside as many healthy ones: no message is lost."""

import os
import random
import ssl
import threading
from pathlib import Path

import pytest

from harness.endpoints import AWAY_SECONDS, SCHEDULE_SCALE, SiteEndpoints, measure_outcome, now
from harness.receivers import FAILURE_KINDS, HEALTHY, Receivers
from harness.servers import wait_until
from moderation.notify.deliver import Courier
from moderation.store.sql.engine import Store
from workers.sender import Sender

EVENTS = (
    12 * 2 * len(FAILURE_KINDS)
)  # enough of each for those that fail after their twentieth request
PATIENCE = 0.5  # seconds: the timeout of an attempt


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the rest is the same
def test_nothing_is_lost_and_every_signature_is_right(store: Store, tmp_path: Path) -> None:
    with Receivers(tmp_path, PATIENCE, AWAY_SECONDS) as receivers:
        endpoints = SiteEndpoints(store, receivers)
        endpoints.add([HEALTHY] * len(FAILURE_KINDS) + list(FAILURE_KINDS))
        trust = ssl.create_default_context(cafile=receivers.trust)
        post = Sender(receivers.allow, PATIENCE, trust=trust).post
        stopping = threading.Event()

        courier = Courier(
            store=store,
            send=post,
            now=now,
            entropy=os.urandom,
            chance=random.random,
            scale=SCHEDULE_SCALE,
        )

        def drain_again() -> None:
            while not stopping.is_set():
                courier.drain()
                stopping.wait(0.05)

        thread = threading.Thread(target=drain_again)
        thread.start()
        try:
            for first in range(0, EVENTS, len(endpoints.listeners)):
                endpoints.add_events(len(endpoints.listeners), first)
            wait_until(lambda: _failures(receivers) >= len(FAILURE_KINDS) * 3, "they fail", 30)
            receivers.heal()
            wait_until(
                lambda: endpoints.waiting == 0 and not endpoints.replay_undelivered(),
                "everything is delivered",
                60,
            )
        finally:
            stopping.set()
            thread.join(30)
        outcome = measure_outcome(endpoints)
        assert outcome.events == EVENTS
        assert (outcome.lost, outcome.unexpected) == (0, 0)
        assert (outcome.forged, outcome.changed, outcome.late) == (0, 0, 0)
        assert endpoints.count_early() == 0


def _failures(receivers: Receivers) -> int:
    return sum(log.requests - len(log.accepted) for log in receivers.logs().values())
