"""The writer's own page: where a comment stands, why, and the appeal; for nobody but the holder of its token."""

import html
import os

import pytest

from moderation.domain.appeal import TEXT_LIMIT
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.store import sites
from tests.factories import NOON, hand_in, reply


@pytest.fixture
def rejected(reader):
    [id] = hand_in(reader.store, reply(reader.site))
    decisions.decide(
        reader.store, "mod_1", [reader.site.id], id, Outcome.REJECT, now=NOON, entropy=os.urandom
    )
    return id


def shown(reader, id, path="", **fields):
    token = reader.store.crypto.author_token(id)
    answer = reader.client.post(f"/status/{id}{path}", data={"token": token} | fields)
    assert answer.headers["cache-control"] == "no-store"
    return answer, html.unescape(answer.text)


def test_the_writer_reads_why_and_appeals_once(reader, rejected):
    answer, page = shown(reader, rejected)
    assert answer.status_code == 200
    assert "Your comment was not published." in page and "Ground: the rules for comments" in page
    answer, page = shown(reader, rejected, "/appeal", text="It was a <b>quotation</b>.\r\nReally.")
    assert answer.status_code == 200 and "Your appeal was received." in page
    assert "Send the appeal" not in page
    answer, page = shown(reader, rejected, "/appeal", text="Once more.")
    assert answer.status_code == 409 and "has appealed against this decision before" in page


def test_a_comment_that_waits_takes_no_appeal(reader):
    [id] = hand_in(reader.store, reply(reader.site))
    _, page = shown(reader, id)
    assert "is being checked" in page and "Send the appeal" not in page


def test_nobody_else_learns_anything(reader, rejected):
    [other] = hand_in(reader.store, reply(reader.site, "Another."))
    wrong = reader.store.crypto.author_token(other)
    texts = set()
    for id in (rejected, "cmt_01m3nothere"):
        for path, fields in (("", {}), ("/appeal", {"text": "Mine!"})):
            answer = reader.client.post(f"/status/{id}{path}", data={"token": wrong} | fields)
            assert answer.status_code == 401 and "does not belong to this comment" in answer.text
            texts.add(answer.text.replace(id, ""))
    assert len(texts) == 1
    assert "rejected" not in texts.pop()
    assert reader.client.get(f"/status/{rejected}").text.count(rejected) == 1
    assert reader.client.get("/status/a%22b").status_code == 404


def test_a_text_that_is_too_long_is_kept(reader, rejected):
    long = "<" + TEXT_LIMIT * "a"
    answer, page = shown(reader, rejected, "/appeal", text=long)
    assert answer.status_code == 422
    assert long in page and 'role="alert"' in page


def test_a_german_site_s_writer_reads_german(reader):
    with reader.store.write() as connection:
        site = sites.add_site(connection, "Der Bote", ["https://bote.test"], "de", NOON, os.urandom)
    [id] = hand_in(reader.store, reply(site))
    _, page = shown(reader, id)
    assert 'lang="de"' in page and "wird geprüft" in page
