"""Scores for those who wait: bounded, beside the event loop, never through the broker.

One thread scores. What gathers while it works is its next batch, so a quiet service answers at once
and a busy one spends less on each text. Whoever would have to wait past the deadline is told so at
once: an answer that comes too late helps nobody, and delays all the others.
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

# Texts of a batch, and texts of one request in it: a request with a thousand texts shares the thread
# with those that have one.
BATCH, SHARE = 32, 8
# Work in a batch, in characters: so much keeps the thread busy for some 50 ms of the bundled model.
BATCH_WORK = 16_000
# What a text costs beside its characters: the same as so many of them.
TEXT_OVERHEAD = 200
# Requests that wait; the estimate below refuses earlier unless texts are tiny.
WAITING_LIMIT = 1_000
# The first guess at the pace, until a batch has been measured. Seconds a character.
FIRST_SECONDS_PER_WORK = 1e-5
# A model may load for so long while the first callers wait. Seconds.
LOADING_SECONDS = 20.0


@dataclass(eq=False)
class _Job:
    texts: Sequence[str]
    language: str
    future: "asyncio.Future[list[Findings]]"
    loop: asyncio.AbstractEventLoop
    found: list[Findings] = field(default_factory=list)
    taken: int = 0
    left: int = 0  # work that nobody has taken yet, in characters

    def in_turns(self, turns: int) -> float:
        """Its work in so many turns, about."""
        texts = len(self.texts) - self.taken
        return self.left * min(1.0, turns * SHARE / texts)


class SynchronousScoring:
    """The scorers of this process.

    make_panel: called once, in the thread, when the first text comes or by warm(). deadline: seconds a
    caller waits at most, unless it says otherwise.
    """

    def __init__(self, make_panel: "Callable[[], ScorerPipeline]", deadline: float) -> None:
        self._make_panel = make_panel
        self._deadline = deadline
        self._panel: ScorerPipeline | None = None
        self._pace = FIRST_SECONDS_PER_WORK
        self._jobs: deque[_Job] = deque()
        self._in_hand = 0  # work of the batch that is being scored
        self._change = threading.Condition()
        self._open = True
        self.broken = False  # the scorers could not be made
        self._thread: threading.Thread | None = None

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that the models have learned; empty until they are loaded."""
        return self._panel.languages if self._panel else frozenset()

    @property
    def started(self) -> bool:
        """Whether anything has asked for the models."""
        return self._thread is not None

    @property
    def warm(self) -> bool:
        """Whether the models are loaded."""
        return self._panel is not None

    def start(self) -> None:
        """Loads the models in the background; without this the first text does."""
        with self._change:
            if self._thread is None and self._open:
                self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
                self._thread.start()

    async def assess(
        self, texts: Sequence[str], language: str = "", deadline: float = 0.0
    ) -> list[Findings]:
        """What is known about each text, in order; nothing is kept.

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
                found = await job.future
        except TimeoutError:
            metrics.scoring_refused.labels("late").inc()
            raise TooMany("The scores did not come in time.", 1) from None
        metrics.scoring_seconds.observe(time.perf_counter() - began)
        return found

    def close(self) -> None:
        """Finishes the batch in hand; whoever still waits is told to come back."""
        with self._change:
            self._open = False
            left = list(self._jobs)
            self._jobs.clear()
            self._change.notify()
        for job in left:
            _tell(job, _fail, job.future, Unavailable("The service is stopping."))
        if self._thread:
            self._thread.join(timeout=10)

    def _admit(self, job: _Job, deadline: float) -> None:
        with self._change:
            if not self._open:
                raise Unavailable("The service is stopping.")
            # Alone it may try: the pace is an estimate, and may be one of another day.
            turns = -(-len(job.texts) // SHARE)
            ahead = self._in_hand + sum(one.in_turns(turns) for one in self._jobs)
            wait = (ahead + job.left) * self._pace if ahead else 0.0
            if wait > deadline or len(self._jobs) >= WAITING_LIMIT:
                metrics.scoring_refused.labels("full").inc()
                raise TooMany("More is arriving than can be scored in time.", max(1, round(wait)))
            self._jobs.append(job)
            metrics.scoring_waiting.set(len(self._jobs))
            self._change.notify()

    def _run(self) -> None:
        panel = None
        try:
            panel = self._make_panel()
            _measure(panel, [_WARM_UP], [""])
        except Exception as error:
            self.broken = True
            log.error("the scorers cannot be made", exc_info=error)
        self._panel = panel
        while batch := self._gather():
            self._score(batch)

    def _gather(self) -> list[tuple[_Job, int, int]]:
        """The next batch: pieces of the jobs in turn, as (job, from, to). Empty at the end."""
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
            if job.future.done():  # nobody waits for it any more
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
        self._in_hand = BATCH_WORK - room if batch else 0
        return batch

    def _score(self, batch: list[tuple[_Job, int, int]]) -> None:
        texts = [text for job, start, end in batch for text in job.texts[start:end]]
        languages = [job.language for job, start, end in batch for _ in range(start, end)]
        work = _work(texts)
        began = time.perf_counter()
        failure: Unavailable | None = None
        found: list[Findings] = []
        try:
            if self._panel is None:
                raise Unavailable("There is nothing to score with.")
            found = _measure(self._panel, texts, languages)
            self._pace += 0.2 * ((time.perf_counter() - began) / work - self._pace)
        except Unavailable as error:
            failure = error
        except Exception as error:
            log.error("a batch could not be scored", extra={"error": type(error).__name__})
            failure = Unavailable("The text could not be scored.")
        metrics.scoring_batch.observe(len(texts))
        at = 0
        for job, start, end in batch:
            if failure:
                _tell(job, _fail, job.future, failure)
                continue
            job.found += found[at : at + end - start]
            at += end - start
            if len(job.found) == len(job.texts):
                _tell(job, _settle, job.future, job.found)


_WARM_UP = "Thank you, that was an interesting article."


def _measure(
    panel: "ScorerPipeline", texts: Sequence[str], languages: Sequence[str]
) -> list[Findings]:
    from moderation.judging.score_texts import score_texts

    return score_texts(panel, texts, languages)


def _work(texts: Sequence[str]) -> int:
    return sum(len(text) + TEXT_OVERHEAD for text in texts)


def _tell(job: _Job, how: "Callable[..., None]", *what: object) -> None:
    try:
        job.loop.call_soon_threadsafe(how, *what)
    except RuntimeError:  # the loop is closed, and nobody waits
        log.debug("an answer had nobody left to go to")


def _settle(future: "asyncio.Future[list[Findings]]", found: list[Findings]) -> None:
    if not future.done():
        future.set_result(found)


def _fail(future: "asyncio.Future[list[Findings]]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
