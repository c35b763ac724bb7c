"""/embed/feed: the comments of a page as Atom, well-formed whatever they are, and of what is approved alone."""

from xml.etree import ElementTree

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.durations import HOUR_MS
from moderation.domain.reader_rules import ReaderRules
from moderation.review import reader_rules
from tests.factories import NOON, hand_in, reply
from tests.service.embed.conftest import PAGE
from tests.service.embed.test_fragment import published

NAMES = {"a": "http://www.w3.org/2005/Atom", "t": "http://purl.org/syndication/thread/1.0"}


def feed(reader, **query):
    return reader.client.get(
        "/embed/feed", params={"site": reader.site.id, "page_url": PAGE} | query
    )


def parsed(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"  # the XML names its encoding
    return ElementTree.fromstring(answer.content)


def test_a_feed_has_the_newest_first_and_what_each_answers(reader):
    first = published(reader, "A fine article.", author=AuthorRef("Ada"))
    second = published(
        reader, "So it is.", author=AuthorRef("Bob"), parent_id=first, at=NOON + HOUR_MS
    )
    hand_in(reader.store, reply(reader.site, "Nobody has looked at this one."))
    root = parsed(feed(reader))
    assert root.findtext("a:id", namespaces=NAMES) == f"{PAGE}#comments"
    assert root.findtext("a:title", namespaces=NAMES) == PAGE
    assert root.findtext("a:updated", namespaces=NAMES) == "2026-09-21T15:13:20.000Z"
    newest, oldest = root.findall("a:entry", NAMES)
    link = f"{PAGE}#comment-{second}"
    assert newest.findtext("a:id", namespaces=NAMES) == link
    assert newest.find("a:link", NAMES).get("href") == link
    assert newest.findtext("a:author/a:name", namespaces=NAMES) == "Bob"
    assert newest.findtext("a:content", namespaces=NAMES) == "So it is."
    assert newest.find("a:content", NAMES).get("type") == "text"
    assert newest.find("t:in-reply-to", NAMES).get("ref") == f"{PAGE}#comment-{first}"
    assert oldest.find("t:in-reply-to", NAMES) is None
    assert oldest.findtext("a:published", namespaces=NAMES) == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> & ]]> \ufffe", "\x01\x0b\x1f end", "\U0001f926\u202e"]
)
@pytest.mark.parametrize("markdown", [False, True])
def test_a_feed_is_well_formed_whatever_was_written(reader, text, markdown):
    reader_rules.set_rules(reader.store, reader.site.id, ReaderRules(markdown=markdown))
    page = PageRef(PAGE, "</title><b>\x02")
    published(reader, text, author=AuthorRef('<img src=x onerror="a">\x01'), page=page)
    [entry] = parsed(feed(reader)).findall("a:entry", NAMES)
    assert entry.findtext("a:author/a:name", namespaces=NAMES).startswith("<img src=x")
    content = entry.find("a:content", NAMES)
    assert content.get("type") == ("html" if markdown else "text")
    assert not markdown or "<script" not in content.text


def test_only_the_site_names_its_article(reader):
    published(reader, "One", page=PageRef(PAGE, "Buy pills"))
    assert parsed(feed(reader)).findtext("a:title", namespaces=NAMES) == PAGE
    published(reader, "Two", page=PageRef(PAGE, "The harbour", by_server=True))
    assert parsed(feed(reader)).findtext("a:title", namespaces=NAMES) == "The harbour"


def test_a_page_without_comments_has_an_empty_feed(reader):
    root = parsed(feed(reader, page_url="https://herald.test/nothing"))
    assert root.findall("a:entry", NAMES) == []
    assert root.findtext("a:updated", namespaces=NAMES) == "1970-01-01T00:00:00.000Z"


def test_an_address_with_a_letter_that_xml_lacks_makes_no_broken_feed(reader):
    root = parsed(feed(reader, page_url="https://herald.test/a\ufffeb"))
    assert root.find("a:link", NAMES).get("href") == "https://herald.test/ab"


@pytest.mark.parametrize(
    "query",
    [{"page_url": "https://other.test/1"}, {"page_url": "javascript:alert(1)"}, {"site": "site_other"}, {"site": "../x"}],
)  # fmt: skip
def test_pages_of_others_have_none(reader, query):
    answer = feed(reader, **query)
    assert answer.status_code == 404 and "alert" not in answer.text
