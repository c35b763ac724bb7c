"""Texts from stdin, one JSON object a line; a bad line is reported and the others are read."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One line that could be read. id: as in the line, a string or a number."""

    id: object
    text: str


class Reader:
    """Reads texts and counts what could not be read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.bad = 0

    def __iter__(self) -> Iterator[Text]:
        for number, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            try:
                yield _text(line)
            except _BadLine as error:
                self.bad += 1
                print(f"line {number}: {error}", file=sys.stderr)


class _BadLine(ValueError):
    pass


def _text(line: bytes) -> Text:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError too
        raise _BadLine("not JSON") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise _BadLine('not an object with "id" and "text"')
    if isinstance(fields.get("id"), bool) or not isinstance(fields.get("id"), str | int):
        raise _BadLine('"id" is missing, or neither a string nor a whole number')
    text = fields["text"]
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _BadLine('"text" holds half of a surrogate pair')
    return Text(fields["id"], text)
