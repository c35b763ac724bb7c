"""Runs every scorer over a batch, each with a deadline; a failure is reported in the findings, not raised."""

import logging
import math
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Findings, Scorer, Signal, Span

log = logging.getLogger("gatehouse.scorers")


class ScorerPipeline:
    """The scorers of this process.

    timeout: seconds one scorer may take for one batch. A scorer that hangs keeps its own thread and
    fails at once until that thread returns; the others do not wait for it.
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
        return any(thread.busy for thread in self._threads)

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

    def measure(self, batch: Sequence[Candidate]) -> list[Findings]:
        """The findings about each candidate, in order. Never raises because of a scorer.

        Scorers are asked one after another, and each sees what those before it measured.
        """
        signals: list[list[Signal]] = [[] for _ in batch]
        failed: list[list[str]] = [[] for _ in batch]
        for thread in self._threads:
            candidates = [
                replace(candidate, known=(*candidate.known, *measured)) if measured else candidate
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

    def explain(self, candidate: Candidate, scorer: str, label: str) -> tuple[Span, ...]:
        """The spans behind a score; () when its scorer cannot tell, or not in time."""
        thread = next(
            (
                scorer_thread
                for scorer_thread in self._threads
                if scorer_thread.scorer.name == scorer
            ),
            None,
        )
        if thread is None:
            return ()
        chosen = thread.scorer
        try:
            spans = thread.call(lambda: chosen.explain(candidate, label), self._timeout)
        except Exception as error:
            _log_failure(scorer, "could not explain", error)
            return ()
        return tuple(span for span in spans if 0 <= span.start < span.end <= len(candidate.text))

    def _ask(
        self, thread: "_ScorerThread", batch: Sequence[Candidate]
    ) -> list[tuple[Signal, ...] | None]:
        try:
            answers = thread.call(lambda: thread.scorer.measure(batch), self._timeout)
            if len(answers) != len(batch):
                raise ScorerUnavailable("The scorer answered for a different number of texts.")
        except ScorerUnavailable as error:
            thread.failing = True
            _log_failure(thread.scorer.name, "unavailable", error)
            return [None] * len(batch)
        except Exception as error:
            _log_failure(thread.scorer.name, "failed", error)
            if len(batch) == 1:
                return [None]
            # One bad text must not fail the others of its batch.
            return [self._ask(thread, [candidate])[0] for candidate in batch]
        if None in answers:
            thread.failing = True
        elif any(answers):  # a model that had nothing to measure has not shown that it works
            thread.failing = False
        return [
            signals if signals is not None and _is_valid(signals) else None for signals in answers
        ]


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
        self.busy = False
        self.failing = False
        self._calls: queue.SimpleQueue[Callable[[], None]] | None = None

    def call(self, function: Callable[[], Any], timeout: float) -> Any:
        """The function's result. Raises ScorerUnavailable when it does not come in time."""
        if self.busy:
            raise ScorerUnavailable("The scorer has not returned from an earlier call.")
        answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answer: tuple[Any, BaseException | None] = (function(), None)
            except BaseException as error:
                answer = (None, error)
            self.busy = False
            answers.put(answer)

        if self._calls is None:  # made at first use: a thread would not survive a fork
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_run_calls, args=(self._calls,), daemon=True).start()
        self.busy = True
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
