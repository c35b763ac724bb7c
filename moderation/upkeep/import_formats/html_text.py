"""Makes plain text of the HTML in which some systems export comments: it is shown as text here."""

import re
from html.parser import HTMLParser

_BREAKS = frozenset(
    {"br", "p", "div", "blockquote", "li", "ul", "ol", "pre", "tr", "h1", "h2", "h3"}
)
_HIDDEN = frozenset({"script", "style"})
_LIMIT = (
    400_000  # characters; a text that is longer stays as it is, and is then too long for a comment
)
# A tag; what is none, but no text either; a sign that begins neither. Python's parser takes minutes for a text full of beginnings
# without ends, and stops at sections that it does not know: it gets tags alone.
_MARKUP = re.compile(r"""(</?[A-Za-z](?:[^<>"']++|"[^"<]*"|'[^'<]*')*+>)|<[!?][^<>]*>|<""")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_SIGNS = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#34;": '"', "&#39;": "'", "&#x27;": "'"}  # fmt: skip
_ESCAPED = re.compile("|".join(_SIGNS))


def plain(html: str) -> str:
    """The text that a reader saw; the address of a link stays behind its text."""
    if ("<" not in html and "&" not in html) or len(html) > _LIMIT:
        return html
    parser = _Text()
    parser.feed(_tags_alone(html))
    parser.close()
    lines = "".join(parser.parts).replace("\r\n", "\n").split("\n")
    text = "\n".join(line.strip() for line in lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _tags_alone(html: str) -> str:
    """The same without comments and declarations, and with each < that begins no tag escaped."""
    ended = html.rfind("-->") + 1  # behind it no comment ends, and none is looked for
    html = _COMMENT.sub("", html[: ended + 2]) + html[ended + 2 :] if ended else html
    return _MARKUP.sub(lambda found: found[1] or ("&lt;" if found[0] == "<" else ""), html)


def unescaped(text: str) -> str:
    """What was typed, where a system escapes it before it stores it: the five signs that each of them escapes, once.

    Not all entities: older versions did not escape, and "?a=1&copy=2" has none.
    """
    return _ESCAPED.sub(lambda found: _SIGNS[found[0]], text) if "&" in text else text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._link = ""
        self._link_starts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag == "a":
            self._link = next((value or "" for name, value in attrs if name == "href"), "")
            self._link_starts = len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "p":
            self.parts.append("\n")
        elif tag == "a" and self._link.startswith(("http://", "https://")):
            shown = "".join(self.parts[self._link_starts :]).strip()
            # Disqus and WordPress show a long address shortened.
            if not self._link.partition("://")[2].startswith(
                shown.partition("://")[2].rstrip("….") or shown.rstrip("….")
            ):
                self.parts.append(f" ({self._link})")
            elif shown != self._link:
                self.parts[self._link_starts :] = [self._link]
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
