"""Insults with letters masked, swapped or left out (f**k, fcuk, idot), read as what they stand for.

The words come with the model that uses them (lexicon.txt); everything else in a text stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from moderation.domain.text import View

_WORD = re.compile(r"[A-Za-z](?:[A-Za-z]|[*#%_](?=[A-Za-z*#%_]*)){2,}")
_MASK = re.compile(r"[*#%_]+")
SHORTEST = 4  # letters: under that a neighbour of an insult is mostly another word


class Spelling:
    """Words as they were meant.

    words: lower case, the commonest first. ordinary: misspellings of them that are words of their
    own ("itch", "duck") and stay.
    """

    def __init__(self, words: Sequence[str], ordinary: Iterable[str] = ()) -> None:
        self._words = tuple(words)
        self._meant = meanings(words)
        for word in ordinary:
            self._meant.pop(word, None)
        self._masked: dict[str, str] = {}

    def repaired(self, view: View) -> View:
        """The view with those words written out; the same object where there are none."""
        return view.edited(self._edits(view.text))

    def _edits(self, text: str) -> Iterator[tuple[int, int, str]]:
        for found in _WORD.finditer(text):
            written = found.group().lower()
            meant = self._meant.get(written) if written.isalpha() else self._unmasked(written)
            if meant:
                yield found.start(), found.end(), meant

    def _unmasked(self, written: str) -> str | None:
        """f**k: a sign a letter. sh*t, b****: the commonest word that fits."""
        signs = _MASK.findall(written)
        letters = len(written) - sum(map(len, signs))
        # A single sign at the end is a footnote, and one letter before one sign could be anything.
        if len(written) < SHORTEST - 1 or (
            written[-1] in "*#%_" and (len(signs[-1]) < 2 or len(signs) > 1)
        ):
            return None
        if letters < 2 and len(written) < SHORTEST:
            return None
        pattern = re.compile(_MASK.sub(lambda run: f"[a-z]{{{len(run.group())}}}", written))
        return next((word for word in self._words if pattern.fullmatch(word)), None)


def meanings(words: Sequence[str]) -> dict[str, str]:
    """Each misspelling by one swap of neighbours, or one letter inside left out: the word it stands for."""
    found: dict[str, str] = {}
    for word in words:
        if len(word) < SHORTEST:
            continue
        for at in range(len(word) - 1):
            found.setdefault(word[:at] + word[at + 1] + word[at] + word[at + 2 :], word)
        for at in range(1, len(word) - 1):
            if len(word) > SHORTEST or word[at] in "aeiou":
                found.setdefault(word[:at] + word[at + 1 :], word)
    for word in words:
        found.pop(word, None)
    return found


def read_lexicon(text: str) -> Spelling:
    """A lexicon file: one word a line, the commonest first; '-' before a word that only looks like one."""
    lines = text.split()
    return Spelling(
        [line for line in lines if not line.startswith("-")],
        [line[1:] for line in lines if line.startswith("-")],
    )
