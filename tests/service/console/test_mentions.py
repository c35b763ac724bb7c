"""Mentions at the console: unseen on the account until they are opened; names of colleagues for the script."""

import re

import pytest

from moderation.domain.comment import AuthorRef
from moderation.review import notes
from moderation.upkeep.erase import erase
from tests.factories import newspaper
from tests.service.console.console_browser import PASSWORD, held, moderator, now

ACCOUNT = "/console/account"


@pytest.fixture
def bo(open_browser, browser, store, site):
    """Bo, Ada's colleague, signed in."""
    moderator(store, "bo@herald.test", site)
    opened = open_browser()
    opened.log_in("bo@herald.test", PASSWORD)
    return opened


def write(browser, comment_id, text, **changes):
    page = f"/console/comments/{comment_id}"
    fields = browser.fields(page, f"{page}/notes") | {"text": text} | changes
    assert browser.post(f"{page}/notes", fields).status_code == 303


def unseen(browser):
    found = re.search(r'class="count new">.*?</span>(\d+)</span>', browser.get().text)
    return int(found[1]) if found else 0


def test_a_mention_is_unseen_until_it_is_opened(browser, bo, site):
    [comment_id] = held(browser.store, site, "bad one")
    assert unseen(browser) == 0
    write(bo, comment_id, "@ada <b>sincerely</b>, is it? And @bo?")
    assert unseen(browser) == 1 and unseen(bo) == 0  # who writes it is not told
    page = browser.get(ACCOUNT).text
    assert "bo@herald.test" in page and "sincerely" not in page.split("<h1")[1]
    fields = browser.fields(ACCOUNT, 'name="note"')
    opened = browser.post(f"{ACCOUNT}/mentions", fields)
    assert opened.headers["location"] == f"/console/comments/{comment_id}#notes"
    assert unseen(browser) == 0 and 'id="mentions"' not in browser.get(ACCOUNT).text


def test_a_note_about_an_author_leads_to_the_comment_where_it_was_written(browser, bo, site):
    [comment_id] = held(browser.store, site, "bad", author=AuthorRef("Ann", identity="id:ann"))
    write(bo, comment_id, "@ada again", about="author")
    fields = browser.fields(ACCOUNT, 'name="note"')
    opened = browser.post(f"{ACCOUNT}/mentions", fields)
    assert opened.headers["location"] == f"/console/comments/{comment_id}#notes"


def test_a_note_with_a_decision_mentions_as_well(browser, bo, site):
    [comment_id] = held(browser.store, site, "bad one")
    action = f"/console/comments/{comment_id}/decisions"
    fields = bo.fields("/console/", action) | {"outcome": "approve", "note": "@ada ok?"}
    assert bo.post(action, fields).status_code == 303
    assert unseen(browser) == 1


def test_all_are_marked_as_seen_at_once_and_nobody_else_s(browser, bo, site):
    ids = held(browser.store, site, "bad one", "bad two")
    for comment_id in ids:
        write(bo, comment_id, "@ada look")
        write(browser, comment_id, "@bo look")
    marked = browser.fields(ACCOUNT, "/console/account/mentions")
    assert browser.post(f"{ACCOUNT}/mentions", marked).headers["location"] == ACCOUNT
    assert unseen(browser) == 0 and unseen(bo) == 2


def test_a_mention_goes_with_its_note(browser, bo, store, site):
    [comment_id] = held(store, site, "bad one")
    write(bo, comment_id, "@ada look")
    erase(store, {site.id}, comment_id, now=now(), entropy=lambda n: b"1" * n)
    assert unseen(browser) == 0


def test_names_are_told_to_colleagues_alone(browser, bo, store, site):
    moderator(store, "ada@other.test", site)
    answer = browser.get(f"/console/colleagues?site={site.id}")
    assert answer.json() == {"names": ["ada@herald.test", "ada@other.test", "bo"]}
    other = newspaper(store, "Bob's", "https://bob.test")
    assert browser.get(f"/console/colleagues?site={other.id}").status_code == 404
    note = notes.add_to_comment(
        store,
        "mod_x",
        {site.id},
        held(store, site, "bad")[0],
        "@ada hello",
        now=now(),
        entropy=lambda n: b"2" * n,
    )
    assert note.id and unseen(browser) == 0  # two are called so
