"""The text of a comment with offsets into what was sent: HTML as text, sentences, UTF-16 offsets."""

import re
from bisect import bisect_left
from html import unescape

from moderation.domain.normalised_text import NormalisedText

# Elements that do not end a word.
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
# tags in it): a hidden insult is one.
_MARKUP = re.compile(
    r"</?([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<![^<>]*>"
    r"|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
# The end of a sentence: its punctuation with closing quotes, then a space; or the end of the line. Only
# the first of several signs can start a match, or a line of dots would take quadratic time.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+\s+|[。！？؟।]+\s*|\n+")
SENTENCES_LIMIT = 100  # spans of one answer; past that, neighbours are scored together


def html_text(html: str) -> NormalisedText:
    """The text of an HTML fragment as a reader sees it, with its offsets in the fragment."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        pieces.append(html[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    def replace(start: int, end: int, replacement: str) -> None:
        pieces.append(replacement)  # every character of it stands for the whole source
        starts.extend([start] * len(replacement))
        ends.extend([end] * len(replacement))

    position = 0
    for markup in _MARKUP.finditer(html):
        keep(position, markup.start())
        if markup.group().startswith("&"):
            replace(*markup.span(), unescape(markup.group()))
        elif (markup.group(1) or "").lower() not in _INLINE:
            replace(*markup.span(), " ")
        position = markup.end()
    keep(position, len(html))
    return NormalisedText("".join(pieces), tuple(starts), tuple(ends))


def plain_text(text: str) -> NormalisedText:
    """Plain text, every character at its own offset."""
    return NormalisedText(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text, without the space around them; at most SENTENCES_LIMIT pieces."""
    pieces, position = [], 0
    for match in (*_END.finditer(text), None):
        end = match.end() if match else len(text)
        piece = text[position:end]
        start = position + len(piece) - len(piece.lstrip())
        if stripped := piece.strip():
            pieces.append((start, start + len(stripped)))
        position = end
    group_size = -(-len(pieces) // SENTENCES_LIMIT) or 1
    groups = [pieces[first : first + group_size] for first in range(0, len(pieces), group_size)]
    return [(group[0][0], group[-1][1]) for group in groups]


class Utf16Offsets:
    """Offsets of a text in UTF-16 code units, as Perspective and JavaScript count them."""

    def __init__(self, text: str) -> None:
        self._wide = [index for index, char in enumerate(text) if char > "\uffff"]

    def at(self, index: int) -> int:
        """The code unit at which the code point `index` begins."""
        return index + bisect_left(self._wide, index)
