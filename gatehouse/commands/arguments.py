"""Arguments and options that several commands take, and how they are read."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from moderation.domain.durations import UNITS
from moderation.domain.errors import Invalid

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SiteName = Annotated[str, typer.Argument(metavar="SITE", help="A site's id, or its name.")]
EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="ep_...; see `list`.")]
EventTypes = Annotated[
    list[str] | None, typer.Option(help="comment.held and so on; may be repeated.")
]


def read_time(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 time, in UTC where it names no zone. Raises Invalid."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("A time is written 2026-11-25T08:00Z.") from None
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


_AGO = re.compile(r"(\d{1,4})([hd])")


def read_since(text: str, now: int) -> int:
    """Milliseconds since 1970 of '30d' or '12h' before `now` (ms), or of a time as read_time() takes it. Raises Invalid."""
    if ago := _AGO.fullmatch(text):
        return now - int(ago[1]) * UNITS[ago[2]]
    try:
        return read_time(text)
    except Invalid:
        raise Invalid("--since is written 30d, 12h or 2026-11-25T08:00Z.") from None


def read_text(file: Path) -> str:
    """The text of a file in UTF-8. Raises Invalid."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "not UTF-8")
        raise Invalid(f"{file} cannot be read: {reason}.") from None
