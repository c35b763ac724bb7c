"""The few marks of Markdown that a comment may have, as HTML: emphasis, code, quotations, lists, links. Nothing else.

Comments are stored and judged as they were written; this is only how they are shown where their site has it on.
"""

import re
from threading import Lock

import nh3
from cachetools import LRUCache, cached
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAGS = frozenset(("p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"))
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
REL = "nofollow ugc noopener"
# More marks than anybody writes, and nested deeper than anybody reads: such a text is shown without any.
MARKS_LIMIT = 500
DEPTH_LIMIT = 12
CACHE_SIZE = 4_000_000  # characters of comments and their HTML

_RULES = (
    "blockquote",
    "fence",
    "list",
    "autolink",
    "backticks",
    "emphasis",
    "escape",
    "link",
    "newline",
)
_MARK = re.compile(r"[*_`<>\[\]\\]|^[ \t]*(?:[-+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
# As the embed has it (service/embed/module/elements.js).
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_AFTER = re.compile(r"[.,;:!?…)\]}»”’*_]+$")


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _linked(text: str) -> list[Token]:
    """A text with its addresses as links."""
    pieces: list[Token] = []
    end = 0

    def add(content: str) -> None:
        if content:
            pieces.append(Token("text", "", 0, content=content))

    for match in _ADDRESS.finditer(text):
        address = _AFTER.sub("", match.group())
        # A bracket that the address itself opened belongs to it: /wiki/Mill_(grinding).
        if match.group()[len(address) :][:1] == ")" and address.count("(") > address.count(")"):
            address += ")"
        if len(address) < 9:  # "https://" alone
            continue
        add(text[end : match.start()])
        pieces.append(Token("link_open", "a", 1, attrs={"href": address}))
        add(address)
        pieces.append(Token("link_close", "a", -1))
        end = match.start() + len(address)
    add(text[end:])
    return pieces


def _link_addresses(state: StateCore) -> None:
    """Makes links of the addresses in a text that is in no link yet."""
    for block in state.tokens:
        children: list[Token] = []
        is_link = False
        for token in block.children or ():
            is_link = token.type == "link_open" or (is_link and token.type != "link_close")
            is_plain = token.type == "text" and not is_link and "://" in token.content
            children += _linked(token.content) if is_plain else [token]
        if block.children:
            block.children = children


def _parser(*rules: str) -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": DEPTH_LIMIT + 2})
    parser.enable(list(rules))
    parser.core.ruler.push("addresses", _link_addresses)
    parser.validateLink = _is_web  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser(*_RULES)
_PLAIN = _parser("newline")


def has_marks(text: str) -> bool:
    """Whether a text may look different as HTML; a cheap check."""
    return _MARK.search(text) is not None


@cached(LRUCache(CACHE_SIZE, getsizeof=len), key=lambda text: text, lock=Lock())
def as_html(text: str) -> str:
    """The text as HTML of TAGS and ATTRIBUTES alone, links with REL and to http and https only. Never raises.

    The work is linear in the length, whatever the text.
    """
    parser = _MARKDOWN if len(_MARK.findall(text)) <= MARKS_LIMIT else _PLAIN
    tokens = parser.parse(text)
    if any(token.level >= DEPTH_LIMIT for token in tokens):
        parser = _PLAIN  # what is nested deeper was not read
        tokens = parser.parse(text)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=REL
    ).strip()
