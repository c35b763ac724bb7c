"""Finds threats and hate that need no ugly word, by the patterns in phrases.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import re2

from moderation.domain.patterns import find_matches, find_spans
from moderation.domain.score import Candidate, Signal, Span

_FILE = Path(__file__).with_name("phrases.toml")
_KINDS = ("threat", "hate", "slur", "accusation")
_BEFORE, _AFTER = r"(?:^|[^\pL\pN_'])", r"(?:$|[^\pL\pN_])"
_SLOT = re.compile(r"\{([a-z]+)\}")
_MOST = 20  # matches of a kind
_CONTEXT = 60  # characters before a match that may say that it is somebody else's
_QUOTED = re2.compile(r'"[^"\n]{1,300}"|“[^”\n]{1,300}”|«[^»\n]{1,300}»')
_SENTENCE_END = re.compile(r"[.!?\n]")


class Phrases:
    """Signal `threat_phrase`, value: how many were found; `hate_phrase`, `slur_phrase`, `accusation_phrase` likewise.

    The text is read normalised. A phrase in quotation marks, or that the words before it deny or report, does not count,
    unless it is all there is.
    """

    name = "phrases"

    def __init__(self) -> None:
        content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        self._patterns = {
            kind: _compile(content[kind]["patterns"], content["words"]) for kind in _KINDS
        }
        self._inside = re.compile(content["unless"]["inside"], re.IGNORECASE)
        self._unless = re.compile(content["unless"]["before"], re.IGNORECASE)

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        return [self._signals(candidate) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """The matches, in the order of the text."""
        found = (signal.spans for signal in self._signals(candidate) if signal.name == label)
        return next(found, ())

    def _signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        view = candidate.view
        text = view.text.replace("’", "'")
        signals = []
        quotations: list[tuple[int, int]] | None = None
        for kind, pattern in self._patterns.items():
            matches = [match.span(1) for match in find_matches(pattern, text, _MOST)]
            if matches and quotations is None:
                quotations = find_spans(_QUOTED, text, 10 * _MOST)
            spans = tuple(
                Span(*view.original(start, end))
                for start, end in matches
                if not self._is_reported(text, start, end, quotations or [])
            )
            if spans:
                signals.append(Signal(f"{kind}_phrase", float(len(spans)), self.name, spans=spans))
        return tuple(signals)

    def _is_reported(
        self, text: str, start: int, end: int, quotations: Sequence[tuple[int, int]]
    ) -> bool:
        if any(
            first <= start and end <= last and last - first < 0.8 * len(text.strip())
            for first, last in quotations
        ):
            return True
        if self._inside.search(text, start, end):
            return True
        before = _SENTENCE_END.split(text[max(0, start - _CONTEXT) : start])[-1]
        return bool(self._unless.search(before.rstrip() + " "))


def _compile(patterns: Sequence[str], words: Mapping[str, str]) -> Any:
    """One RE2 pattern for all of a kind."""

    def fill(pattern: str) -> str:
        for _ in range(3):  # words may contain words
            pattern = _SLOT.sub(
                lambda slot: f"(?:{words[slot[1]]})" if slot[1] in words else slot[0], pattern
            )
        return pattern.replace("{{", "{").replace("}}", "}").replace(" ", r"[\pZ\s]+")

    options = re2.Options()
    options.max_mem = 64 << 20
    return re2.compile(f"(?i){_BEFORE}({'|'.join(map(fill, patterns))}){_AFTER}", options)
