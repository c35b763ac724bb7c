"""Reads JSON lines: Gatehouse's own export, or one flat object a line; also the lines of other formats."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of

LINE_LIMIT = 4 * 1024 * 1024  # bytes; our export's longest lines have a long history of decisions
REQUIRED = ("id", "page_url", "author", "text", "created_at", "status")


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment. A line that is none is skipped."""
    for number, line in lines(file):
        fields = object_of(line)
        yield (
            comment_of(fields, number)
            if fields is not None
            else Remark(number, "Not a JSON object.")
        )


def lines(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The lines that are not empty, with their places; of one that is too long the beginning, which is not JSON."""
    number = 0
    while line := file.readline(LINE_LIMIT):
        number += 1
        is_whole = line.endswith(b"\n")
        while not is_whole and (rest := file.readline(LINE_LIMIT)):
            is_whole = rest.endswith(b"\n")
        if line.strip():
            yield f"line {number}", line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def object_of(line: bytes) -> dict[str, Any] | None:
    """The object in a line; None where there is none."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError too
        return None
    return fields if isinstance(fields, dict) else None


def comment_of(fields: Mapping[str, Any], place: str) -> Entry:
    """The comment that an object or a row of a table is, with `page` and `author` as objects or flat."""
    page = fields.get("page")
    if isinstance(page, dict):
        of_page = {f"page_{name}": page.get(name) for name in ("url", "title", "id")}
        fields = {**fields, **of_page, "title_verified": page.get("title_verified")}
    author = fields.get("author")
    if isinstance(author, dict):
        fields = {**fields, "author": author.get("name"), "url": author.get("url")}
    try:
        status = Status(_text(fields, "status"))
    except ValueError:
        return Remark(place, f"status: Is none of {', '.join(Status)}.")
    missing = [name for name in REQUIRED if name not in fields]
    if missing:
        return Remark(place, f"{missing[0]}: Is missing.")
    return ImportedComment(
        place=place,
        id=_text(fields, "id"),
        page_url=_text(fields, "page_url"),
        text=_text(fields, "text"),
        created_at=time_of(fields["created_at"]),
        status=status,
        author=_text(fields, "author"),
        parent_id=_text(fields, "parent_id"),
        email=_text(fields, "email"),
        url=_text(fields, "url"),
        ip=_text(fields, "ip"),
        page_title=_text(fields, "page_title"),
        page_id=_text(fields, "page_id"),
        title_verified=fields.get("title_verified") is not False,
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A string or a number; '' for anything else."""
    value = fields.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
