"""How much of the scorers' own speed is left in the running service, with the bundled model."""

import os
import signal
import time

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
from moderation.scorers.models.model_names import Models, cores
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import judging_queue
from moderation.store.sql.schema import decisions

BATCH = 64  # as GATEHOUSE_JUDGE_BATCH
HEAD = 0.1  # of the decisions come before the clock starts: the bell has to be rung first


def own_rate(count: int) -> float:
    """Texts a second that the scorers alone measure in this process, in batches and threads as the worker's."""
    panel = ScorerPipeline(build_scorers(Models(threads=cores())), timeout=60)
    candidates = [Candidate(text, normalise(text), language="en") for text in made_up(count)]
    panel.measure(candidates[:BATCH])  # loads the model
    began = time.perf_counter()
    for at in range(0, count, BATCH):
        panel.measure(candidates[at : at + BATCH])
    return count / (time.perf_counter() - began)


def service_rate(house: GatehouseProcess, worker: Process, count: int) -> float:
    """Comments a second that the running service decides out of a backlog of `count`.

    The worker is frozen while the backlog is stored, and thawed to work it off.
    """
    worker.signal_all(signal.SIGSTOP)
    since = time.time_ns() // 1_000_000
    _store(house, count, since)
    worker.signal_all(signal.SIGCONT)

    def done() -> bool:
        with house.store.read() as connection:
            return judging_queue.backlog(connection)[0] == 0

    wait_until(done, "the backlog is decided", 180)
    with house.store.read() as connection:
        stamps = sorted(
            connection.scalars(
                sa.select(decisions.c.created_at).where(decisions.c.created_at >= since)
            )
        )
    skipped = int(len(stamps) * HEAD)
    # The batch that the clock starts with was decided before it started.
    counted = sum(stamp > stamps[skipped] for stamp in stamps)
    return float(counted / (stamps[-1] - stamps[skipped]) * 1000)


def _store(house: GatehouseProcess, count: int, now: int) -> None:
    batch: list[Submission] = []
    for number, text in enumerate(made_up(count, seed=now)):  # what is known need not be scored
        id = timed_id("cmt", now, os.urandom(10))
        page, author = PageRef(PAGE), AuthorRef("Carol")
        batch.append(Submission(id, house.site.id, page, author, text, now))
        if len(batch) == 200 or number == count - 1:
            submit(house.store, batch, personal_days=30, entropy=os.urandom)
            batch = []
