"""The speed of the running service with the bundled model, to compare with its scorers alone."""

import os
import signal
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from harness.gatehouse_process import GatehouseProcess, Process
from harness.servers import wait_until
from harness.texts import PAGE, made_up
from moderation.domain.comment import AuthorRef, PageRef, Submission
from moderation.domain.ids import timed_id
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.intake.submit import submit
from moderation.scorers.build import build_scorers
from moderation.scorers.models.model_names import Models, available_cores
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import judging_queue
from moderation.store.sql.schema import decisions

Texts = Callable[[int, int], list[str]]
BATCH = 64  # as GATEHOUSE_JUDGE_BATCH
WARM_UP = 0.1  # of the decisions are made before the clock starts


def own_rate(count: int) -> float:
    """Texts a second that the scorers alone measure in this process, in batches and threads as the worker's."""
    pipeline = ScorerPipeline(build_scorers(Models(threads=available_cores())), timeout=60)
    candidates = [Candidate(text, normalise(text), language="en") for text in made_up(count)]
    pipeline.measure(candidates[:BATCH])  # loads the model
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        pipeline.measure(candidates[first : first + BATCH])
    return count / (time.perf_counter() - started)


def service_rate(
    gatehouse: GatehouseProcess, worker: Process, count: int, texts: Texts = made_up
) -> float:
    """Comments a second that the running service decides out of a backlog of `count`.

    The worker is frozen while the backlog is stored, and thawed to work it off. texts: makes the comments, from their count
    and a seed.
    """
    with gatehouse.store.write():  # so that the worker holds no lock
        worker.signal_all(signal.SIGSTOP)
    since = time.time_ns() // 1_000_000
    _store(gatehouse, texts(count, since), since)
    worker.signal_all(signal.SIGCONT)

    def nothing_waits() -> bool:
        with gatehouse.store.read() as connection:
            return judging_queue.backlog(connection)[0] == 0

    wait_until(nothing_waits, "the backlog is decided", 180)
    with gatehouse.store.read() as connection:
        times = sorted(
            connection.scalars(
                sa.select(decisions.c.created_at).where(decisions.c.created_at >= since)
            )
        )
    skipped = int(len(times) * WARM_UP)
    # The batch that the clock starts with was decided before it started.
    counted = sum(decided_at > times[skipped] for decided_at in times)
    return float(counted / (times[-1] - times[skipped]) * 1000)


def _store(gatehouse: GatehouseProcess, texts: Sequence[str], now: int) -> None:
    batch: list[Submission] = []
    for number, text in enumerate(texts):  # a known one would not be scored again
        id = timed_id("cmt", now, os.urandom(10))
        page, author = PageRef(PAGE), AuthorRef("Carol")
        batch.append(Submission(id, gatehouse.site.id, page, author, text, now))
        if len(batch) == 200 or number == len(texts) - 1:
            submit(gatehouse.store, batch, personal_days=30, entropy=os.urandom)
            batch = []
