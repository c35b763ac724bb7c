"""Reads Disqus's XML export: threads first, then the posts that name them."""

from collections.abc import Iterator
from typing import BinaryIO

from moderation.domain.comment import Status
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of
from moderation.upkeep.import_formats.html_text import plain
from moderation.upkeep.import_formats.xml_events import elements


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each post; a deleted one is rejected, without a text erased. Raises Invalid where the file is no such XML."""
    threads: dict[str, tuple[str, str]] = {}
    for element in elements(file, ("disqus/thread", "disqus/post")):
        texts, attributes = element.texts, element.attributes
        if element.name == "thread":
            link = texts.get("link", "").strip() or texts.get("id", "").strip()
            threads[attributes.get("id", "")] = (link, texts.get("title", ""))
            continue
        place = f"line {element.line}"
        thread_id = attributes.get("thread@id", "")
        if thread_id not in threads:
            yield Remark(place, "Its thread is not in the file.")
            continue
        page_url, title = threads[thread_id]
        text = plain(texts.get("message", ""))
        status = Status.APPROVED
        if texts.get("isSpam", "").strip() == "true":
            status = Status.SPAM
        elif texts.get("isDeleted", "").strip() == "true":
            status = Status.REJECTED if text else Status.ERASED
        yield ImportedComment(
            place=place,
            id=attributes.get("id", ""),
            page_url=page_url,
            text=text,
            created_at=time_of(texts.get("createdAt", "")),
            status=status,
            author=texts.get("author/name", "") or texts.get("author/username", ""),
            parent_id=attributes.get("parent@id", ""),
            email=texts.get("author/email", ""),
            ip=texts.get("ipAddress", "").strip(),
            page_title=title,
        )
