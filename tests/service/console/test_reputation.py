"""Reputation and learning at the console: shown on the comment's page, reset and taken back."""

import re

import pytest

from moderation.domain.comment import AuthorRef
from moderation.domain.reputation import Subject, SubjectKind
from moderation.learning import lessons
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import moderators
from tests.review.test_reputation import APPROVE, SPAM, author, hear, known, say, talk
from tests.service.console.console_browser import now

HTMX = {"HX-Request": "true"}


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def decided(store, site):
    """Of Carol's comments two are approved and one, with a link, is spam; another waits."""
    texts = [
        talk(1),
        talk(2),
        f"{talk(3)} http://shop.example/",
        f"{talk(4)} http://shop.example/2",
    ]
    ids = hear(store, site, *texts, at=now() - 300_000)
    for id, outcome in zip(ids, (APPROVE, APPROVE, SPAM), strict=False):
        say(store, site, id, outcome, now() - 200_000)
    return ids


def test_a_comments_page_tells_what_was_decided_before(desk, store, site, decided):
    page = plain(desk.get(f"/console/comments/{decided[3]}").text)
    assert "This author 2 approved, 1 spam" in page
    assert "This network 2 approved, 1 spam" in page
    assert "Links to shop.example 0 approved, 1 spam" in page
    [stranger] = hear(store, site, talk(9), author=AuthorRef("X"), at=now())
    page = plain(desk.get(f"/console/comments/{stranger}").text)
    assert "This author nobody known" in page
    assert "What your moderators" not in desk.get("/console/?queue=approved").text


def test_a_reputation_is_reset_and_taken_back(desk, store, site, decided):
    shop = Subject(SubjectKind.DOMAIN, site.id, "shop.example")
    path = "/console/reputation/domain/shop.example"
    page = f"{path}?site={site.id}"
    assert f'href="{page}"' in desk.get(f"/console/comments/{decided[3]}").text
    fields = desk.fields(page, f"{path}/reset")
    answer = desk.post(f"{path}/reset", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert known(store, shop, now()) == (0, 0, 0)
    text = plain(desk.get(page).text)
    assert "Nothing decided yet" in text and "Spam (does not count)" in text
    assert "Reset by ada@herald.test" in text
    stale = desk.post(f"{path}/reset", fields)
    assert stale.status_code == 409 and "Nothing was changed" in stale.text
    assert desk.post(f"{path}/undo", desk.fields(page, f"{path}/undo")).status_code == 303
    assert known(store, shop, now()) == (0, 1, 0)
    assert "Reset taken back by ada@herald.test" in plain(desk.get(page).text)


def test_what_was_never_decided_about_has_no_page(desk, site, decided):
    for path in ("domain/other.example", "author/" + "0" * 64, "domain/a%2Fb", "person/x"):
        answer = desk.get(f"/console/reputation/{path}?site={site.id}")
        assert answer.status_code in (404, 422), path


def test_an_undo_at_the_console_leaves_no_trace(desk, store, site, decided):
    [one] = hear(store, site, f"{talk(12)} bad", at=now() - 2_000)
    before = known(store, author(store, site), now())
    desk.press(one, "spam", **HTMX)
    assert known(store, author(store, site), now()) == (2, 2, 0)
    desk.press(one, "undo", f"/console/?done={one}", **HTMX)
    assert known(store, author(store, site), now()) == before


def test_admins_see_what_was_learned_and_take_it_back(desk, store, site, decided):
    assert desk.get("/console/learning").status_code == 403
    assert "/console/learning" not in desk.get("/console/filters").text
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        moderators.grant(connection, ada.id, site.id, "admin")
    assert "Nothing learned yet" in plain(desk.get("/console/learning").text)
    lessons.learn(store, load_prior(), now())
    assert f"/console/learning?site={site.id}" in desk.get("/console/filters").text
    page = desk.get("/console/learning").text
    assert "Learned from 3 decisions , 1 of them spam" in plain(page)
    [fields] = [
        dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        for form in re.findall(r"<form.*?</form>", page, re.S)
        if "Undo version 1" in form
    ]
    assert desk.post("/console/learning/undo", fields).status_code == 303
    page = plain(desk.get("/console/learning").text)
    assert "Learned from 0 decisions" in page and "Version 2: takes version 1 back" in page
    again = desk.post("/console/learning/undo", fields | {"version": "2"})
    assert again.status_code == 303
    assert "Learned from 3 decisions" in plain(desk.get("/console/learning").text)
    desk.post("/console/learning/undo", fields)
    again = desk.post("/console/learning/undo", fields)
    assert again.status_code == 409 and "nothing here to take back" in again.text
    for bad in ({"version": "x"}, {"version": ""}, {"moderator": "mod_a"}):
        assert desk.post("/console/learning/undo", fields | bad).status_code == 422
