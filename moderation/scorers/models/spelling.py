"""Restores insults with letters masked or left out (f**k, idot) and words with letters swapped (fcuk).

The words come from the model that uses this: its lexicon.txt and its vocabulary. The rest of a text stays as
it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from moderation.domain.normalised_text import NormalisedText

_WORD = re.compile(r"[A-Za-z][A-Za-z*#%_]{2,}")
_MASK_RUN = re.compile(r"[*#%_]+")
LONG, LONGEST = 5, 24
SHORTEST = 4  # letters: a shorter misspelling of an insult is mostly another word


class Spelling:
    """Replaces misspelt words by the intended ones.

    words: lower case, the commonest first. ordinary: misspellings of them that are words themselves ("itch",
    "duck") and stay. known: the model's vocabulary: none of these is a misspelling, and two neighbouring
    letters swapped in one of at least LONG letters are swapped back.
    """

    def __init__(
        self,
        words: Sequence[str],
        ordinary: Iterable[str] = (),
        known: frozenset[str] = frozenset(),
    ) -> None:
        self._words_by_length: dict[int, list[str]] = {}
        for word in words:
            self._words_by_length.setdefault(len(word), []).append(word)
        self._known = known
        self._meaning_by_spelling = meanings(words)
        for word in (*ordinary, *known):
            self._meaning_by_spelling.pop(word, None)

    def repaired(self, view: NormalisedText) -> NormalisedText:
        """The text with those words restored; the same object where there are none."""
        return view.edited(self._edits(view.text))

    def _edits(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _WORD.finditer(text):
            written = match.group().lower()
            intended = (
                self._correct_spelling(written) if written.isalpha() else self._unmask(written)
            )
            if intended:
                yield match.start(), match.end(), intended

    def _correct_spelling(self, written: str) -> str | None:
        if written in self._known:
            return None
        intended = self._meaning_by_spelling.get(written)
        if intended or not LONG <= len(written) <= LONGEST:
            return intended
        for position in range(1, len(written) - 1):
            swapped = (
                written[:position]
                + written[position + 1]
                + written[position]
                + written[position + 2 :]
            )
            if swapped in self._known:
                return swapped
        return None

    def _unmask(self, written: str) -> str | None:
        """The commonest word that fits f**k, sh*t or b****, one mask character for each letter; None for none."""
        masks = _MASK_RUN.findall(written)
        # A single mask character at the end is a footnote.
        if written[-1] in "*#%_" and (len(masks[-1]) < 2 or len(masks) > 1):
            return None
        # Letter by letter: a pattern for each would cost 65 kB of masked words a second.
        fitting = self._words_by_length.get(len(written), [])
        for position, letter in enumerate(written):
            if letter not in "*#%_":
                fitting = [word for word in fitting if word[position] == letter]
        return fitting[0] if fitting else None


def meanings(words: Sequence[str]) -> dict[str, str]:
    """The intended word of each misspelling with two neighbouring letters swapped or an inner letter left out."""
    words_by_misspelling: dict[str, str] = {}
    for word in words:
        if len(word) < SHORTEST:
            continue
        for position in range(len(word) - 1):
            words_by_misspelling.setdefault(
                word[:position] + word[position + 1] + word[position] + word[position + 2 :], word
            )
        for position in range(1, len(word) - 1):
            if len(word) > SHORTEST or word[position] in "aeiou":
                words_by_misspelling.setdefault(word[:position] + word[position + 1 :], word)
    for word in words:
        words_by_misspelling.pop(word, None)
    return words_by_misspelling


def read_lexicon(text: str, known: frozenset[str] = frozenset()) -> Spelling:
    """A lexicon file: one word a line, the commonest first; '-' before a word that only looks like one.

    known: as for Spelling.
    """
    lines = text.split()
    return Spelling(
        [line for line in lines if not line.startswith("-")],
        [line[1:] for line in lines if line.startswith("-")],
        known,
    )
