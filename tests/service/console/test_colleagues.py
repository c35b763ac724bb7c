"""What moderators see of each other: claims on the cards, and notes on a comment's page."""

import html
import re

import pytest

from moderation.domain.comment import AuthorRef
from moderation.review import claims, notes, queues
from tests.review.test_queues_without_status import report
from tests.service.console.console_browser import held, moderator


@pytest.fixture
def bo(store, site):
    return moderator(store, "bo@herald.test", site)


def press(browser, comment_id, button, **headers):
    fields = browser.fields("/console/", f"/console/comments/{comment_id}/claim")
    action = f"/console/comments/{comment_id}/claim"
    return browser.post(action, fields | {"claim": button}, **headers)


def claim_of(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).claim


def status(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).status.value


def test_a_claim_is_made_shown_and_released(browser, store, site):
    [comment_id] = held(store, site, "bad")
    answer = press(browser, comment_id, "claim")
    assert answer.status_code == 303 and answer.headers["location"].endswith(f"#c-{comment_id}")
    assert claim_of(store, site, comment_id)
    shown = browser.get().text
    assert "You have claimed this, until" in shown and ">Release<" in shown
    fragment = press(browser, comment_id, "release", **{"HX-Request": "true"})
    assert fragment.status_code == 200 and "You have claimed" not in fragment.text
    assert claim_of(store, site, comment_id) is None


def test_what_a_colleague_has_claimed_is_told_and_decided_only_knowingly(browser, store, site, bo):
    [comment_id] = held(store, site, "bad")
    before = browser.fields("/console/", f"{comment_id}/decisions")
    claims.claim(store, bo, {site.id}, comment_id)
    path = f"/console/comments/{comment_id}/decisions"
    for headers in ({}, {"HX-Request": "true"}):
        refused = browser.post(path, before | {"outcome": "reject"}, **headers)
        assert refused.status_code == 409
        assert "Nothing was changed." in refused.text
        assert "<bdi>bo@herald.test</bdi> is deciding about this, until" in refused.text
        assert 'name="take_over"' in refused.text and "before you" not in refused.text
    assert press(browser, comment_id, "claim").status_code == 409
    assert press(browser, comment_id, "release").status_code == 409
    assert status(store, site, comment_id) == "held"
    decided = browser.post(path, before | {"outcome": "reject", "take_over": "1"})
    assert decided.status_code == 303 and status(store, site, comment_id) == "rejected"


def test_a_claim_is_taken_over(browser, store, site, bo):
    [comment_id] = held(store, site, "bad")
    claims.claim(store, bo, {site.id}, comment_id)
    assert ">Take over<" in browser.get().text
    assert press(browser, comment_id, "take").status_code == 303
    assert claim_of(store, site, comment_id).moderator_id != bo


def test_a_queue_is_shown_without_what_others_have_claimed(browser, store, site, bo):
    mine, theirs = held(store, site, "bad 1", "bad 2")
    assert "unclaimed" not in browser.get().text
    claims.claim(store, bo, {site.id}, theirs)
    url = re.search(r'href="([^"]*unclaimed=1[^"]*)"', browser.get().text)[1]
    shown = browser.get(html.unescape(url)).text
    assert f"c-{mine}" in shown and f"c-{theirs}" not in shown


def test_the_number_of_all_that_match_is_not_that_of_what_nobody_else_has_claimed(
    browser, store, site, bo
):
    ids = held(store, site, "bad 1", "bad 2", "bad 3")
    for comment_id in ids:
        report(store, comment_id, 1)
    claims.claim(store, bo, {site.id}, ids[0])
    shown = browser.get("/console/?queue=reported&unclaimed=1").text
    assert f"c-{ids[1]}" in shown and f"c-{ids[0]}" not in shown
    assert "All that match" in shown, "the decision is about all three"
    assert "All 3 that match" in browser.get("/console/?queue=reported").text


def note(browser, comment_id, text, **more):
    path = f"/console/comments/{comment_id}"
    return browser.post(
        f"{path}/notes", browser.fields(path, f"{path}/notes") | {"text": text} | more
    )


def test_notes_are_shown_on_the_page_and_a_refused_one_keeps_what_was_typed(browser, store, site):
    [comment_id] = held(store, site, "bad")
    path = f"/console/comments/{comment_id}"
    answer = note(browser, comment_id, "Says <i>the same</i>\r\nevery week.")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#notes")
    shown = browser.get(path).text
    assert "Says &lt;i&gt;the same&lt;/i&gt;\nevery week." in shown and "ada@herald.test" in shown
    assert 'name="about"' not in shown, "it is not known who wrote it"
    typed = "a <b> " * 400
    refused = note(browser, comment_id, typed)
    assert refused.status_code == 422 and "Takes 2,000 characters at most." in refused.text
    assert html.escape(typed) in refused.text and 'aria-invalid="true"' in refused.text
    assert note(browser, comment_id, " ").status_code == 422
    assert len(notes.of_comment(store, {site.id}, comment_id)) == 1
    assert "every week" not in browser.get("/console/").text


def test_notes_about_an_author_are_on_every_comment_of_theirs(browser, store, site):
    ann = AuthorRef("Ann", identity="id:ann")
    first, second = held(store, site, "bad 1", "bad 2", author=ann)
    [other] = held(store, site, "bad 3")
    assert note(browser, first, "A teacher.", about="author").status_code == 303
    assert note(browser, first, "Only here.", about="comment").status_code == 303
    pages = [browser.get(f"/console/comments/{id}").text for id in (first, second, other)]
    assert ["A teacher." in page for page in pages] == [True, True, False]
    assert ["Only here." in page for page in pages] == [True, False, False]
    refused = note(browser, second, "", about="author")
    assert re.search(r'value="author" checked', refused.text)
