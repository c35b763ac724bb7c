"""Scores texts while the caller waits: bounded, outside the event loop, never through the broker.

One thread scores. The texts that arrive while it works are its next batch, so a quiet service answers
at once and a busy one spends less on each text. A caller who would have to wait past the deadline is
refused at once: a late answer helps nobody and delays all the others.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moderation.domain.errors import TooMany, Unavailable
from moderation.domain.score import Findings
from service import metrics

if TYPE_CHECKING:
    from moderation.scorers.pipeline import ScorerPipeline

log = logging.getLogger("gatehouse.scoring")

# Texts in a batch, and texts of one request in it: a request with a thousand texts must not delay those
# with one.
BATCH, SHARE = 32, 8
# Work in a batch, in characters: the bundled model takes some 50 ms for it.
BATCH_WORK = 16_000
# The fixed cost of a text, in characters.
TEXT_OVERHEAD = 200
# Requests that wait; the estimate below refuses earlier unless texts are tiny.
WAITING_LIMIT = 1_000
# The pace until a batch has been measured. Seconds per character.
FIRST_SECONDS_PER_WORK = 1e-5
# How long the first callers wait while a model loads.
LOADING_SECONDS = 20.0


@dataclass(eq=False)
class _Job:
    texts: Sequence[str]
    language: str
    future: "asyncio.Future[list[Findings]]"
    loop: asyncio.AbstractEventLoop
    findings: list[Findings] = field(default_factory=list)
    taken: int = 0
    left: int = 0  # work that is not in a batch yet, in characters

    def in_turns(self, turns: int) -> float:
        """About how much of its work is done in `turns` batches, in characters."""
        texts = len(self.texts) - self.taken
        return self.left * min(1.0, turns * SHARE / texts)


class SynchronousScoring:
    """The scorers of this process.

    make_pipeline: called once, in the thread, by start() or the first text. deadline: seconds a caller
    waits at most, unless it passes its own.
    """

    def __init__(self, make_pipeline: "Callable[[], ScorerPipeline]", deadline: float) -> None:
        self._make_pipeline = make_pipeline
        self._deadline = deadline
        self._pipeline: ScorerPipeline | None = None
        self._pace = FIRST_SECONDS_PER_WORK
        self._jobs: deque[_Job] = deque()
        self._in_progress = 0  # work of the current batch, in characters
        self._change = threading.Condition()
        self._open = True
        self.broken = False  # whether building the scorers failed
        self._thread: threading.Thread | None = None

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that the models have learned; empty until they are loaded."""
        return self._pipeline.languages if self._pipeline else frozenset()

    @property
    def started(self) -> bool:
        """Whether anything has asked for the models."""
        return self._thread is not None

    @property
    def warm(self) -> bool:
        """Whether the models are loaded."""
        return self._pipeline is not None

    def start(self) -> None:
        """Loads the models in the background; otherwise the first text does."""
        with self._change:
            if self._thread is None and self._open:
                self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
                self._thread.start()

    async def score(
        self, texts: Sequence[str], language: str = "", deadline: float = 0.0
    ) -> list[Findings]:
        """The findings about each text, in order; nothing is stored.

        language: of the page, '' where unknown. deadline: seconds, 0: the service's.
        Raises TooMany when the answer would come too late, Unavailable when there are no scorers.
        """
        if not texts:
            return []
        deadline = deadline or self._deadline
        began = time.perf_counter()
        self.start()
        loop = asyncio.get_running_loop()
        job = _Job(texts, language, loop.create_future(), loop, left=_work(texts))
        self._admit(job, deadline)
        try:
            async with asyncio.timeout(deadline if self.warm else max(deadline, LOADING_SECONDS)):
                findings = await job.future
        except TimeoutError:
            metrics.scoring_refused.labels("late").inc()
            raise TooMany("The scores did not come in time.", 1) from None
        metrics.scoring_seconds.observe(time.perf_counter() - began)
        return findings

    def close(self) -> None:
        """Finishes the current batch; callers that still wait get Unavailable."""
        with self._change:
            self._open = False
            jobs = list(self._jobs)
            self._jobs.clear()
            self._change.notify()
        for job in jobs:
            _call(job, _set_error, job.future, Unavailable("The service is stopping."))
        if self._thread:
            self._thread.join(timeout=10)

    def _admit(self, job: _Job, deadline: float) -> None:
        with self._change:
            if not self._open:
                raise Unavailable("The service is stopping.")
            # With nobody ahead a job may always try: the pace is an estimate, and may be out of date.
            turns = -(-len(job.texts) // SHARE)
            ahead = self._in_progress + sum(waiting.in_turns(turns) for waiting in self._jobs)
            wait = (ahead + job.left) * self._pace if ahead else 0.0
            if wait > deadline or len(self._jobs) >= WAITING_LIMIT:
                metrics.scoring_refused.labels("full").inc()
                raise TooMany("More is arriving than can be scored in time.", max(1, round(wait)))
            self._jobs.append(job)
            metrics.scoring_waiting.set(len(self._jobs))
            self._change.notify()

    def _run(self) -> None:
        pipeline = None
        try:
            pipeline = self._make_pipeline()
            _score_texts(pipeline, [_WARM_UP], [""])
        except Exception as error:
            self.broken = True
            log.error("the scorers cannot be built", exc_info=error)
        self._pipeline = pipeline
        while batch := self._gather():
            self._score(batch)

    def _gather(self) -> list[tuple[_Job, int, int]]:
        """The next batch: parts of the jobs in turn, as (job, from, to). Empty when the service stops."""
        with self._change:
            while self._open:
                batch = self._take()
                metrics.scoring_waiting.set(len(self._jobs))
                if batch:
                    return batch
                self._change.wait()
        return []

    def _take(self) -> list[tuple[_Job, int, int]]:
        batch: list[tuple[_Job, int, int]] = []
        unfinished: list[_Job] = []
        room, count = BATCH_WORK, BATCH
        while self._jobs and room > 0 and count > 0:
            job = self._jobs.popleft()
            if job.future.done():  # its caller has given up
                continue
            start = job.taken
            while job.taken < len(job.texts) and job.taken - start < SHARE:
                work = _work([job.texts[job.taken]])
                job.left -= work
                room -= work
                count -= 1
                job.taken += 1
                if room <= 0 or count <= 0:
                    break
            batch.append((job, start, job.taken))
            if job.taken < len(job.texts):
                unfinished.append(job)
        self._jobs.extend(unfinished)
        self._in_progress = BATCH_WORK - room if batch else 0
        return batch

    def _score(self, batch: list[tuple[_Job, int, int]]) -> None:
        texts = [text for job, start, end in batch for text in job.texts[start:end]]
        languages = [job.language for job, start, end in batch for _ in range(start, end)]
        work = _work(texts)
        began = time.perf_counter()
        failure: Unavailable | None = None
        findings: list[Findings] = []
        try:
            if self._pipeline is None:
                raise Unavailable("There is nothing to score with.")
            findings = _score_texts(self._pipeline, texts, languages)
            self._pace += 0.2 * ((time.perf_counter() - began) / work - self._pace)
        except Unavailable as error:
            failure = error
        except Exception as error:
            log.error("a batch could not be scored", extra={"error": type(error).__name__})
            failure = Unavailable("The text could not be scored.")
        metrics.scoring_batch.observe(len(texts))
        position = 0
        for job, start, end in batch:
            if failure:
                _call(job, _set_error, job.future, failure)
                continue
            job.findings += findings[position : position + end - start]
            position += end - start
            if len(job.findings) == len(job.texts):
                _call(job, _set_result, job.future, job.findings)


_WARM_UP = "Thank you, that was an interesting article."


def _score_texts(
    pipeline: "ScorerPipeline", texts: Sequence[str], languages: Sequence[str]
) -> list[Findings]:
    from moderation.judging.score_texts import score_texts

    return score_texts(pipeline, texts, languages)


def _work(texts: Sequence[str]) -> int:
    return sum(len(text) + TEXT_OVERHEAD for text in texts)


def _call(job: _Job, function: "Callable[..., None]", *arguments: object) -> None:
    try:
        job.loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:  # the loop is closed, and nobody waits
        log.debug("nobody waits for these scores any more")


def _set_result(future: "asyncio.Future[list[Findings]]", findings: list[Findings]) -> None:
    if not future.done():
        future.set_result(findings)


def _set_error(future: "asyncio.Future[list[Findings]]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
