"""Reads Isso's comments: its SQLite database, or the JSON that it calls generic."""

from collections.abc import Iterator
from math import isfinite
from typing import Any, BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, time_of
from moderation.store import isso_database
from moderation.upkeep.import_formats.html_text import unescaped
from moderation.upkeep.import_formats.whole_json import objects, read_json

SQLITE = b"SQLite format 3\x00"
_STATUSES = {1: Status.APPROVED, 2: Status.HELD, 4: Status.ERASED}


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment, in the Markdown in which it was typed. Raises Invalid where the file is neither."""
    head = file.read(len(SQLITE))
    file.seek(0)
    return _of_database(file) if head == SQLITE else _of_json(file)


def _of_database(file: BinaryIO) -> Iterator[Entry]:
    for row in isso_database.each_comment(file.name):
        yield ImportedComment(
            place=f"comment {row.id}",
            id=f"{row.uri} {row.id}",
            page_url=row.uri,
            text=row.text,
            created_at=round(millis) if isfinite(millis := row.created * 1000) else None,
            status=_STATUSES.get(row.mode, Status.HELD),
            author=unescaped(row.author),
            parent_id=f"{row.uri} {row.parent}" if row.parent else "",
            email=unescaped(row.email),
            url=unescaped(row.website),
            ip=row.remote_addr,
            page_title=row.title,
        )


def _of_json(file: BinaryIO) -> Iterator[Entry]:
    number = 0
    for thread in objects(read_json(file), "The file"):
        for fields in objects(thread.get("comments", []), "comments"):
            number += 1
            yield _comment(fields, thread, f"comment {number}")


def _comment(fields: dict[str, Any], thread: dict[str, Any], place: str) -> Entry:
    uri, parent = str(thread.get("id") or ""), fields.get("parent")
    return ImportedComment(
        place=place,
        id=f"{uri} {fields['id']}" if fields.get("id") is not None else "",
        page_url=uri,
        text=str(fields.get("text") or ""),
        created_at=time_of(fields.get("created")),
        status=Status.APPROVED,
        author=str(fields.get("author") or ""),
        parent_id=f"{uri} {parent}" if parent else "",
        email=str(fields.get("email") or ""),
        url=str(fields.get("website") or ""),
        ip=str(fields.get("remote_addr") or ""),
        page_title=str(thread.get("title") or ""),
    )
