"""A comment as its sender wrote it: HTML made plain, sentences, and places counted as JavaScript does."""

import re
from bisect import bisect_left
from html import unescape

from moderation.domain.normalised_text import NormalisedText

# What a browser would not end a word for.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
# What stands between tags counts as text even where a browser hides it (a script, a comment with
# tags in it): who hides an insult has written one.
_MARKUP = re.compile(
    r"</?([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<![^<>]*>"
    r"|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
# Where a sentence ends: its signs with what closes them, then a space; or the line. Looked for at the
# first sign only, or a line of dots would take its length squared.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+\s+|[。！？؟।]+\s*|\n+")
SENTENCES_LIMIT = 100  # spans of one answer; past that, neighbours are scored together


def plain(html: str) -> NormalisedText:
    """The text of an HTML fragment as a reader sees it, with the places where it came from."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0

    def keep(piece: str, start: int, end: int, *, whole: bool) -> None:
        pieces.append(piece)
        if whole:  # one thing in the source, however many characters it stands for
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        else:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))

    for found in _MARKUP.finditer(html):
        start, end = found.span()
        keep(html[at:start], at, start, whole=False)
        if found.group().startswith("&"):
            keep(unescape(found.group()), start, end, whole=True)
        elif (found.group(1) or "").lower() not in _INLINE:
            keep(" ", start, end, whole=True)
        at = end
    keep(html[at:], at, len(html), whole=False)
    return NormalisedText("".join(pieces), tuple(starts), tuple(ends))


def as_written(text: str) -> NormalisedText:
    """Plain text, every character in its own place."""
    return NormalisedText(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text, without the space around them; at most SENTENCES_LIMIT pieces."""
    pieces, at = [], 0
    for found in (*_END.finditer(text), None):
        end = found.end() if found else len(text)
        piece = text[at:end]
        start = at + len(piece) - len(piece.lstrip())
        if stripped := piece.strip():
            pieces.append((start, start + len(stripped)))
        at = end
    together = -(-len(pieces) // SENTENCES_LIMIT) or 1
    groups = [pieces[first : first + together] for first in range(0, len(pieces), together)]
    return [(group[0][0], group[-1][1]) for group in groups]


class Utf16:
    """Places of a text in UTF-16 code units, as Perspective and JavaScript count them."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, char in enumerate(text) if char > "\uffff"]

    def place(self, at: int) -> int:
        """The code unit at which the code point `at` begins."""
        return at + bisect_left(self._wide, at)
