"""Every scorer over a batch, each with a deadline; what goes wrong becomes a fact, not an error."""

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
    fails at once until that thread comes back; the others are not held up.
    """

    def __init__(self, scorers: Sequence[Scorer], timeout: float) -> None:
        self._lanes = tuple(_ScorerThread(scorer) for scorer in scorers)
        self._timeout = timeout

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(lane.scorer.name for lane in self._lanes)

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that the models have learned."""
        learned = (getattr(lane.scorer, "languages", ()) for lane in self._lanes)
        return frozenset(code for codes in learned for code in codes)

    @property
    def hung(self) -> bool:
        """Whether a scorer has not come back from an earlier call."""
        return any(lane.busy for lane in self._lanes)

    @property
    def failing(self) -> tuple[str, ...]:
        """The scorers that could not measure the last time they were asked."""
        return tuple(lane.scorer.name for lane in self._lanes if lane.failing)

    def load(self) -> None:
        """Reads all models into memory now, so that no comment waits for one; never raises.

        What cannot be loaded is in `failing`, and tried again when it is needed.
        """
        for lane in self._lanes:
            if not isinstance(lane.scorer, _Loads):
                continue
            try:
                lane.call(lane.scorer.load, self._timeout)
            except Exception as error:
                lane.failing = True
                _log_failure(lane.scorer.name, "cannot be loaded", error)

    def measure(self, batch: Sequence[Candidate]) -> list[Findings]:
        """What is known about each candidate, in order. Never raises for what a scorer does.

        Scorers are asked one after another, and each sees what those before it measured.
        """
        signals: list[list[Signal]] = [[] for _ in batch]
        failed: list[list[str]] = [[] for _ in batch]
        for lane in self._lanes:
            seen = [
                replace(one, known=(*one.known, *before)) if before else one
                for one, before in zip(batch, signals, strict=True)
            ]
            for position, found in enumerate(self._ask(lane, seen)):
                if found is None:
                    failed[position].append(lane.scorer.name)
                else:
                    signals[position].extend(found)
        return [
            Findings(tuple(one), tuple(gone)) for one, gone in zip(signals, failed, strict=True)
        ]

    def explain(self, candidate: Candidate, scorer: str, label: str) -> tuple[Span, ...]:
        """The spans behind a score; () when its scorer cannot say in time."""
        lane = next((one for one in self._lanes if one.scorer.name == scorer), None)
        if lane is None:
            return ()
        asked = lane.scorer
        try:
            spans = lane.call(lambda: asked.explain(candidate, label), self._timeout)
        except Exception as error:
            _log_failure(scorer, "could not explain", error)
            return ()
        return tuple(one for one in spans if 0 <= one.start < one.end <= len(candidate.text))

    def _ask(
        self, lane: "_ScorerThread", batch: Sequence[Candidate]
    ) -> list[tuple[Signal, ...] | None]:
        try:
            found = lane.call(lambda: lane.scorer.measure(batch), self._timeout)
            if len(found) != len(batch):
                raise ScorerUnavailable("The scorer answered for another number of texts.")
        except ScorerUnavailable as error:
            lane.failing = True
            _log_failure(lane.scorer.name, "unavailable", error)
            return [None] * len(batch)
        except Exception as error:
            _log_failure(lane.scorer.name, "failed", error)
            if len(batch) == 1:
                return [None]
            # One bad text must not take its neighbours along.
            return [self._ask(lane, [one])[0] for one in batch]
        if None in found:
            lane.failing = True
        elif any(found):  # a model that nothing was for has not shown that it works
            lane.failing = False
        return [one if one is not None and _is_valid(one) else None for one in found]


def _is_valid(signals: Sequence[Signal]) -> bool:
    return all(
        math.isfinite(one.value) and (0.0 <= one.value <= 1.0 or not one.is_score)
        for one in signals
    )


def _log_failure(scorer: str, what: str, error: BaseException) -> None:
    facts = {"scorer": scorer, "error": type(error).__name__}
    if isinstance(error, ScorerUnavailable):  # a sentence for the operator, never with the text
        facts["why"] = error.message
    log.warning("scorer %s", what, extra=facts)


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
            raise ScorerUnavailable("The scorer has not come back from an earlier call.")
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
            threading.Thread(target=_work, args=(self._calls,), daemon=True).start()
        self.busy = True
        self._calls.put(run)
        try:
            result, error = answers.get(timeout=timeout)
        except queue.Empty:
            raise ScorerUnavailable("The scorer did not answer in time.") from None
        if error is not None:
            raise error
        return result


def _work(calls: "queue.SimpleQueue[Callable[[], None]]") -> None:
    while True:
        calls.get()()
