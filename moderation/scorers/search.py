"""RE2's patterns over a text: places in characters, and no more copies of a plain text than one."""

from collections.abc import Iterator
from itertools import islice
from typing import Any


def found(pattern: Any, text: str) -> bool:
    """Whether a pattern is anywhere in a text."""
    return pattern.search(_given(text)) is not None


def matches(pattern: Any, text: str, most: int) -> Iterator[Any]:
    """The matches from the beginning, up to `most`; their spans count characters, their groups may be bytes."""
    return islice(pattern.finditer(_given(text)), most)


def spans(pattern: Any, text: str, most: int) -> list[tuple[int, int]]:
    """Where the matches are, start inclusive, end exclusive."""
    return [one.span() for one in matches(pattern, text, most)]


def _given(text: str) -> str | bytes:
    """In ASCII a byte is a character; of other texts the binding translates every place, and back."""
    return text.encode() if text.isascii() else text
