"""A comment that another system exported: what a reader of its file makes, and what of it can be kept."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from moderation.domain.comment import (
    EMAIL_LIMIT,
    GONE,
    NAME_LIMIT,
    PAGE_URL_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    Status,
)
from moderation.domain.durations import DAY_MS
from moderation.domain.page_url import onto_site
from moderation.domain.sender_address import canonical_address

NAMELESS = "Anonymous"  # as WordPress shows an author without a name
ID_LIMIT = 1_000  # characters

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>/\\]{1,255}")
_WEBSITE = re.compile(r"https?://[^\s\"<>\\`/?#]+[^\s\"<>\\`]*", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment as it stands in a file. place: where, as 'line 12'. id, parent_id: the other system's, '' none.

    created_at: milliseconds since 1970 UTC, None where it cannot be read. ip, email, url: of the author. title_verified: whether
    the page's title comes from the site itself.
    """

    place: str
    id: str
    page_url: str
    text: str
    created_at: int | None
    status: Status
    author: str = ""
    parent_id: str = ""
    email: str = ""
    url: str = ""
    ip: str = ""
    page_title: str = ""
    page_id: str = ""
    title_verified: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """What an import does not take over as it is, and why; never what somebody wrote. stored: without what
    `why` is about; otherwise the comment was skipped.
    """

    place: str
    why: str
    stored: bool = False


Entry = ImportedComment | Remark


def time_of(text: object) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 time, in UTC where it names no zone; None where it is none."""
    try:
        time = datetime.fromisoformat(str(text).strip())
        return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // timedelta(
            milliseconds=1
        )
    except (ValueError, OverflowError):
        return None


def mended(comment: ImportedComment, origins: Collection[str], now: int) -> Entry:
    """The comment as it can be stored, or why it cannot. origins: the site's. now: ms.

    What is only beside the text and breaks a rule is shortened or left out: old systems allowed much.
    """

    def skipped(why: str) -> Remark:
        return Remark(comment.place, why)

    comment = replace(comment, id=_storable(comment.id), parent_id=_storable(comment.parent_id))
    if not comment.id or len(comment.id) > ID_LIMIT:
        return skipped("It has no id, or a very long one.")
    if not (url := onto_site(comment.page_url.strip().partition("#")[0], origins)):
        return skipped("Its page lies on none of the site's origins.")
    if len(url.encode("utf-8", "replace")) > PAGE_URL_LIMIT:
        return skipped("The URL of its page is too long.")
    if comment.created_at is None or not 0 <= comment.created_at <= now + DAY_MS:
        return skipped("Its date is missing, cannot be read or lies in the future.")
    text = _storable(comment.text).replace("\x00", "").replace("\r\n", "\n").strip()
    if comment.status in GONE:
        return _without_sender(comment, url)
    if not text:
        return skipped("It has no text.")
    if len(text.encode()) > TEXT_LIMIT:
        return skipped(f"Its text is longer than {TEXT_LIMIT:,} bytes.")
    website, email = _line(comment.url, URL_LIMIT + 1), _line(comment.email, EMAIL_LIMIT + 1)
    return replace(
        comment,
        page_url=url,
        text=text,
        author=_line(comment.author, NAME_LIMIT) or NAMELESS,
        email=email if len(email) <= EMAIL_LIMIT and _EMAIL.fullmatch(email) else "",
        url=website if len(website) <= URL_LIMIT and _WEBSITE.fullmatch(website) else "",
        ip=canonical_address(comment.ip) if comment.ip else "",
        page_title=_line(comment.page_title, TITLE_LIMIT),
        page_id=_line(comment.page_id, 200),
    )


def _without_sender(comment: ImportedComment, url: str) -> ImportedComment:
    """What is left of a comment that was deleted: the place of its replies."""
    title, page_id = _line(comment.page_title, TITLE_LIMIT), _line(comment.page_id, 200)
    return replace(
        comment, page_url=url, page_title=title, page_id=page_id,
        text="", author="", email="", url="", ip="",
    )  # fmt: skip


def _line(text: str, limit: int) -> str:
    return _CONTROL.sub(" ", _storable(text)).strip()[:limit]


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
