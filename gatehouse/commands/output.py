"""What commands print: one object as JSON or as text, and times."""

import json
import shlex
import shutil
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime


def print_line(fields: Mapping[str, object], text: str, as_json: bool) -> None:
    """One line of a list: its fields as a JSON object, or the text."""
    print(json.dumps(fields) if as_json else text)


def print_created(fields: Mapping[str, object], as_json: bool, *, has_keys: bool = True) -> None:
    """What was created, a field a line. has_keys: whether keys are among the fields."""
    if as_json:
        print(json.dumps(fields))
        return
    for name, value in fields.items():
        shown = " ".join(value) if isinstance(value, list) else value
        print(f"{name.replace('_', ' '):16}{shown}")
    if has_keys:
        print("\nKeep the keys now: they are not shown again.", file=sys.stderr)


def printable(text: str, *, keep: str = "") -> str:
    """What somebody else wrote, with nothing that steers a terminal or turns letters around. keep: "\\n" keeps lines."""
    return "".join(char if char.isprintable() or char in keep else " " for char in text)


class Progress:
    """How many texts are done, and how many a second; on a terminal only."""

    def __init__(self) -> None:
        self._is_shown, self._began, self._done = sys.stderr.isatty(), time.monotonic(), 0

    def add(self, count: int) -> None:
        self._done += count
        rate = self._done / max(time.monotonic() - self._began, 1e-3)
        self._write(f"\r{self._done:,} texts, {rate:,.0f}/s ")

    def clear(self) -> None:
        self._write("\r\033[K")

    def end(self) -> None:
        self._write("\n")

    def _write(self, text: str) -> None:
        if self._is_shown:
            print(text, end="", file=sys.stderr, flush=True)


def seconds_iso(time: int) -> str:
    """Milliseconds since 1970 as '2026-11-25T08:00:00+00:00'."""
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="seconds")


def with_path(text: str) -> str:
    """A sentence that names commands, with the path of `gatehouse` where the shell would not find it."""
    command = sys.argv[0]
    if "/" not in command or not command.endswith("/gatehouse") or shutil.which("gatehouse"):
        return text
    return text.replace("`gatehouse ", f"`{shlex.quote(command)} ")
