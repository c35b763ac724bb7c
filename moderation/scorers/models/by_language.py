"""Lets a model measure only comments in certain languages."""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Protocol

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Scorer, Signal, Span

log = logging.getLogger("gatehouse.scorers")


class Model(Scorer, Protocol):
    """A scorer that has learned languages."""

    @property
    def languages(self) -> frozenset[str]: ...


class ByLanguage:
    """A model that measures the comments whose language it takes.

    The others get no signals from it and do not fail when it does. The language is the one that the scorer
    `language` found before. takes: says yes or no to an ISO 639 code, '' where no model has learned it.
    """

    def __init__(self, model: Model, takes: Callable[[str], bool]) -> None:
        self._model, self._takes = model, takes

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages the model has learned."""
        return self._model.languages

    def load(self) -> None:
        """Raises ScorerUnavailable."""
        load = getattr(self._model, "load", None)
        if load:
            load()

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...] | None]:
        """None for each comment that it takes while the model is unavailable."""
        is_own = [self._takes(_language_code(candidate)) for candidate in batch]
        own_candidates = [
            candidate for candidate, taken in zip(batch, is_own, strict=True) if taken
        ]
        answers: Iterator[tuple[Signal, ...] | None]
        try:
            answers = iter(self._model.measure(own_candidates) if own_candidates else ())
        except ScorerUnavailable as error:
            log.warning("scorer unavailable", extra={"scorer": self.name, "why": error.message})
            answers = repeat(None)
        return [next(answers) if taken else () for taken in is_own]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return self._model.explain(candidate, label)


def _language_code(candidate: Candidate) -> str:
    notes = {signal.name: signal.note for signal in candidate.signals}
    return "" if "language_unsupported" in notes else notes.get("language", "")
