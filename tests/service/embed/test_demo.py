"""The demo newspaper: it shows approved comments, never others, and a form that WordPress would know."""

import os
import re

import pytest

from moderation.accounts import sign_in
from moderation.domain.comment import AuthorRef, PageRef, PageState
from moderation.domain.decision import Outcome
from moderation.domain.reader_rules import ReaderRules
from moderation.reading.threads import PublicComment
from moderation.review import decisions, page_states, reader_rules
from moderation.review.page_states import PageChange
from moderation.store.sql.schema import sites
from service.embed.module import module
from service.embed.page_thread import THREAD_SIZE
from service.embed.thread_order import DEPTH_LIMIT, in_thread_order
from tests.factories import NOON, hand_in, newspaper, reply
from tests.service.console.console_browser import link_for, moderator, now
from tests.service.embed.conftest import ORIGIN

FERRY = "/demo/ferry"
DEMO = ORIGIN + FERRY


def approved(reader, text, name="Dora", **changes):
    [comment_id] = hand_in(
        reader.store,
        reply(reader.demo, text, author=AuthorRef(name), page=PageRef(DEMO, "T"), **changes),
    )
    decide(reader, comment_id, Outcome.APPROVE)
    return comment_id


def decide(reader, comment_id, outcome):
    decisions.decide(
        reader.store, "mod_1", {reader.demo.id}, comment_id, outcome, now=NOON, entropy=os.urandom
    )


def test_the_form_is_wordpress_form(reader):
    assert 'name="url"' not in reader.client.get(FERRY).text
    reader_rules.set_rules(reader.store, reader.demo.id, ReaderRules(website=True))
    text = reader.client.get(FERRY).text
    for sentence in ("Leave a Reply", "Your email address will not be published.",
                 "Required fields are marked"):  # fmt: skip
        assert sentence in text
    names = set(re.findall(r'name="(\w+)"', text.partition("<form")[2]))
    assert {"author", "email", "url", "comment", "comment_post_ID", "comment_parent",
            "page_url", "submit"} <= names  # fmt: skip
    for name in ("author", "email", "url", "comment"):
        assert f'<label for="{name}">' in text
    assert f'action="/reply/{reader.demo.id}" method="post"' in text
    assert re.findall(r"<script [^>]*>", text) == [
        f'<script type="module" src="/embed/v1.js" integrity="{module().integrity}" data-site="{reader.demo.id}">'
    ]


def test_what_the_demo_sends_comes_back_to_it(reader):
    text = reader.client.get(FERRY).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    answer = reader.send(site=reader.demo.id, **hidden)
    assert answer.headers["location"] == f"{DEMO}?gatehouse=received#respond"
    assert "awaiting moderation" in reader.client.get(f"{FERRY}?gatehouse=received").text
    assert "awaiting moderation" not in reader.client.get(FERRY).text


def test_only_what_is_approved_is_ever_shown(reader):
    comment_id = approved(reader, "Shown to all.")
    hand_in(reader.store, reply(reader.demo, "Nobody sees me.", page=PageRef(DEMO)))
    shown = reader.client.get(FERRY)
    assert "Shown to all." in shown.text and "Nobody sees me." not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    decide(reader, comment_id, Outcome.REJECT)
    for path in (FERRY, f"{FERRY}?replytocom={comment_id}"):
        text = reader.client.get(path).text
        assert "Shown to all." not in text and comment_id not in text


def test_a_closed_page_has_a_sentence_instead_of_the_form(reader):
    comment_id = approved(reader, "First.")
    page = PageRef(DEMO)
    closed = PageChange(PageState.CLOSED)
    page_states.set_page(reader.store, reader.demo.id, page, closed, NOON, os.urandom)
    text = reader.client.get(FERRY).text
    assert "Comments are closed." in text and "<form" not in text
    assert "First." in text and f"replytocom={comment_id}" not in text
    premoderated = PageChange(PageState.PREMODERATED)
    page_states.set_page(reader.store, reader.demo.id, page, premoderated, NOON, os.urandom)
    text = reader.client.get(FERRY).text
    assert "A moderator looks at every comment" in text and "<form" in text
    page_states.set_page(reader.store, reader.demo.id, page, PageChange(), NOON, os.urandom)
    text = reader.client.get(FERRY).text
    assert "A moderator looks at" not in text and "Comments are closed" not in text


def test_replies_stand_below_the_place_of_what_was_removed(reader):
    first = approved(reader, "Gone tomorrow.")
    approved(reader, "I was here.", parent_id=first)
    decide(reader, first, Outcome.REJECT)
    text = reader.client.get(FERRY).text
    assert "1 Reply<" in text and "Gone tomorrow." not in text
    place = text.index("This comment was removed.")
    assert place < text.index('class="depth-1"') < text.index("I was here.")
    assert f"replytocom={first}" not in text


def test_an_answer_starts_from_its_comment_without_javascript(reader):
    comment_id = approved(reader, "First.", name="Dora")
    text = reader.client.get(f"{FERRY}?replytocom={comment_id}").text
    assert "Leave a Reply to <bdi>Dora</bdi>" in text
    assert f'name="comment_parent" value="{comment_id}"' in text
    assert 'name="comment_parent" value="0"' in reader.client.get(f"{FERRY}?replytocom=x").text


def test_everything_a_stranger_wrote_is_escaped(reader):
    hostile = "</div><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    approved(reader, hostile, name=hostile)
    text = reader.client.get(FERRY).text
    assert "<script>" not in text and "<img" not in text and "&lt;script&gt;" in text


def test_the_page_is_closed_to_the_outside(reader):
    refused = reader.send(author="", site=reader.demo.id)
    scripts = "script-src 'self'; connect-src 'self'; "
    for answer, allowed in ((reader.client.get(FERRY), scripts), (refused, "")):
        policy = answer.headers["content-security-policy"]
        assert policy == (
            f"default-src 'none'; {allowed}style-src 'self'; img-src 'self' data:; "
            f"form-action 'self' {ORIGIN}; frame-ancestors 'none'; base-uri 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in answer.text and "<style" not in answer.text


def test_the_demo_stays_where_another_site_names_its_origin(reader):
    comment_id = approved(reader, "Still here.")
    for name in ("Another", "A third"):
        newspaper(reader.store, name, ORIGIN, NOON + 1)
        newspaper(reader.store, name, "http://127.0.0.1:8101", NOON + 1)
    answer = reader.client.get(FERRY)
    assert answer.status_code == 200 and comment_id in answer.text
    assert f'action="/reply/{reader.demo.id}"' in answer.text


def test_without_a_site_the_demo_says_what_to_do(reader):
    with reader.store.write() as connection:
        connection.execute(sites.delete().where(sites.c.id == reader.demo.id))
    newspaper(reader.store, "Elsewhere", "http://127.0.0.1:8101")
    answer = reader.client.get(FERRY)
    assert answer.status_code == 404 and "gatehouse site add" in answer.text
    newspaper(reader.store, "The next", ORIGIN)
    assert reader.client.get(FERRY).status_code == 200


def test_the_newest_reply_is_on_the_first_page_and_the_oldest_can_be_reached(reader):
    ids = [approved(reader, f"Reply {n}.", at=NOON + n) for n in range(THREAD_SIZE + 2)]
    last = approved(reader, "An answer.", parent_id=ids[0], at=NOON + 100)
    first = reader.client.get(FERRY).text
    assert f"{THREAD_SIZE + 3} Replies" in first
    assert re.findall(r'<li class="[^"]*" id="comment-(\w+)"', first) == [last, *ids[:2:-1]]
    assert "in reply to an earlier comment" in first
    older = reader.client.get(re.search(r'href="(/demo/ferry\?before=[^#]*)#', first)[1]).text
    assert re.findall(r'<li class="[^"]*" id="comment-(\w+)"', older) == ids[2::-1]
    assert "?before=" not in older and "Newest replies" in older


def test_an_answer_quotes_what_it_answers_from_whatever_page(reader):
    old = approved(reader, "The first of them all.", at=NOON - 1)
    for n in range(THREAD_SIZE):
        approved(reader, f"Reply {n}.", at=NOON + n)
    text = reader.client.get(f"{FERRY}?replytocom={old}").text
    assert "The first of them all.</blockquote>" in text
    assert f'name="comment_parent" value="{old}"' in text


def test_the_front_page_counts_what_readers_see_and_says_where_it_is_closed(reader):
    approved(reader, "Shown to all.")
    hand_in(reader.store, reply(reader.demo, "Nobody sees me.", page=PageRef(DEMO)))
    choir = PageRef(f"{ORIGIN}/demo/choir")
    closed = PageChange(PageState.CLOSED)
    page_states.set_page(reader.store, reader.demo.id, choir, closed, NOON, os.urandom)
    text = reader.client.get("/demo").text
    assert re.findall(r"([0-9]+) comments?</a>([^<]*)", text.replace("\n", "")) == [
        ("1", ""),
        ("0", ""),
        ("0", " · comments are closed"),
    ]
    assert '<html lang="ar" dir="rtl">' in reader.client.get("/demo/lighthouse").text
    assert reader.client.get("/demo/nothing").status_code == 404


def test_only_the_sites_moderators_peek_at_what_is_not_on_the_page(reader):
    [comment_id] = hand_in(reader.store, reply(reader.demo, "Secret words.", page=PageRef(DEMO)))
    decide(reader, comment_id, Outcome.HOLD)

    def seen() -> tuple[int, str]:
        peek = reader.client.get(f"{FERRY}/peek")
        return peek.status_code, peek.text + reader.client.get(FERRY).text

    status, text = seen()
    assert status == 404 and comment_id not in text and "Only you" not in text
    for site, name in ((reader.site, "alice@herald.test"), (reader.demo, "ada@lantern.test")):
        link = link_for(reader.store, moderator(reader.store, name, site, password=""))
        session = sign_in.with_link(reader.store, link, now=now(), entropy=os.urandom)
        reader.client.cookies.set("gatehouse_session", session)
        status, text = seen()
        is_theirs = site is reader.demo
        assert (status == 200) is is_theirs
        assert text.count(f'href="/console/comments/{comment_id}"') == 2 * is_theirs
        assert "Secret words." not in text


def public(id, parent=""):
    return PublicComment(id, parent, "A", "", "t", NOON)


@pytest.mark.parametrize(
    ("comments", "order"),
    [
        ([], []),
        (
            [public("d", "a"), public("c", "a"), public("b"), public("a")],
            [("b", 0), ("a", 0), ("c", 1), ("d", 1)],
        ),
        ([public("b", "a"), public("a", "gone")], [("a", 0), ("b", 1)]),
        ([public("b", "a"), public("a", "b")], []),  # a circle cannot come in; it does not hang
    ],
)
def test_answers_stand_below_what_they_answer(comments, order):
    assert [(turn.comment.id, turn.depth) for turn in in_thread_order(comments)] == order


def test_a_chain_of_a_thousand_answers_is_no_trouble():
    chain = [public(str(n), str(n - 1) if n else "") for n in reversed(range(1_000))]
    turns = in_thread_order(chain)
    assert len(turns) == 1_000 and max(turn.depth for turn in turns) == DEPTH_LIMIT
