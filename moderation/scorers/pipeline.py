"""Runs every scorer over a batch, each with a deadline; a failure is reported in the findings, not raised."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from moderation import memory
from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Findings, Scorer, Signal, Span

log = logging.getLogger("gatehouse.scorers")


# Texts that a scorer gets at once, together: as much as the longest comment, or hundreds of ordinary ones.
PART_CHARACTERS = 65_525
_MISSES = 3  # texts tried alone without any answer until the scorer, not the text, is at fault


class ScorerPipeline:
    """The scorers of this process.

    timeout: seconds one scorer may take for one batch, or for PART_CHARACTERS of a larger one. Where it fails or
    takes longer, each text is tried alone, all of them within the same time once more. A scorer that hangs on
    a single text keeps its own thread and fails at once until that thread returns; the others do not wait for it.
    """

    def __init__(self, scorers: Sequence[Scorer], timeout: float) -> None:
        self._threads = tuple(_ScorerThread(scorer) for scorer in scorers)
        self._timeout = timeout

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(thread.scorer.name for thread in self._threads)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that the models have learned."""
        learned = (getattr(thread.scorer, "languages", ()) for thread in self._threads)
        return frozenset(code for codes in learned for code in codes)

    @property
    def hung(self) -> bool:
        """Whether a scorer has not returned from an earlier call."""
        return any(thread.busy or thread.stuck for thread in self._threads)

    @property
    def failing(self) -> tuple[str, ...]:
        """The scorers that could not measure the last time they were asked."""
        return tuple(thread.scorer.name for thread in self._threads if thread.failing)

    def load(self) -> None:
        """Reads all models into memory now, so that no comment waits for one; never raises.

        What cannot be loaded is in `failing` and is tried again when it is needed.
        """
        for thread in self._threads:
            if not isinstance(thread.scorer, _Loads):
                continue
            try:
                thread.call(thread.scorer.load, self._timeout)
            except Exception as error:
                thread.failing = True
                _log_failure(thread.scorer.name, "cannot be loaded", error)
        memory.give_back()

    def measure(self, batch: Sequence[Candidate], *, asks_others: bool = True) -> list[Findings]:
        """The findings about each candidate, in order. Never raises because of a scorer.

        Scorers are asked one after another, and each sees what those before it measured. asks_others: False leaves
        out those that ask a service elsewhere.
        """
        signals: list[list[Signal]] = [[] for _ in batch]
        failed: list[list[str]] = [[] for _ in batch]
        for thread in self._threads:
            if not asks_others and getattr(thread.scorer, "is_external", False):
                continue
            candidates = [
                replace(candidate, signals=(*candidate.signals, *measured))
                if measured
                else candidate
                for candidate, measured in zip(batch, signals, strict=True)
            ]
            for position, scorer_signals in enumerate(self._ask(thread, candidates)):
                if scorer_signals is None:
                    failed[position].append(thread.scorer.name)
                else:
                    signals[position].extend(scorer_signals)
        return [
            Findings(tuple(candidate_signals), tuple(failed_scorers))
            for candidate_signals, failed_scorers in zip(signals, failed, strict=True)
        ]

    def explains_slowly(self, scorer: str) -> bool:
        """Whether a scorer has to run its model to explain a score: the toxicity models, which know languages."""
        thread = self._thread(scorer)
        return thread is not None and bool(getattr(thread.scorer, "languages", ()))

    def explain(self, candidate: Candidate, scorer: str, label: str) -> tuple[Span, ...]:
        """The spans behind a score; () when its scorer cannot tell, or not in time."""
        thread = self._thread(scorer)
        if thread is None:
            return ()
        chosen = thread.scorer
        try:
            spans = thread.call(lambda: chosen.explain(candidate, label), self._timeout)
        except Exception as error:
            _log_failure(scorer, "could not explain", error)
            return ()
        return tuple(span for span in spans if 0 <= span.start < span.end <= len(candidate.text))

    def _thread(self, scorer: str) -> "_ScorerThread | None":
        return next((thread for thread in self._threads if thread.scorer.name == scorer), None)

    def _ask(
        self, thread: "_ScorerThread", batch: Sequence[Candidate]
    ) -> list[tuple[Signal, ...] | None]:
        answers: list[tuple[Signal, ...] | None] = []
        for part in _parts(batch):
            answers_of_part = self._ask_once(thread, part, self._timeout)
            if None in answers_of_part and len(part) > 1:
                answers_of_part = self._ask_alone(thread, part, answers_of_part)
            answers += answers_of_part
        if any(answers):  # a model that had nothing to measure has not shown that it works
            thread.failing = False
        return [
            signals if signals is not None and _is_valid(signals) else None for signals in answers
        ]

    def _ask_once(
        self, thread: "_ScorerThread", batch: Sequence[Candidate], timeout: float
    ) -> list[tuple[Signal, ...] | None]:
        try:
            answers = list(thread.call(lambda: thread.scorer.measure(batch), timeout))
            if len(answers) != len(batch):
                raise ScorerUnavailable("The scorer answered for a different number of texts.")
        except ScorerUnavailable as error:
            thread.failing = True
            _log_failure(thread.scorer.name, "unavailable", error)
            return [None] * len(batch)
        except Exception as error:
            _log_failure(thread.scorer.name, "failed", error)
            return [None] * len(batch)
        if None in answers:
            thread.failing = True
        return answers

    def _ask_alone(
        self,
        thread: "_ScorerThread",
        batch: Sequence[Candidate],
        together: Sequence[tuple[Signal, ...] | None],
    ) -> list[tuple[Signal, ...] | None]:
        """What failed in a batch once more, text by text: a bad one must not fail the others.

        The shortest come first. Each may take half of the time that is left, so that one which hangs leaves some to
        the others. A scorer that answers for none of the first few is not asked about the rest.
        """
        answers = list(together)
        failed = [position for position, signals in enumerate(answers) if signals is None]
        failed.sort(key=lambda position: len(batch[position].text))
        until = time.monotonic() + self._timeout
        misses = answered = 0
        for position in failed:
            left = until - time.monotonic()
            if left < self._timeout / 100:
                break
            if (misses >= _MISSES and not answered) or thread.stuck >= _MISSES:
                break
            if thread.busy:
                thread.replace()
            [answers[position]] = self._ask_once(thread, [batch[position]], left / 2)
            answered += answers[position] is not None
            misses += answers[position] is None
        return answers


def _parts(batch: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """The batch in parts of PART_CHARACTERS at most, or of one text."""
    part: list[Candidate] = []
    size = 0
    for candidate in batch:
        if part and size + len(candidate.text) > PART_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(candidate)
        size += len(candidate.text)
    if part:
        yield part


def _is_valid(signals: Sequence[Signal]) -> bool:
    return all(
        math.isfinite(signal.value) and (0.0 <= signal.value <= 1.0 or not signal.is_score)
        for signal in signals
    )


def _log_failure(scorer: str, failure: str, error: BaseException) -> None:
    fields = {"scorer": scorer, "error": type(error).__name__}
    if isinstance(
        error, ScorerUnavailable
    ):  # its message is for the operator and never quotes the text
        fields["why"] = error.message
    log.warning("scorer %s", failure, extra=fields)


@runtime_checkable
class _Loads(Protocol):
    """A scorer with a model that takes a while to load."""

    def load(self) -> None: ...


class _ScorerThread:
    """One scorer and the thread that it runs on; a daemon, so that a hung one cannot stop an exit."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.failing = False
        self.stuck = 0  # earlier threads that have not returned
        self._calls: queue.SimpleQueue[Callable[[], None]] | None = None
        self._running: object = None
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether a call has not returned that was not given up."""
        return self._running is not None

    def replace(self) -> None:
        """Gives up the call that has not returned: the next one gets a new thread."""
        with self._lock:
            if self._running is not None:
                self._running, self._calls = None, None
                self.stuck += 1

    def call(self, function: Callable[[], Any], timeout: float) -> Any:
        """The function's result. Raises ScorerUnavailable when it does not come in time."""
        if self.busy:
            raise ScorerUnavailable("The scorer has not returned from an earlier call.")
        answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        this_call = object()

        def run() -> None:
            try:
                answer: tuple[Any, BaseException | None] = (function(), None)
            except BaseException as error:
                answer = (None, error)
            with self._lock:
                if self._running is this_call:
                    self._running = None
                else:
                    self.stuck -= 1
            answers.put(answer)

        if self._calls is None:  # made at first use: a thread would not survive a fork
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_run_calls, args=(self._calls,), daemon=True).start()
        self._running = this_call
        self._calls.put(run)
        try:
            result, error = answers.get(timeout=timeout)
        except queue.Empty:
            raise ScorerUnavailable("The scorer did not answer in time.") from None
        if error is not None:
            raise error
        return result


def _run_calls(calls: "queue.SimpleQueue[Callable[[], None]]") -> None:
    while True:
        calls.get()()
