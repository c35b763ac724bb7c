"""Reads WordPress's export (WXR 1.0 to 1.2): the comments of posts and pages; pings are skipped."""

from collections.abc import Iterator
from typing import BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of
from moderation.upkeep.import_formats.html_text import plain
from moderation.upkeep.import_formats.xml_events import Element, elements

_STATUSES = {
    "1": Status.APPROVED,
    "approved": Status.APPROVED,
    "0": Status.HELD,
    "hold": Status.HELD,
    "spam": Status.SPAM,
    "trash": Status.REJECTED,
    "post-trashed": Status.REJECTED,
}
_ITEM = "rss/channel/item"
_BLOG = "rss/channel/base_blog_url"
_PATHS = (_BLOG, _ITEM, f"{_ITEM}/link", f"{_ITEM}/title", f"{_ITEM}/comment")


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment with its post, whose title and link stand before it. Raises Invalid for anything but XML."""
    blog = link = title = ""
    for element in elements(file, _PATHS):
        own_text = element.texts.get("", "").strip()
        if element.name == "base_blog_url":
            blog = own_text
        elif element.name == "link":
            link = own_text
        elif element.name == "title":
            title = own_text
        elif element.name == "item":
            link = title = ""
        else:
            yield _comment(element, blog, link, title)


def _comment(element: Element, blog: str, link: str, title: str) -> Entry:
    place = f"line {element.line}"
    texts = {name.removeprefix("comment_"): text for name, text in element.texts.items()}
    kind = texts.get("type", "").strip()
    if kind not in ("", "comment"):
        return Remark(place, "It is a ping or a note, not a comment.")
    state = texts.get("approved", "").strip()
    if state not in _STATUSES:
        return Remark(place, "Its state is none of WordPress's.")
    # One site may import several blogs, each of which counts from 1.
    id, parent = texts.get("id", "").strip(), texts.get("parent", "").strip()
    return ImportedComment(
        place=place,
        id=f"{blog} {id}" if id else "",
        page_url=link,
        text=plain(texts.get("content", "")),
        # 0000-00-00 where WordPress does not know the one of Greenwich.
        created_at=time_of(texts.get("date_gmt", "")) or time_of(texts.get("date", "")),
        status=_STATUSES[state],
        author=texts.get("author", ""),
        parent_id=f"{blog} {parent}" if parent not in ("", "0") else "",
        email=texts.get("author_email", ""),
        url=texts.get("author_url", ""),
        ip=texts.get("author_IP", "").strip(),
        page_title=title,
    )
