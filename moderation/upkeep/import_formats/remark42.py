"""Reads Remark42's backups: a first line about the backup, then one comment a line."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of
from moderation.upkeep.import_formats.html_text import plain
from moderation.upkeep.import_formats.json_lines import lines, object_of


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment; a deleted one is erased."""
    for place, line in lines(file):
        fields = object_of(line)
        if fields is None:
            yield Remark(place, "Not a JSON object.")
        elif "users" not in fields and "version" not in fields:
            yield _comment(fields, place)


def _comment(fields: dict[str, Any], place: str) -> Entry:
    user, locator = fields.get("user"), fields.get("locator")
    if not isinstance(user, dict) or not isinstance(locator, dict):
        return Remark(place, "It has no user or no locator.")
    site = str(locator.get("site", ""))
    parent = str(fields.get("pid") or "")
    return ImportedComment(
        place=place,
        id=f"{site} {fields['id']}" if fields.get("id") else "",
        page_url=str(locator.get("url", "")),
        # orig is what was typed, in Markdown; older backups have the HTML alone.
        text=str(fields.get("orig") or "") or plain(str(fields.get("text") or "")),
        created_at=time_of(fields.get("time")),
        status=Status.ERASED if fields.get("delete") else Status.APPROVED,
        author=str(user.get("name") or ""),
        parent_id=f"{site} {parent}" if parent else "",
        page_title=str(fields.get("title") or ""),
    )
