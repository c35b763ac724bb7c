"""/embed/feed: the newest approved comments of a page as an Atom feed (RFC 4287), for feed readers."""

import re
from collections.abc import Sequence
from typing import Annotated
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from fastapi import Query, Request, Response

from moderation.domain.comment import PAGE_URL_LIMIT
from moderation.domain.errors import NotFound
from moderation.reading import threads
from moderation.reading.markdown import as_html
from moderation.reading.thread_versions import NamedPage
from moderation.reading.threads import Order, PublicComment
from moderation.store import sites
from moderation.store.pages import StoredPage
from service.api.responses import public
from service.api.serializers import iso
from service.api.threads import CACHE
from service.embed.reply import page_of, within

FEED_SIZE = 50  # comments
ATOM = "http://www.w3.org/2005/Atom"
THREADING = "http://purl.org/syndication/thread/1.0"  # RFC 4685: what a comment answers
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_BEGINNING = "1970-01-01T00:00:00.000Z"  # of a feed without comments


def feed(
    request: Request,
    page_url: Annotated[str, Query(max_length=PAGE_URL_LIMIT)],
    site: Annotated[str, Query(max_length=64)],
) -> Response:
    """As fresh as the thread itself: what is removed is not in it any more."""
    state, url = request.app.state, page_of(page_url)
    state.kept_answers.about(request, NamedPage(site, url))
    with state.store.read() as connection:
        known = sites.get_site(connection, site)
    if known is None or not within(page_url, known.origins):
        raise NotFound("No page of this site has this address.")
    page = threads.find_page(state.store, site, url)
    rules = threads.rules_of(state.store, page, site)
    comments = threads.list_approved(
        state.store, page, FEED_SIZE, order=Order.NEWEST, websites=rules.website
    )
    link = _NO_XML.sub("", page.url if page else url)
    text = _atom(link, _title(page, link), comments, is_html=rules.markdown)
    return public(request, text, "application/atom+xml", CACHE)


def _title(page: StoredPage | None, url: str) -> str:
    """The article's, if the site itself has named it; anybody can hand in a title."""
    return page.title if page and page.title_verified and page.title else url


def _atom(url: str, title: str, comments: Sequence[PublicComment], *, is_html: bool) -> str:
    root = Element("feed", {"xmlns": ATOM, "xmlns:thr": THREADING})
    _put(root, "title", title)
    _put(root, "id", f"{url}#comments")
    _put(root, "updated", max(map(_changed_at, comments), default=_BEGINNING))
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": url})
    SubElement(root, "generator").text = "Gatehouse"
    for comment in comments:
        entry = SubElement(root, "entry")
        link = f"{url}#comment-{comment.id}"
        _put(entry, "title", comment.author_name)
        _put(entry, "id", link)
        _put(entry, "published", iso(comment.created_at))
        _put(entry, "updated", _changed_at(comment))
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": link})
        author = SubElement(entry, "author")
        _put(author, "name", comment.author_name)
        if comment.author_url:
            _put(author, "uri", comment.author_url)
        if comment.parent_id:
            answered = f"{url}#comment-{comment.parent_id}"
            SubElement(entry, "thr:in-reply-to", {"ref": answered, "href": answered})
        html = as_html(comment.text) if is_html else None
        content = _put(entry, "content", comment.text if html is None else html)
        content.set("type", "text" if html is None else "html")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode")


def _changed_at(comment: PublicComment) -> str:
    return iso(comment.created_at if comment.edited_at is None else comment.edited_at)


def _put(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _NO_XML.sub("", text)
    return element
