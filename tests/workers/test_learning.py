"""The sweep learns for one slice, whatever there is to learn."""

import pytest

from moderation.doorbell import Doorbell
from moderation.environment import read_settings
from moderation.learning.relearning import LESSON_SIZE
from tests.factories import newspaper
from tests.learning.test_lessons import SALES, SPAM, say
from tests.learning.test_relearning import LATER, PRIOR, newest, reached, taught
from workers import tasks
from workers.worker import WorkerContext


@pytest.fixture
def worker(store, database_url, broker_url, tmp_path):
    settings = read_settings(
        {"GATEHOUSE_DATA": str(tmp_path), "GATEHOUSE_DATABASE_URL": database_url}
    )
    context = WorkerContext(settings, "judge", store, Doorbell(broker_url), "host/1/a-1")
    context.now = lambda: LATER
    yield context
    context.bell.close()


def test_when_the_time_is_over_the_rest_waits_for_the_next_sweep(store, worker, monkeypatch):
    site, other = newspaper(store), newspaper(store, "Other")
    taught(store, site, 3 * LESSON_SIZE)
    say(store, other, SALES[0], SPAM)
    monkeypatch.setattr(tasks, "LEARNING_SECONDS", 0.0)
    for sweep in range(1, 4):
        tasks._learn(worker)
        assert reached(store, site) == sweep * LESSON_SIZE
        assert newest(store, other).decisions == 1
    tasks._learn(worker)
    assert (newest(store, site).version, newest(store, site).model) == (4, PRIOR.version)
