"""Reads texts whose words are all disguised in one way: reversed, in pig latin, without vowels, run together ...

The words come from the model that uses this, as in spelling.py. A text of ordinary words stays as it is.
"""

import codecs
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from moderation.domain.normalised_text import Edit, NormalisedText

_MASKS = "*#%&@_"
# From the first character on, and without going back: a row of 65 kB of masks is looked at once.
_TOKEN = re.compile(rf"(?<![A-Za-z{_MASKS}])[{_MASKS}]*+[A-Za-z][A-Za-z{_MASKS}]*+")
_VOWEL = re.compile("[aeiou]")
_VOWEL_OR_MASK = re.compile(rf"[aeiou{_MASKS}]")
_MASK = re.compile(f"[{_MASKS}]")
# From this share of unknown words on, by letters, a text is examined; as much of them must become known words.
_UNKNOWN, _SOLVED = 0.3, 0.6
_SHORTEST = 3  # letters of a word that counts: shorter ones are known whatever is done to them
_WORDS_EXAMINED = 400  # the rest of a longer text is read in the same way
_LONGEST = 24  # letters of a word; longer ones may be several
# Words run together: letters at least, pieces at least, and logarithm of the rank of their words for each letter, at most.
_JOINED, _PIECES = 9, 3
_DEAREST, _LONG, _DEAREST_OF_LONG = 1.35, 16, 2.0  # hardly any word has so many letters
_DEAREST_OF_SHORT = 2.2  # with a strong insult
_UNKNOWN_LETTER = 3.5  # what a letter costs that belongs to no known word
_KNOWN_LETTERS = 0.8  # the share of letters that belong to known words
_JOINED_LIMIT, _JOINED_LETTERS = 200, 400  # such words of a text, letters of each
_COMMONEST_INSULTS, _INSULT_LETTERS = (
    150,
    4,
)  # without vowels only these are told from others; letters at least
# Words made of these are known too.
_STEM = re.compile("fuck|bitch|nigg|fagg|cunt|shit|tard")
_INSULT_RANK = 100  # insults are read as often as common words: that is what is disguised


class _Token(NamedTuple):
    start: int
    end: int
    written: str  # lower case


class Decoder:
    """Knows a vocabulary, and undoes what makes it unrecognisable.

    words: lower case, the commonest first. insults: those most often disguised, the commonest first.
    """

    def __init__(self, words: Sequence[str], insults: Sequence[str]) -> None:
        self._rank = {word: rank for rank, word in enumerate(words) if len(word) > 1}
        self._rank |= dict.fromkeys("ai", 5)  # the vocabulary begins with all letters
        for rank, insult in enumerate(insults):
            self._rank[insult] = min(self._rank.get(insult, len(words)), _INSULT_RANK + rank)
        self._insults = frozenset(insults)
        ranked = sorted(self._rank, key=self._rank.__getitem__)
        self._by_consonants: dict[str, str] = {}
        self._by_frame: dict[str, list[str]] = {}
        for word in ranked:
            if word.isascii():
                for bare in (_VOWEL.sub("", word), word[0] + _VOWEL.sub("", word[1:])):
                    self._by_consonants.setdefault(bare, word)
                self._by_frame.setdefault(_VOWEL.sub("*", word), []).append(word)
        self._hidden = self._hidden_insults(insults)
        self._by_masked_consonant = {  # s*it is no suit
            f"{word[:place]}*{word[place + 1 :]}": word
            for word in reversed(insults[:_COMMONEST_INSULTS])
            for place in range(1, len(word) - 1)
            if len(word) >= _INSULT_LETTERS and not _VOWEL.match(word[place])
        }
        self._ways: tuple[Callable[[str], str], ...] = (
            self._reversed,
            self._from_pig_latin,
            self._from_rot13,
            self._without_vowels,
            self._with_wrong_vowels,
        )

    def decoded(self, view: NormalisedText) -> NormalisedText:
        """The text with its words as they are meant; the same object where nothing is disguised."""
        view = view.edited(self._joined(view.text))
        view = view.edited(self._disguised(view.text))
        return view.edited(self._single_insults(view.text))

    def _single_insults(self, text: str) -> Iterator[Edit]:
        for match in _TOKEN.finditer(text):
            if match.end() - match.start() > _LONGEST:
                continue
            written = match.group().lower()
            meant = self._hidden.get(written, "")
            mixed = match.group()[1:] not in (written[1:], written[1:].upper())  # DYKs
            # kcuF had a capital before it was reversed.
            if mixed and not (match.group()[:-1].islower() and meant == written[::-1]):
                meant = ""
            if not meant and not written.isalpha() and written[0] not in "#_":
                meant = self._with_wrong_vowels(written)
                meant = meant if meant in self._insults and meant != written else ""
            if meant:
                yield *match.span(), meant

    def _hidden_insults(self, insults: Sequence[str]) -> dict[str, str]:
        """Single insults reversed, in rot13, in pig latin or without vowels, where that is no other word."""
        meant_by_hidden: dict[str, str] = {}
        for place, word in enumerate(insults):
            if len(word) < _INSULT_LETTERS:
                continue
            consonants = word[0] + _VOWEL.sub("", word[1:])
            start = len(word) - len(word.lstrip("bcdfghjklmnpqrstvwxyz"))
            pig_latin = word[start:] + word[:start] + "ay" if start else word + "way"
            hidden = [codecs.encode(word, "rot13"), pig_latin]
            if len(word) > _INSULT_LETTERS or _STEM.search(word):
                hidden.append(word[::-1])  # "noob", "spic": the other way they are words
            if place < _COMMONEST_INSULTS and len(consonants) >= _INSULT_LETTERS:
                hidden.append(consonants)
            if word.startswith("fuck"):
                hidden += (_VOWEL.sub("a", word), consonants)  # f@ck
            for written in hidden:
                meant_by_hidden.setdefault(written, word)
        return {
            hidden: word for hidden, word in meant_by_hidden.items() if hidden not in self._rank
        }

    def _disguised(self, text: str) -> Iterator[Edit]:
        tokens = [
            _Token(*match.span(), match.group().lower())
            for match in _TOKEN.finditer(text)
            if match.end() - match.start() <= _LONGEST
        ]
        examined = tokens[:_WORDS_EXAMINED]
        unknown = [token.written for token in examined if not self._is_known(token.written)]
        letters = sum(len(token.written) for token in examined)
        unknown_letters = sum(map(len, unknown))
        if unknown_letters < _UNKNOWN * letters or not unknown:
            return
        best, most = None, 0.0
        for way in self._ways:
            solved = [word for word in unknown if self._is_telling(way(word))]
            gain = sum(map(len, solved))
            enough = len(solved) >= 2 or any(way(word) in self._insults for word in solved)
            if enough and gain > most and gain >= _SOLVED * unknown_letters:
                best, most = way, gain
        if best is None:
            return
        for token in tokens:
            meant = best(token.written)
            if meant and meant != token.written and self._is_better(token.written, meant):
                yield token.start, token.end, meant

    def _is_known(self, word: str) -> bool:
        return word in self._rank or (len(word) < _SHORTEST and bool(_VOWEL.search(word)))

    def _is_telling(self, word: str) -> bool:
        """Not a word that chance makes of anything."""
        return len(word) > _SHORTEST or (
            bool(word) and self._rank.get(word, len(self._rank)) < 2_000
        )

    def _is_better(self, written: str, meant: str) -> bool:
        return self._rank.get(meant, 0) < self._rank.get(written, math.inf)

    def _known_or_none(self, word: str) -> str:
        return word if word in self._rank or _STEM.search(word) else ""

    def _reversed(self, word: str) -> str:
        return self._known_or_none(word[::-1])

    def _from_rot13(self, word: str) -> str:
        return self._known_or_none(codecs.encode(word, "rot13"))

    def _from_pig_latin(self, word: str) -> str:
        candidates = []
        for ending in ("ay", "way", "yay"):
            if word.endswith(ending):
                core = word[: -len(ending)]
                # "way" and "yay" follow a vowel; otherwise up to three consonants have moved to the end.
                moves = range(len(core) and 1, min(4, len(core))) if ending == "ay" else (0,)
                candidates += [
                    core[len(core) - move :] + core[: len(core) - move] for move in moves
                ]
        known = [candidate for candidate in candidates if self._known_or_none(candidate)]
        return min(known, key=lambda candidate: self._rank.get(candidate, math.inf), default="")

    def _without_vowels(self, word: str) -> str:
        if _VOWEL_OR_MASK.search(word[1:]):
            return ""
        return self._by_consonants.get(word, "")

    def _with_wrong_vowels(self, word: str) -> str:
        """Vowels masked by different signs; '@' has been read as an 'a' already."""
        if word in self._by_masked_consonant:
            return self._by_masked_consonant[word]
        frame = _VOWEL_OR_MASK.sub("*", word)
        if not _MASK.search(word) and set(_VOWEL.findall(word)) != {"a"}:
            return ""
        fitting = self._by_frame.get(frame, ())
        agreeing = (
            candidate
            for candidate in fitting
            if all(a == b or a == "a" or a in _MASKS for a, b in zip(word, candidate, strict=True))
        )
        return next(agreeing, "")

    def _joined(self, text: str) -> Iterator[Edit]:
        """youareanidiot becomes you are an idiot."""
        words_left = _JOINED_LIMIT
        for match in _LONG_WORD.finditer(text):
            word = match.group().lower()
            if word in self._rank:
                continue
            words_left -= 1
            if words_left < 0:
                return
            pieces = self._pieces(word[:_JOINED_LETTERS])
            position = match.start()
            for piece in pieces[:-1]:
                position += len(piece)
                yield position - 1, position, text[position - 1] + " "

    def _pieces(self, word: str) -> list[str]:
        """The common words that a long one consists of; none where it is no such row."""
        is_long = len(word) >= _LONG
        best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _LONGEST // 2), end):
                piece = word[start:end]
                if self._is_piece(piece):
                    cost = math.log(self._rank[piece] + 10)
                elif is_long and len(piece) == 1:
                    cost = _UNKNOWN_LETTER
                else:
                    continue
                if best[start][0] + cost < best[end][0]:
                    best[end] = best[start][0] + cost, start
        if best[-1][0] > (_DEAREST_OF_LONG if is_long else _DEAREST_OF_SHORT) * len(word):
            return []
        pieces: list[str] = []
        known = letters = 0
        end = len(word)
        after_unknown = False
        while end:
            start = best[end][1]
            piece = word[start:end]
            if self._is_piece(piece):
                known += 1
                letters += len(piece)
                pieces.append(piece)
                after_unknown = False
            elif after_unknown:
                pieces[-1] = piece + pieces[-1]
            else:
                pieces.append(piece)
                after_unknown = True
            end = start
        pieces.reverse()
        others = [piece for piece in pieces if not _STRONG.fullmatch(piece)]
        if 1 < len(pieces) > len(others) and _COMMON.issuperset(others):  # abitch, youidiot
            return pieces
        if len(word) < _JOINED:
            return []
        if not is_long and best[-1][0] > _DEAREST * len(word):
            return []
        enough = known >= _PIECES + (letters < len(word))
        return pieces if enough and letters >= _KNOWN_LETTERS * len(word) else []

    def _is_piece(self, piece: str) -> bool:
        rank = self._rank.get(piece)
        return rank is not None and (len(piece) != 2 or rank <= _COMMON_PAIRS)


_LONG_WORD = re.compile(r"[A-Za-z][A-Za-z']{4,}[A-Za-z]")
# Insults of which two pieces are enough, if the others are such words. Shital is a name.
_STRONG = re.compile(
    r"\w*(?:fuck|bitch|nigg|fagg|cunt|shit)\w*|idiots?|morons?|assholes?|whores?|sluts?|retards?|bastards?|jerks?"
    r"|dicks?|fags?|twats?|pricks?|sucks?|asswipes?"
)
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "you",
        "your",
        "my",
        "own",
        "is",
        "are",
        "am",
        "this",
        "that",
        "he",
        "she",
        "they",
        "we",
        "so",
        "such",
        "what",
        "all",
        "of",
        "it",
        "its",
        "me",
        "no",
        "not",
        "and",
        "or",
        "i",
        "total",
        "fine",
    ]
)
_COMMON_PAIRS = (
    300  # rank: "to", "of" and "is" are words of two letters, "ni" and "lo" are pieces of others
)
