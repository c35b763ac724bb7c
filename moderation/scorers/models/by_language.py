"""A model that measures only its own share of the comments: those in the languages it is there for."""

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
    """A model and its share: the comments whose language `takes` says yes to.

    The others get no signals from it, and do not fail when it does. The language is what the scorer
    `language` has told before. takes: gets its ISO 639 code, '' where no model has learned it.
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
        """None for each of its own comments where the model is unavailable."""
        own = [self._takes(_code(candidate)) for candidate in batch]
        mine = [one for one, is_mine in zip(batch, own, strict=True) if is_mine]
        found: Iterator[tuple[Signal, ...] | None]
        try:
            found = iter(self._model.measure(mine) if mine else ())
        except ScorerUnavailable as error:
            log.warning("scorer unavailable", extra={"scorer": self.name, "why": error.message})
            found = repeat(None)
        return [next(found) if is_mine else () for is_mine in own]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return self._model.explain(candidate, label)


def _code(candidate: Candidate) -> str:
    told = {signal.name: signal.note for signal in candidate.known}
    return "" if "language_unsupported" in told else told.get("language", "")
