"""Asks other services within a time limit, with threads, a cache of answers and a circuit breaker."""

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
QUEUE_LIMIT = 200  # questions waiting; beyond that none is asked
FAILURES_TO_PAUSE = 5  # in a row, until a service is not asked for a while
PAUSE_SECONDS = 300.0

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")
Clock = Callable[[], float]


@dataclass(slots=True)
class _Breaker:
    """failures: in a row. closed_until: when the service may be asked again, by the clock."""

    failures: int = 0
    closed_until: float = 0.0


class ExternalLookup(Generic[Question, Answer]):
    """Gets the answers to questions that come in time. Never raises.

    ask: returns the answer, or None for none; it may raise and may hang. service_of: names the service that a
    question goes to, for the log and the breaker. seconds: for all questions of one call together.
    kept_seconds: how long an answer is cached. clock: seconds that only go forward.
    """

    def __init__(
        self,
        ask: Callable[[Question], Answer | None],
        service_of: Callable[[Question], str],
        *,
        seconds: float,
        kept_seconds: float,
        clock: Clock = time.monotonic,
    ) -> None:
        self._ask, self._service_of = ask, service_of
        self._seconds, self._clock = seconds, clock
        self._breakers: dict[str, _Breaker] = {}
        self._cache: TTLCache[Question, Answer] = TTLCache(CACHE_SIZE, kept_seconds, clock)
        self._pending: set[Question] = set()
        self._questions: queue.SimpleQueue[Question] = queue.SimpleQueue()
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []

    def answers(self, questions: Collection[Question]) -> dict[Question, Answer]:
        """Asks what is not cached; returns the answers there are in the end."""
        questions = set(questions)
        with self._change:
            self._enqueue(questions)
            self._change.wait_for(lambda: not (questions & self._pending), self._seconds)
            for question in questions & self._pending:
                self._count_failure(self._service_of(question))
            return self._cached(questions)

    def cached_answers(self, questions: Collection[Question]) -> dict[Question, Answer]:
        """The cached answers; nothing is asked."""
        with self._change:
            return self._cached(questions)

    def _cached(self, questions: Collection[Question]) -> dict[Question, Answer]:
        return {
            question: answer
            for question in questions
            if (answer := self._cache.get(question)) is not None
        }

    def _breaker(self, service: str) -> _Breaker:
        return self._breakers.setdefault(service, _Breaker())

    def _enqueue(self, questions: set[Question]) -> None:
        now = self._clock()
        for question in questions - self._pending:
            if question in self._cache:
                continue
            is_paused = now < self._breaker(self._service_of(question)).closed_until
            if is_paused or len(self._pending) >= QUEUE_LIMIT:
                continue
            self._pending.add(question)
            self._questions.put(question)
        if self._pending and not self._threads:  # at first use: threads do not survive a fork
            self._threads = [
                threading.Thread(target=self._answer_questions, daemon=True) for _ in range(THREADS)
            ]
            for thread in self._threads:
                thread.start()

    def _answer_questions(self) -> None:
        while True:
            question = self._questions.get()
            with self._change:
                is_paused = self._clock() < self._breaker(self._service_of(question)).closed_until
            answer = None
            if not is_paused:
                try:
                    answer = self._ask(question)
                except Exception:  # its message is left out: it may quote the question
                    answer = None
            with self._change:
                self._pending.discard(question)
                if answer is None:
                    self._count_failure(self._service_of(question))
                else:
                    self._breaker(self._service_of(question)).failures = 0
                    self._cache[question] = answer
                self._change.notify_all()

    def _count_failure(self, service: str) -> None:
        breaker, now = self._breaker(service), self._clock()
        breaker.failures += 1
        if breaker.failures >= FAILURES_TO_PAUSE and now >= breaker.closed_until:
            breaker.closed_until = now + PAUSE_SECONDS
            breaker.failures = FAILURES_TO_PAUSE - 1  # after the pause one more is enough
            log.warning("an external service is not asked for a while", extra={"service": service})
