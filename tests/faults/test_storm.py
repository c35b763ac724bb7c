"""Faults under load: workers killed, the broker wiped and stopped; nothing is lost or decided twice."""

import asyncio

import pytest

from harness.history import read_history
from harness.outage import KilledWorker, faults, load_with_faults
from harness.texts import made_up, submissions

COMMENTS, RATE = 640, 80.0
BROKER_AWAY = 3.0  # seconds
# Seconds that a claim lasts: whatever a killed worker held is judged because its death was noticed.
LEASE = 3600


@pytest.mark.timeout(240)
def test_faults_under_load_lose_nothing_and_decide_nothing_twice(build):
    gatehouse = build(scripted=False, lease_seconds=LEASE)
    gatehouse.start_api()
    workers = KilledWorker(gatehouse, gatehouse.start_worker())
    gatehouse.wait_for_worker()
    raws = submissions(made_up(COMMENTS), gatehouse.key)
    plan = list(faults(workers, COMMENTS / RATE, BROKER_AWAY))
    load = asyncio.run(load_with_faults(gatehouse.port, raws, RATE, plan))
    assert load.statuses == {202: COMMENTS}
    assert workers.killed == 2
    gatehouse.wait_until_decided(120)
    history = read_history(gatehouse.store, load.accepted)
    assert history.faultless, history
    assert len(history.moments) == COMMENTS
    print(
        f"answered p99 {load.percentile(0.99):.3f} s; decided p50 {history.at(0.5)}, worst {history.at(1)} ms"
    )
