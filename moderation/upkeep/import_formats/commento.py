"""Reads Commento's JSON export: comments, and the commenters that they name."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from moderation.domain.comment import Status
from moderation.domain.errors import Invalid
from moderation.domain.imported import Entry, ImportedComment, time_of
from moderation.upkeep.import_formats.whole_json import objects, read_json

_STATUSES = {"approved": Status.APPROVED, "unapproved": Status.HELD, "flagged": Status.HELD}


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment; a deleted one is erased. Raises Invalid where the file is no such export."""
    export = read_json(file)
    if not isinstance(export, dict):
        raise Invalid("The file is no export of Commento.")
    commenters = {
        str(each.get("commenterHex")): each
        for each in objects(export.get("commenters", []), "commenters")
    }
    for number, fields in enumerate(objects(export.get("comments", []), "comments"), 1):
        yield _comment(fields, commenters, f"comment {number}")


def _comment(fields: dict[str, Any], commenters: dict[str, dict[str, Any]], place: str) -> Entry:
    commenter = commenters.get(str(fields.get("commenterHex")), {})
    parent = str(fields.get("parentHex") or "")
    website = str(commenter.get("link") or "")
    domain, path = str(fields.get("domain") or ""), str(fields.get("url") or "")
    url = path if path.startswith("http") else f"https://{domain}{path}"
    return ImportedComment(
        place=place,
        id=str(fields.get("commentHex") or ""),
        page_url=url if domain or path.startswith("http") else path,
        text=str(fields.get("markdown") or ""),
        created_at=time_of(fields.get("creationDate")),
        status=Status.ERASED
        if fields.get("deleted")
        else _STATUSES.get(str(fields.get("state")), Status.HELD),
        author=str(commenter.get("name") or ""),
        parent_id="" if parent == "root" else parent,
        email=str(commenter.get("email") or ""),
        url="" if website == "undefined" else website,
    )
