"""Reputation and learning at the console: shown on a comment's page, reset and undone."""

import re

import pytest

from moderation.domain.comment import AuthorRef
from moderation.domain.lesson import RELEARNING, Lesson
from moderation.domain.reputation import Subject, SubjectKind
from moderation.learning import lessons
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import lessons as stored_lessons
from moderation.store import memberships, moderators
from tests.review.test_reputation import (
    APPROVE,
    SPAM,
    author,
    counts_for,
    harmless_text,
    record_decision,
    submit_and_judge,
)
from tests.service.console.console_browser import now

HTMX = {"HX-Request": "true"}


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def decided(store, site):
    """Of Carol's comments two are approved and one, with a link, is spam; another waits."""
    texts = [
        harmless_text(1),
        harmless_text(2),
        f"{harmless_text(3)} http://shop.example/",
        f"{harmless_text(4)} http://shop.example/2",
    ]
    ids = submit_and_judge(store, site, *texts, at=now() - 300_000)
    for id, outcome in zip(ids, (APPROVE, APPROVE, SPAM), strict=False):
        record_decision(store, site, id, outcome, now() - 200_000)
    return ids


def test_a_comments_page_shows_earlier_decisions(browser, store, site, decided):
    page = plain(browser.get(f"/console/comments/{decided[3]}").text)
    assert "This author 2 approved, 1 spam" in page
    assert "This network 2 approved, 1 spam" in page
    assert "Links to shop.example 0 approved, 1 spam" in page
    [stranger] = submit_and_judge(store, site, harmless_text(9), author=AuthorRef("X"), at=now())
    page = plain(browser.get(f"/console/comments/{stranger}").text)
    assert "This author unknown" in page
    assert "Earlier decisions" not in browser.get("/console/?queue=approved").text


def test_a_reputation_is_reset_and_the_reset_undone(browser, store, site, decided):
    shop = Subject(SubjectKind.DOMAIN, site.id, "shop.example")
    path = "/console/reputation/domain/shop.example"
    page = f"{path}?site={site.id}"
    assert f'href="{page}"' in browser.get(f"/console/comments/{decided[3]}").text
    fields = browser.fields(page, f"{path}/reset")
    answer = browser.post(f"{path}/reset", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert counts_for(store, shop, now()) == (0, 0, 0)
    text = plain(browser.get(page).text)
    assert "Nothing decided yet" in text and "Spam (does not count)" in text
    assert "Reset by ada@herald.test" in text
    stale = browser.post(f"{path}/reset", fields)
    assert stale.status_code == 409 and "Nothing was changed" in stale.text
    assert browser.post(f"{path}/undo", browser.fields(page, f"{path}/undo")).status_code == 303
    assert counts_for(store, shop, now()) == (0, 1, 0)
    assert "Reset undone by ada@herald.test" in plain(browser.get(page).text)


def test_a_subject_without_decisions_has_no_page(browser, site, decided):
    for path in ("domain/other.example", "author/" + "0" * 64, "domain/a%2Fb", "person/x"):
        answer = browser.get(f"/console/reputation/{path}?site={site.id}")
        assert answer.status_code in (404, 422), path


def test_an_undo_at_the_console_leaves_no_trace(browser, store, site, decided):
    [comment_id] = submit_and_judge(store, site, f"{harmless_text(12)} bad", at=now() - 2_000)
    before = counts_for(store, author(store, site), now())
    browser.press(comment_id, "spam", **HTMX)
    assert counts_for(store, author(store, site), now()) == (2, 2, 0)
    browser.press(comment_id, "undo", f"/console/?done={comment_id}", **HTMX)
    assert counts_for(store, author(store, site), now()) == before


def test_admins_see_what_was_learned_and_undo_it(browser, store, site, decided):
    assert browser.get("/console/learning").status_code == 403
    assert "/console/learning" not in browser.get("/console/filters").text
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
    assert "Nothing learned yet" in plain(browser.get("/console/learning").text)
    lessons.learn(store, load_prior(), now())
    assert f"/console/learning?site={site.id}" in browser.get("/console/filters").text
    page = browser.get("/console/learning").text
    assert "Learned from 3 decisions , 1 of them spam" in plain(page)
    [fields] = [
        dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        for form in re.findall(r"<form.*?</form>", page, re.S)
        if "Undo version 1" in form
    ]
    assert browser.post("/console/learning/undo", fields).status_code == 303
    page = plain(browser.get("/console/learning").text)
    assert "Learned from 0 decisions" in page and "Version 2: undoes version 1" in page
    again = browser.post("/console/learning/undo", fields | {"version": "2"})
    assert again.status_code == 303
    assert "Learned from 3 decisions" in plain(browser.get("/console/learning").text)
    browser.post("/console/learning/undo", fields)
    again = browser.post("/console/learning/undo", fields)
    assert again.status_code == 409 and "nothing here to take back" in again.text
    for bad in ({"version": "x"}, {"version": ""}, {"moderator": "mod_a"}):
        assert browser.post("/console/learning/undo", fields | bad).status_code == 422
    assert "is being learned again" not in browser.get("/console/learning").text
    with store.write() as connection:
        assert stored_lessons.add(connection, Lesson(site.id, 5, RELEARNING, 0, 0, now()))
    assert "is being learned again" in browser.get("/console/learning").text
