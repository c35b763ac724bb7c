"""Where in a policy's TOML something stands, so that an error names the line."""

import re
from collections.abc import Sequence

_RULE = re.compile(r"\s*\[\[\s*rules\s*\]\]")
_HEADER = re.compile(r"\s*\[")


def line_of(source: str, pointer: str) -> int:
    """The line, from 1, of what a pointer of parse_policy() names; of what it lies in, where it is not there."""
    lines = source.splitlines()
    place = pointer.strip("/").split("/")
    if place[0] == "rules" and len(place) > 1 and place[1].isdecimal():
        headers = [number for number, line in enumerate(lines) if _RULE.match(line)]
        if int(place[1]) >= len(headers):
            return _key(lines, 0, "rules") + 1
        start = headers[int(place[1])]
        found = _key(lines, start, place[2]) if len(place) > 2 else start
        return (_condition(lines, found, int(place[3])) if len(place) > 3 else found) + 1
    if place[0] in ("thresholds", "bounds", "closed_hours"):
        key = place[1] if len(place) > 1 else place[0]
        found = _key(lines, _header(lines, place[0]), key)
        return (_text(lines, found, int(place[2])) if len(place) > 2 else found) + 1
    return _key(lines, 0, place[0]) + 1


def _header(lines: Sequence[str], name: str) -> int:
    return next((number for number, line in enumerate(lines) if line.strip() == f"[{name}]"), 0)


def _key(lines: Sequence[str], start: int, name: str) -> int:
    """The line of a key in the table that begins at `start`; `start` where it has none."""
    key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
    for number in range(start, len(lines)):
        if key.match(lines[number]):
            return number
        if number > start and _HEADER.match(lines[number]):
            break
    return start


def _condition(lines: Sequence[str], start: int, wanted: int) -> int:
    """The line of a condition in the list that begins at `start`."""
    seen = 0
    for number in range(start, len(lines)):
        seen += lines[number].count("{")
        if seen > wanted:
            return number
    return start


def _text(lines: Sequence[str], start: int, wanted: int) -> int:
    """The line of a text in the list that begins at `start`."""
    seen = 0
    for number in range(start, len(lines)):
        seen += lines[number].partition("#")[0].count('"') // 2
        if seen > wanted:
            return number
    return start
