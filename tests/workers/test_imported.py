"""Imported comments are scored when nobody waits, and decided about by nobody."""

import os

import pytest

from moderation.domain.comment import Status
from moderation.doorbell import Doorbell
from moderation.environment import read_settings
from moderation.judging.imported import score_imported
from moderation.judging.verdicts import MAX_ATTEMPTS
from moderation.review import queues
from moderation.review.live_queues import marks_of
from moderation.upkeep import due_work
from moderation.upkeep.erase import erase
from tests.factories import NOON, POLICY, Scripted, hand_in, newspaper, panel, reply
from tests.upkeep.test_importing import DAY, comment, run
from workers.tasks import judge_a_slice
from workers.worker import WorkerContext

STATES = (Status.APPROVED, Status.HELD, Status.REJECTED, Status.SPAM)


class Recording(Scripted):
    """Keeps what it was asked about; after its first batch a reader hands in a comment."""

    def __init__(self, arrive) -> None:
        super().__init__()
        self.arrive, self.batches = arrive, []

    def measure(self, batch):
        self.batches.append([candidate.text for candidate in batch])
        if len(self.batches) == 1:
            self.arrive()
        return super().measure(batch)


@pytest.fixture
def worker(store, database_url, broker_url, tmp_path):
    settings = read_settings(
        {"GATEHOUSE_DATA": str(tmp_path), "GATEHOUSE_DATABASE_URL": database_url}
    )
    context = WorkerContext(settings, "judge", store, Doorbell(broker_url), "host/1/a-1")
    context.policy = POLICY
    yield context
    context.bell.close()


def test_a_new_comment_is_decided_before_hundreds_of_imported_ones(store, worker):
    site = newspaper(store)
    imported = [
        comment(str(n), f"An old bad one, {n}.", status=STATES[n % 4], created_at=NOON - DAY - n)
        for n in range(300)
    ]
    run(store, site, imported)
    before = marks_of(store, [site.id])[site.id].comments
    live: list[str] = []
    scorer = Recording(lambda: live.extend(hand_in(store, reply(site, "New."))))
    worker.pipeline = panel(scorer)
    while judge_a_slice(worker):
        pass
    assert scorer.batches[1] == ["New."]
    texts = [text for batch in scorer.batches for text in batch]
    assert sorted(texts) == sorted([*(each.text for each in imported), "New."])
    after = marks_of(store, [site.id])[site.id].comments
    assert queues.get_card(store, {site.id}, live[0]).status is Status.APPROVED
    assert after == before | {Status.APPROVED: before[Status.APPROVED] + 1}
    for card in queues.list_queue(store, site.id, Status.HELD, limit=100):
        assert card.scores["toxicity"] == 0.9 and len(card.decisions) == 1
    assert not due_work.sweep(store, worker.now()).judge


def test_what_cannot_be_measured_is_given_up_and_what_is_erased_is_left(store):
    site = newspaper(store)
    run(store, site, [comment("1", "poison"), comment("2", "Gone."), comment("3", "Fine.")])
    cards = {card.text: card for card in queues.list_queue(store, site.id, Status.APPROVED)}
    erase(store, {site.id}, cards["Gone."].id, now=NOON, entropy=os.urandom)
    scorer = Scripted("poison")

    def score(at: int) -> int:
        clock = {"lease_ms": 1_000, "limit": 10, "now": lambda: at}
        return score_imported(store, panel(scorer), **clock)

    times = [NOON + n * 10_000 for n in range(2 * MAX_ATTEMPTS + 2)]
    assert due_work.sweep(store, times[0]).judge
    done = [score(at) for at in times]
    assert done[0] > 0 and done[-1] == 0
    assert not due_work.sweep(store, times[-1] + DAY).judge
    fine, poison = (
        queues.get_card(store, {site.id}, cards[text].id) for text in ("Fine.", "poison")
    )
    assert fine.scores and not poison.scores and poison.status is Status.APPROVED
