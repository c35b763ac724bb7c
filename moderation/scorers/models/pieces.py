"""The pieces of a text that may be read alone: its sentences, and runs of words in one.

In a hundred harmless words one insult is lost; in its own sentence it is not.
"""

import re

Place = tuple[int, int]  # start and end in code points of a text
WORD = re.compile(r"[^\W_](?:[\w'’*]*[^\W_*])?")
_SENTENCE = re.compile(r"[^.!?\u2026\n]+(?:[.!?\u2026]+[\"')\]\u201d\u2019]*|\n|$)")
_LONGEST = 30  # words: a longer sentence is read in parts
_CHARACTERS = 600  # of a piece: a word may be as long as the text


def sentences(text: str) -> list[Place]:
    """The sentences that have a word in them, in order; a long one in parts of equal length."""
    places = []
    for match in _SENTENCE.finditer(text):
        words = words_of(text, match.span())
        parts = -(-len(words) // _LONGEST)
        for part in range(parts):
            some = words[part * len(words) // parts : (part + 1) * len(words) // parts]
            # With the punctuation after its last word: the model reads "!" and "?".
            end = match.end() if part == parts - 1 else some[-1][1]
            places.append(_shortened(text, some[0][0], end))
    return places


def words_of(text: str, place: Place) -> list[Place]:
    """The words in a part of a text."""
    return [match.span() for match in WORD.finditer(text, *place)]


def runs(text: str, place: Place, word_count: int) -> list[Place]:
    """All runs of so many words in a sentence that has some more."""
    words = words_of(text, place)
    if len(words) < word_count + 3:
        return []
    return [
        _shortened(text, words[first][0], words[first + word_count - 1][1])
        for first in range(len(words) - word_count + 1)
    ]


def _shortened(text: str, start: int, end: int) -> Place:
    end = start + len(text[start:end].rstrip())
    return start, min(end, start + _CHARACTERS)
