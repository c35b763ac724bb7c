"""Asking others, never for long: in threads of its own, each question once, whoever fails left alone."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import TTLCache

log = logging.getLogger("gatehouse.scorers")

CACHE_SIZE = 10_000  # answers
THREADS = 4
QUEUE_LIMIT = 200  # questions; what is more is not asked
FAILURES_TO_PAUSE = 5  # in a row, until somebody is left alone
PAUSE_SECONDS = 300.0

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")
Clock = Callable[[], float]


@dataclass(slots=True)
class _Breaker:
    """failures: in a row. closed_until: when they may be asked again, by the clock."""

    failures: int = 0
    closed_until: float = 0.0


class ExternalLookup(Generic[Question, Answer]):
    """Answers to questions, as far as they come in time. Never raises.

    ask: the answer, or None for none; it may raise and may hang. whom: who is asked, a name for the
    log and for the breaker. seconds: for the questions of one call in all. kept_seconds: how long an
    answer is good. clock: seconds that only go forward.
    """

    def __init__(
        self,
        ask: Callable[[Question], Answer | None],
        whom: Callable[[Question], str],
        *,
        seconds: float,
        kept_seconds: float,
        clock: Clock = time.monotonic,
    ) -> None:
        self._ask_them, self._whom = ask, whom
        self._seconds, self._clock = seconds, clock
        self._breakers: dict[str, _Breaker] = {}
        self._known: TTLCache[Question, Answer] = TTLCache(CACHE_SIZE, kept_seconds, clock)
        self._asked: set[Question] = set()
        self._questions: queue.SimpleQueue[Question] = queue.SimpleQueue()
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []

    def answers(self, wanted: Collection[Question]) -> dict[Question, Answer]:
        """Asks what is not known yet; what is known in the end."""
        wanted = set(wanted)
        with self._change:
            self._ask(wanted)
            self._change.wait_for(lambda: not (wanted & self._asked), self._seconds)
            for question in wanted & self._asked:
                self._failed(self._whom(question))
            return self._known_of(wanted)

    def known(self, wanted: Collection[Question]) -> dict[Question, Answer]:
        """What is known already; nobody is asked."""
        with self._change:
            return self._known_of(wanted)

    def _known_of(self, wanted: Collection[Question]) -> dict[Question, Answer]:
        return {one: answer for one in wanted if (answer := self._known.get(one)) is not None}

    def _breaker(self, whom: str) -> _Breaker:
        return self._breakers.setdefault(whom, _Breaker())

    def _ask(self, wanted: set[Question]) -> None:
        now = self._clock()
        for question in wanted - self._asked:
            if question in self._known:
                continue
            resting = now < self._breaker(self._whom(question)).closed_until
            if resting or len(self._asked) >= QUEUE_LIMIT:
                continue
            self._asked.add(question)
            self._questions.put(question)
        if self._asked and not self._threads:  # at first use: threads do not survive a fork
            self._threads = [
                threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)
            ]
            for thread in self._threads:
                thread.start()

    def _work(self) -> None:
        while True:
            question = self._questions.get()
            with self._change:
                resting = self._clock() < self._breaker(self._whom(question)).closed_until
            said = None
            if not resting:
                try:
                    said = self._ask_them(question)
                except Exception:  # never with its message: it may quote the question
                    said = None
            with self._change:
                self._asked.discard(question)
                if said is None:
                    self._failed(self._whom(question))
                else:
                    self._breaker(self._whom(question)).failures = 0
                    self._known[question] = said
                self._change.notify_all()

    def _failed(self, whom: str) -> None:
        breaker, now = self._breaker(whom), self._clock()
        breaker.failures += 1
        if breaker.failures >= FAILURES_TO_PAUSE and now >= breaker.closed_until:
            breaker.closed_until = now + PAUSE_SECONDS
            breaker.failures = FAILURES_TO_PAUSE - 1  # after the rest one more is enough
            log.warning("somebody outside is left alone for a while", extra={"whom": whom})
