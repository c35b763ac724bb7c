"""Tells which language a comment is in, and whether a toxicity model has learned it."""

from collections.abc import Iterable, Sequence

from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.language_guess import LanguageGuesser, LanguagePiece

# A comment is called foreign to its page only with more confidence and more letters.
FOREIGN_CONFIDENCE = 0.8
FOREIGN_LETTERS = 40


class Language:
    """Signals `language` (value: confidence 0..1, note: ISO 639 code) and `language_unsupported`.

    The text is read piece by piece, as written (language_guess.py). What tells no language, or too little of
    it, is in the language of the page, else in English, with confidence 0. `language_unsupported` is 1.0 where
    a piece is in a language that the toxicity model has not learned; its note says which, as a sentence for
    moderators. `language_unlike_page` (value: confidence, note: code) where the comment is in another language
    than its page, and long enough to be sure.

    covered: codes the toxicity model has learned.
    """

    name = "language"

    def __init__(self, covered: frozenset[str]) -> None:
        self._covered = covered
        self._guesser: LanguageGuesser | None = None

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        """Raises ScorerUnavailable when the detector cannot be loaded."""
        if self._guesser is None:
            self._guesser = LanguageGuesser()
        return [self._signals(candidate, self._guesser) for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        """Nothing: the whole text shows its language."""
        return ()

    def _signals(self, candidate: Candidate, guesser: LanguageGuesser) -> tuple[Signal, ...]:
        page = candidate.language.split("-")[0].lower()
        home = page or "en"
        pieces = guesser.pieces(candidate.text, home)
        code, confidence, letters = _main_language(pieces, home)
        signals = [Signal("language", confidence, self.name, note=code)]
        if code not in self._covered:
            is_sure = not confidence or any(piece.is_sure for piece in pieces if piece.code == code)
            foreign = [LanguagePiece(code, confidence, letters, is_sure)]
        else:
            at_home = sum(piece.letters for piece in pieces if piece.code in ("", home))
            foreign = [
                piece
                for piece in pieces
                if piece.code not in self._covered | {""}
                and (piece.is_sure or piece.letters > at_home)
            ]
        if foreign:
            note = _described(max(foreign, key=lambda piece: (piece.is_sure, piece.letters)))
            signals.append(Signal("language_unsupported", 1.0, self.name, note=note))
        if (
            page not in ("", code)
            and confidence > FOREIGN_CONFIDENCE
            and letters >= FOREIGN_LETTERS
        ):
            signals.append(Signal("language_unlike_page", confidence, self.name, note=code))
        return tuple(signals)


def _main_language(pieces: Iterable[LanguagePiece], home: str) -> tuple[str, float, int]:
    """(code, confidence by letters, letters) of the language with the most letters."""
    letters: dict[str, int] = {home: 0}
    certainty: dict[str, float] = {home: 0.0}
    for piece in pieces:
        code = piece.code or home
        letters[code] = letters.get(code, 0) + piece.letters
        certainty[code] = certainty.get(code, 0.0) + piece.confidence * piece.letters
    code = max(letters, key=letters.__getitem__)
    return code, certainty[code] / max(1, letters[code]), letters[code]


def _described(piece: LanguagePiece) -> str:
    if piece.code == "und":
        return "unknown"
    return piece.code if piece.is_sure else f"not sure, perhaps {piece.code}"
