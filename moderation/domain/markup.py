"""What a reader sees of a text with HTML, Markdown and links in it; offsets lead back to the original.

Markup is stripped for toxicity models only: links, tags and disguises are what spam is told by.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from moderation.domain.normalised_text import NormalisedText

_Edit = tuple[int, int, str]
_MARKED = re.compile(r"[<&*_~`>#\[\]]|://|www\.", re.IGNORECASE)  # a first, cheap look
_COMMENT = re.compile(r"<!--.{0,65536}?(?:-->|\Z)", re.DOTALL)
# Tags and attributes that pages use. "<you idiot>" is a tag to a browser, and plain text on a site that escapes it.
_NAMES = (
    "a|abbr|acronym|address|article|aside|b|bdi|bdo|big|blockquote|br|caption|center|cite|code|dd|del|details|dfn|div|dl|dt"
    "|em|figcaption|figure|font|footer|h[1-6]|header|hr|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|samp|section|small"
    "|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr"
)
_ATTRIBUTES = (
    r"(?:\s{1,9}(?:href|src|class|id|rel|target|title|style|alt|width|height|color|face|size|cite|lang|dir|align|datetime"
    r"|data-[\w-]{1,30}|aria-[\w-]{1,30})\s?=\s?(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>]{1,2000})){0,20}"
)
_TAG = re.compile(rf"</?({_NAMES}){_ATTRIBUTES}\s?/?>", re.IGNORECASE)
_BBCODE = re.compile(
    r"\[/?(?:b|i|u|s|url|img|quote|code|color|size|center|list)(?:=[^\]\s]{0,500})?\]",
    re.IGNORECASE,
)
# Inside a word these change nothing: f<b></b>ool is read as one word.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "code",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "wbr",
    ]
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINK = re.compile(r"(?:https?|ftp)://[^\s<>\"]{1,2048}|\bwww\.[^\s<>\"]{1,2048}", re.IGNORECASE)
_TITLED = re.compile(r"!?\[([^\[\]\n]{0,1000})\]\([^()\s]{1,2048}(?:\s\"[^\"\n]{0,300}\")?\)")
_EMPHASIS = re.compile(
    r"(?<![\w*_~])(\*\*\*|\*\*|\*|__|_|~~)(?=[^\s*_~])([^*_~\n]{1,1000}?)(?<=[^\s*_~])\1(?![\w*_~])"
)
_LINE_MARKS = re.compile(r"^[ \t]{0,3}(?:>[ \t]?|#{1,6}[ \t]|[*+-][ \t]|`{3}\w*)+", re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}>+[ \t]?(.*)$", re.MULTILINE)
_BLOCKS = (
    (re.compile(r"<blockquote\b[^<>]{0,500}>", re.IGNORECASE), "</blockquote>"),
    (re.compile(r"\[quote[^\]\[]{0,200}\]", re.IGNORECASE), "[/quote]"),
)
_LETTERS = re.compile(r"[^\W_]+")
# Words of a quote that must stand in the parent comment, in this order, for it to be no words of the writer's.
_ENOUGH = 2


def as_displayed(view: NormalisedText, parent: str = "") -> NormalisedText:
    """The view without tags, entities, Markdown signs and the addresses of links.

    What a link shows stays. parent: the comment answered to; quotations of it go. A quotation of anything else
    stays, for it may be the writer's own words behind a sign. Never raises; linear in the length.
    """
    if not _MARKED.search(view.text):
        return view
    if parent:
        view = view.edited(_quotations(view.text, parent))
    view = view.edited(
        _not_overlapping((found.start(), found.end(), "") for found in _COMMENT.finditer(view.text))
    )
    view = view.edited(_titles(view.text))
    view = view.edited(_tags(view.text))
    view = view.edited((found.start(), found.end(), " ") for found in _LINK.finditer(view.text))
    view = view.edited(_entities(view.text))
    return view.edited(_signs(view.text))


def _not_overlapping(edits: Iterable[_Edit]) -> Iterator[_Edit]:
    """In order, and none that begins inside the one before."""
    end = 0
    for edit in sorted(edits):
        if edit[0] >= end and edit[1] > edit[0]:
            yield edit
            end = edit[1]


def _quotations(text: str, parent: str) -> Iterator[_Edit]:
    said = f" {_plain(parent)} "
    found = [
        (start, end, "")
        for start, end, inside in (*_quoted_blocks(text), *_quoted_lines(text))
        if (plain := _plain(inside)).count(" ") + 1 >= _ENOUGH and f" {plain} " in said
    ]
    yield from _not_overlapping(found)


def _plain(text: str) -> str:
    return " ".join(_LETTERS.findall(text.lower()))


def _quoted_lines(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _QUOTED_LINE.finditer(text):
        yield found.start(), found.end(), found.group(1)


def _quoted_blocks(text: str) -> Iterator[tuple[int, int, str]]:
    lower = text.lower()
    for opening, closing in _BLOCKS:
        at = 0
        while begin := opening.search(text, at):
            end = lower.find(closing, begin.end()) if len(lower) == len(text) else -1
            if end < 0:
                break
            at = end + len(closing)
            yield begin.start(), at, text[begin.end() : end]


def _titles(text: str) -> Iterator[_Edit]:
    for found in _TITLED.finditer(text):
        yield found.start(), found.end(), found.group(1)


def _tags(text: str) -> Iterator[_Edit]:
    found = [
        (match.start(), match.end(), "" if match.group(1).lower() in _INLINE else "\n")
        for match in _TAG.finditer(text)
    ]
    found += [(match.start(), match.end(), "") for match in _BBCODE.finditer(text)]
    yield from _not_overlapping(found)


def _entities(text: str) -> Iterator[_Edit]:
    for found in _ENTITY.finditer(text):
        plain = unescape(found.group())
        if plain != found.group():
            yield found.start(), found.end(), plain


def _signs(text: str) -> Iterator[_Edit]:
    found = [
        (match.start(), match.end(), "")
        for match in _LINE_MARKS.finditer(text)
        if match.end() > match.start()
    ]
    for match in _EMPHASIS.finditer(text):
        size = len(match.group(1))
        found += [(match.start(), match.start() + size, ""), (match.end() - size, match.end(), "")]
    yield from _not_overlapping(found)
