"""A storm under load: workers killed, the broker wiped and away; nothing is lost or decided twice."""

import asyncio

import pytest

from harness.history import read_history
from harness.outage import KilledWorker, faults, storm
from harness.texts import made_up, submissions

COMMENTS, RATE = 640, 80.0
BROKER_AWAY = 3.0  # seconds
# ms from accepted to decided, on any machine: one lost lease or one missed bell would cost a minute.
WORST = 45_000


@pytest.mark.timeout(120)
def test_nothing_is_lost_or_decided_twice_in_a_storm(build):
    house = build(scripted=False)
    house.start_api()
    workers = KilledWorker(house, house.start_worker())
    house.wait_for_worker()
    raws = submissions(made_up(COMMENTS), house.key)
    plan = list(faults(workers, COMMENTS / RATE, BROKER_AWAY))
    load = asyncio.run(storm(house.port, raws, RATE, plan))
    assert load.statuses == {202: COMMENTS}
    assert workers.killed == 2
    house.wait_until_decided(60)
    found = read_history(house.store, load.accepted)
    assert found.faultless, found
    assert len(found.moments) == COMMENTS
    print(
        f"answered p99 {load.percentile(0.99):.3f} s; decided p50 {found.at(0.5)}, worst {found.at(1)} ms"
    )
    assert found.at(1.0) < WORST
