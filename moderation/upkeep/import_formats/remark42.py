"""Reads Remark42's backups: a first line about the backup, then one comment a line."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of
from moderation.upkeep.import_formats.html_text import plain, unescaped
from moderation.upkeep.import_formats.json_lines import lines, object_of

_TAG = re.compile(r"<[^<>]*>")
_NOT_ESCAPED = re.compile(r"""["']|&(?!amp;|lt;|gt;|#34;|#39;)""")


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
        page_url=unescaped(str(locator.get("url", ""))),
        # orig is what was typed, in Markdown; older backups have the HTML alone.
        text=_typed(str(fields.get("orig") or "")) or plain(str(fields.get("text") or "")),
        created_at=time_of(fields.get("time")),
        status=Status.ERASED if fields.get("delete") else Status.APPROVED,
        author=unescaped(str(user.get("name") or "")),
        parent_id=f"{site} {parent}" if parent else "",
        page_title=unescaped(str(fields.get("title") or "")),
    )


def _typed(orig: str) -> str:
    """Older versions stored it escaped: then no quotation mark and no ampersand stands in it as it was typed."""
    return orig if _NOT_ESCAPED.search(_TAG.sub("", orig)) else unescaped(orig)
