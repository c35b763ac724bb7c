"""Restores insults with letters masked or left out (f**k, idot) and words with letters swapped (fcuk).

The words come from the model that uses this: its lexicon.txt and its vocabulary. The rest of a text stays as
it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from moderation.domain.normalised_text import NormalisedText
from moderation.scorers.models.decoding import Decoder

_WORD = re.compile(r"(?:[A-Za-z]|[*%](?=[A-Za-z*]))[A-Za-z*#%&_]{2,}")
_MASK_RUN = re.compile(r"[*#%&_]+")
# Signs that a text still has for letters once it is normalised: shi+, id10+, ar53.
_SIGNED = re.compile(r"[A-Za-z0-9+|(]+")
_LETTERS = str.maketrans("0134567892+|(", "oieasgtbgztlc")
_WITHOUT_MASKS = str.maketrans("", "", "*#%&_")
_MASKS = "*#%&_"
LONG, LONGEST = 5, 24
SHORTEST = 4  # letters: a shorter misspelling of an insult is mostly another word


class Spelling:
    """Replaces misspelt words by the intended ones.

    words: lower case, the commonest first. ordinary: misspellings of them that are words themselves ("itch",
    "duck") and stay. known: the model's vocabulary, the commonest first: none of these is a misspelling, and two
    neighbouring letters swapped in one of at least LONG letters are swapped back. Where it is given, texts whose words
    are all disguised in one way are read too (decoding.py).
    """

    def __init__(
        self,
        words: Sequence[str],
        ordinary: Iterable[str] = (),
        known: Sequence[str] = (),
    ) -> None:
        self._insults = frozenset(words)
        self._words_by_length: dict[int, list[str]] = {}
        for word in words:
            self._words_by_length.setdefault(len(word), []).append(word)
        self._known = frozenset(known)
        self._decoder = Decoder(known, words) if known else None
        self._meaning_by_spelling = meanings(words)
        for word in (*ordinary, *known):
            self._meaning_by_spelling.pop(word, None)

    def repaired(self, view: NormalisedText) -> NormalisedText:
        """The text with those words restored; the same object where there are none."""
        if self._decoder:
            view = self._decoder.decoded(view)
        view = view.edited(self._signed(view.text))
        return view.edited(self._edits(view.text))

    def _signed(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _SIGNED.finditer(text):
            if match.group().isalpha() or match.end() - match.start() > LONGEST:
                continue
            intended = match.group().lower().translate(_LETTERS)
            if intended in self._insults:
                yield match.start(), match.end(), intended

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
        if written[0] in _MASKS and len(masks) == 1 and len(written) < LONG:
            return None  # "*it" may be a footnote
        if written[-1] in _MASKS and len(masks) == 1 and len(masks[-1]) < 2:
            return None
        # Letter by letter: a pattern for each would cost 65 kB of masked words a second.
        fitting = self._words_by_length.get(len(written), [])
        for position, letter in enumerate(written):
            if letter not in _MASKS:
                fitting = [word for word in fitting if word[position] == letter]
        if fitting:
            return fitting[0]
        bare = written.translate(_WITHOUT_MASKS)  # id*iot*
        return bare if bare in self._insults else None


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


def read_lexicon(text: str, known: Sequence[str] = ()) -> Spelling:
    """A lexicon file: one word a line, the commonest first; '-' before a word that only looks like one.

    known: as for Spelling.
    """
    lines = text.split()
    return Spelling(
        [line for line in lines if not line.startswith("-")],
        [line[1:] for line in lines if line.startswith("-")],
        known,
    )
