"""/embed/thread: the thread and the form as HTML for a site's server, escaped, cacheable, and of one site only."""

import os

import pytest

from moderation.domain.comment import AuthorRef
from moderation.domain.decision import Outcome
from moderation.review import decisions
from tests.factories import NOON, hand_in, reply
from tests.service.embed.conftest import ORIGIN, PAGE


def published(reader, text, **changes):
    [comment_id] = hand_in(reader.store, reply(reader.site, text, **changes))
    decisions.decide(
        reader.store,
        "mod_1",
        {reader.site.id},
        comment_id,
        Outcome.APPROVE,
        now=NOON,
        entropy=os.urandom,
    )
    return comment_id


def fragment(reader, **query):
    query = {"site": reader.site.id, "page_url": PAGE} | query
    return reader.client.get("/embed/thread", params=query)


def test_a_fragment_has_the_comments_escaped_and_a_form_that_works(reader):
    comment_id = published(
        reader, "<script>alert(1)</script> & more", author=AuthorRef('<img src=x onerror="a">')
    )
    answer = fragment(reader, page_title='"><b>')
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in answer.text
    for tag in ("<script", "<img", "<b>", "<html"):
        assert tag not in answer.text
    assert f'id="comment-{comment_id}"' in answer.text
    assert f'action="{ORIGIN}/reply/{reader.site.id}"' in answer.text
    assert f'href="{PAGE}?replytocom={comment_id}#respond"' in answer.text
    assert f'name="page_url" value="{PAGE}"' in answer.text


def test_what_the_page_was_asked_for_is_passed_on(reader):
    comment_id = published(reader, "A fine article.")
    answer = fragment(reader, replytocom=comment_id, gatehouse="received").text
    assert f'name="comment_parent" value="{comment_id}"' in answer
    assert "awaiting moderation" in answer


def test_who_has_a_fragment_is_told_so_until_it_changes(reader):
    first = fragment(reader)
    assert first.headers["cache-control"] == "public, max-age=1"
    seen = {"If-None-Match": first.headers["etag"]}
    url = str(first.request.url)
    assert reader.client.get(url, headers=seen).status_code == 304
    published(reader, "A fine article.")
    assert reader.client.get(url, headers=seen).status_code == 200


@pytest.mark.parametrize(
    "page_url",
    [
        "https://other.test/1",
        "javascript:alert(1)",
        f"{ORIGIN}/demo",
        "https://herald.test.evil.test/",
    ],
)
def test_a_site_shows_only_its_own_pages(reader, page_url):
    published(reader, "A fine article.")
    assert fragment(reader, page_url=page_url).status_code == 404
    other = fragment(reader, site=reader.demo.id)
    assert other.status_code == 404 and "A fine article." not in other.text
    assert fragment(reader, site="nobody").status_code == 404
