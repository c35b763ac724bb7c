"""What stands on a page of the mirrored language and has not gone through the catalogue."""

import re
from html.parser import HTMLParser

from service.console.mirrored import CLOSE, OPEN

# Names, texts, addresses and codes: what people wrote, or programs read.
_DATA = {"bdi", "code", "kbd", "pre", "textarea", "script", "title"}
_SPOKEN = ("aria-label", "title", "placeholder", "data-announcement")
_VOID = {"meta", "link", "input", "br", "rect", "path", "img", "hr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.depth = 0
        self.bare: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = tag in _DATA or given.get("translate") == "no" or given.get("dir") == "auto"
        if not is_data and not self._is_in_data():
            for name in _SPOKEN:
                self._read(given.get(name) or "", 0)
        if tag not in _VOID:
            self.open.append((tag, is_data))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._is_in_data():
            return
        self.depth = self._read(data, self.depth)

    def _is_in_data(self) -> bool:
        return any(is_data for _, is_data in self.open)

    def _read(self, text: str, depth: int) -> int:
        """Notes the words outside of brackets. Returns how many brackets are open after them."""
        outside = ""
        for letter in text:
            depth += (letter == OPEN) - (letter == CLOSE)
            outside += letter if depth == 0 and letter != CLOSE else ""
        if re.search(r"[A-Za-z]{2}", outside):
            self.bare.append(" ".join(outside.split()))
        return depth


def bare_words(page: str) -> list[str]:
    """Visible words, and those that are read aloud, outside of the brackets of service/console/mirrored.py."""
    reader = _Reader()
    reader.feed(page)
    return reader.bare
