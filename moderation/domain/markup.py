"""The text that a reader sees once HTML, Markdown and links are displayed; offsets lead to the original.

Markup is removed for toxicity models only: spam is recognised by its links, tags and disguises.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from moderation.domain.normalised_text import Edit, NormalisedText

_MARKED = re.compile(r"[<&*_~`>#\[\]]|://|www\.", re.IGNORECASE)  # a cheap check first
_COMMENT = re.compile(r"<!--.{0,65536}?(?:-->|\Z)", re.DOTALL)
# Tags and attributes that pages use. "<you idiot>" is a tag to a browser, but text on a site that escapes it.
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
_INLINE_NAMES = (
    "a abbr b big code del em font i ins kbd mark q s small span strike strong sub sup tt u wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINK = re.compile(r"(?:https?|ftp)://[^\s<>\"]{1,2048}|\bwww\.[^\s<>\"]{1,2048}", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z]+://)?[^/?#]*", re.IGNORECASE)
_PATH_WORD = re.compile(r"(?<![\w%])[A-Za-z]{1,24}(?![A-Za-z0-9])")
_PATH_LENGTH = 300  # characters
_TITLED = re.compile(r"!?\[([^\[\]\n]{0,1000})\]\([^()\s]{1,2048}(?:\s\"[^\"\n]{0,300}\")?\)")
_EMPHASIS = re.compile(
    r"(?<![\w*_~])(\*\*\*|\*\*|\*|__|_|~~)(?=[^\s*_~])([^*_~\n]{1,1000}?)(?<=[^\s*_~])\1(?![\w*_~])"
)
# su**ck** is bold inside a word; f*ck*ng is a mask, for models that know the word.
_INSIDE_WORD = re.compile(
    r"(?<=[A-Za-z])(\*\*|~~|__)([A-Za-z]{1,40})\1|(\*\*|~~|__)([A-Za-z]{1,40})\3(?=[A-Za-z])"
)
# Code inside a line: only its letters are shown.
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]{1,1000})(?<!`)\1(?!`)")
_MASK_INSIDE = re.compile(r"[A-Za-z]\*[A-Za-z]")
_MASKS_TOLERATED = 1  # from more masks inside words on, a single asterisk is no emphasis
_LINE_MARKS = re.compile(r"^[ \t]{0,3}(?:>[ \t]?|#{1,6}[ \t]|[*+-][ \t]|`{3}\w*)+", re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}>+[ \t]?(.*)$", re.MULTILINE)
_BLOCKS = (
    (re.compile(r"<blockquote\b[^<>]{0,500}>", re.IGNORECASE), "</blockquote>"),
    (re.compile(r"\[quote[^\]\[]{0,200}\]", re.IGNORECASE), "[/quote]"),
)
_WORD = re.compile(r"[^\W_]+")
# Fewer words are not taken for a quotation of the parent comment.
_MIN_QUOTED_WORDS = 2


def as_displayed(view: NormalisedText, parent: str = "") -> NormalisedText:
    """The text without tags, Markdown and link addresses, entities decoded; words in an address and its text stay.

    parent: the comment that this one replies to; quotations of it are removed. Any other quotation stays,
    for it may be the writer's own words marked as one. Never raises; linear in the length.
    """
    if not _MARKED.search(view.text):
        return view
    if parent:
        view = view.edited(_quotations(view.text, parent))
    view = view.edited(
        _not_overlapping((*match.span(), "") for match in _COMMENT.finditer(view.text))
    )
    view = view.edited(_link_titles(view.text))
    view = view.edited(_tags(view.text))
    view = view.edited(
        (*match.span(), f" {_path_words(match.group())} ") for match in _LINK.finditer(view.text)
    )
    view = view.edited(_entities(view.text))
    return view.edited(_markdown(view.text))


def _not_overlapping(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits in order, without empty ones and those that begin inside the one before."""
    end = 0
    for edit in sorted(edits):
        if edit[0] >= end and edit[1] > edit[0]:
            yield edit
            end = edit[1]


def _quotations(text: str, parent: str) -> Iterator[Edit]:
    parent_words = f" {_words(parent)} "
    yield from _not_overlapping(
        (start, end, "")
        for start, end, quoted in (*_quoted_blocks(text), *_quoted_lines(text))
        if (words := _words(quoted)).count(" ") + 1 >= _MIN_QUOTED_WORDS
        and f" {words} " in parent_words
    )


def _words(text: str) -> str:
    """The words in lower case, a space between each two."""
    return " ".join(_WORD.findall(text.lower()))


def _quoted_lines(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _QUOTED_LINE.finditer(text):
        yield *match.span(), match.group(1)


def _quoted_blocks(text: str) -> Iterator[tuple[int, int, str]]:
    lower = text.lower()
    for opening, closing in _BLOCKS:
        block_end = 0
        while begin := opening.search(text, block_end):
            end = lower.find(closing, begin.end()) if len(lower) == len(text) else -1
            if end < 0:
                break
            block_end = end + len(closing)
            yield begin.start(), block_end, text[begin.end() : end]


def _link_titles(text: str) -> Iterator[Edit]:
    for match in _TITLED.finditer(text):
        yield *match.span(), match.group(1)


def _tags(text: str) -> Iterator[Edit]:
    edits = [
        (*match.span(), "" if match.group(1).lower() in _INLINE else "\n")
        for match in _TAG.finditer(text)
    ]
    edits += [(*match.span(), "") for match in _BBCODE.finditer(text)]
    yield from _not_overlapping(edits)


def _path_words(link: str) -> str:
    """The words after the host, which a reader sees: some write a sentence as an address."""
    path = _HOST.sub("", link, count=1)
    words = _PATH_WORD.findall(path[:_PATH_LENGTH])
    return " ".join(words) if len(words) > 1 else ""


def _entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text):
        decoded = unescape(match.group())
        if decoded != match.group():
            yield *match.span(), decoded


def _markdown(text: str) -> Iterator[Edit]:
    edits = [(*match.span(), "") for match in _LINE_MARKS.finditer(text)]
    for match in _CODE.finditer(text):
        start, end = match.span()
        length = len(match.group(1))
        edits += [(start, start + length, ""), (end - length, end, "")]
    for match in _INSIDE_WORD.finditer(text):
        start, end = match.span()
        edits += [(start, start + 2, ""), (end - 2, end, "")]
    masked = len(_MASK_INSIDE.findall(text)) > _MASKS_TOLERATED
    for match in _EMPHASIS.finditer(text):
        if masked and match.group(1) == "*":
            continue
        start, end = match.span()
        length = len(match.group(1))
        edits += [(start, start + length, ""), (end - length, end, "")]
    yield from _not_overlapping(edits)
