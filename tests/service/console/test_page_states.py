"""The console's pages: opened, premoderated and closed there, undone, and who may change the default."""

import html
import os
import re

import pytest

from moderation.domain.comment import PageRef, PageState
from moderation.domain.page_state import PageDefault
from moderation.review import page_moves, page_states, queues
from moderation.review.page_states import PageChange
from moderation.store import memberships, moderators
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import held, now

HOME = "/console/pages"
URL = "https://herald.test/news/1"


def state_of(store, site, url=URL):
    return page_states.get_page(store, site.id, PageRef(url), now())


def save(browser, path="/state", at="", **changes):
    fields = browser.fields(HOME + at, HOME + path)
    return browser.post(HOME + path, fields | {"state": "default", "days": ""} | changes)


def undo(browser, answer):
    text = answer.text.partition('<form class="undo"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    return browser.post(re.search(r'action="([^"]+)"', text)[1], fields)


def test_a_page_is_closed_and_the_undo_restores_what_was_set(browser, store, site):
    held(store, site, "bad")
    page_states.set_page(
        store, site.id, PageRef(URL), PageChange(PageState.PREMODERATED, 30), now(), os.urandom
    )
    assert '<span class="chip">premoderated</span>' in browser.get(HOME).text
    shown = browser.follow(save(browser, state="closed", days="7"))
    assert "This page is <strong>closed</strong>." in shown.text
    setting = state_of(store, site).setting
    assert (setting.state, setting.close_after_days) == (PageState.CLOSED, 7)
    after = browser.follow(undo(browser, shown))
    setting = state_of(store, site).setting
    assert (setting.state, setting.close_after_days) == (PageState.PREMODERATED, 30)
    assert 'class="undo"' not in after.text


def test_a_page_without_a_title_shows_its_address_once(browser, store, site):
    def addresses():
        return re.findall(rf"<bdi[^>]*>{URL}</bdi>", browser.get(HOME).text)

    hand_in(store, reply(site, page=PageRef(URL)))
    assert len(addresses()) == 1
    page_moves.set_title(store, site.id, URL, "The harbour")
    assert addresses() == [f'<bdi class="url">{URL}</bdi>']


def test_a_change_meanwhile_is_not_overwritten(browser, store, site):
    held(store, site, "bad")
    fields = browser.fields(HOME, f"{HOME}/state")
    page_states.set_page(
        store, site.id, PageRef(URL), PageChange(PageState.CLOSED), now(), os.urandom
    )
    answer = browser.post(f"{HOME}/state", fields | {"state": "premoderated", "days": ""})
    assert answer.status_code == 409 and "Nothing was changed." in answer.text
    assert state_of(store, site).state is PageState.CLOSED


def test_a_page_without_comments_is_found_by_its_address_and_closed(browser, store, site):
    assert "No pages yet" in browser.get(HOME).text
    found = f"?url={URL}"
    assert "No comments yet; as the site" in browser.get(HOME + found).text
    shown = browser.follow(save(browser, at=found, state="closed"))
    assert "This page is <strong>closed</strong>." in shown.text
    assert state_of(store, site).state is PageState.CLOSED
    fields = {"csrf": browser.fields(HOME)["csrf"], "site": site.id, "state": "closed", "days": ""}
    elsewhere = browser.post(f"{HOME}/state", fields | {"url": "https://elsewhere.test/"})
    assert elsewhere.status_code == 422 and "Is not on this site" in elsewhere.text


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_change_the_default_and_take_it_back(browser, store, site, role):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, role)
    shown = browser.follow(save(browser, "/default", state="premoderated", days="14"))
    assert (
        "By default, pages are <strong>premoderated</strong> and close after 14 days." in shown.text
    )
    assert page_states.get_default(store, site.id) == PageDefault(PageState.PREMODERATED, 14)
    browser.follow(undo(browser, shown))
    assert page_states.get_default(store, site.id) == PageDefault()


def test_a_moderator_closes_a_page_but_not_all_of_them(browser, store, site):
    held(store, site, "bad")
    assert f"{HOME}/default" not in browser.get(HOME).text
    fields = browser.fields(HOME, f"{HOME}/state")
    answer = browser.post(f"{HOME}/default", fields | {"state": "closed", "was": "open.0"})
    assert answer.status_code == 403 and "Only editors and admins" in answer.text
    assert page_states.get_default(store, site.id) == PageDefault()
    browser.follow(save(browser, state="closed"))
    assert state_of(store, site).state is PageState.CLOSED


def test_another_sites_page_is_not_there(browser, store, site):
    held(store, site, "bad")
    bob = newspaper(store, "Bob's Blog", "https://bob.test")
    [theirs] = held(store, bob, "bad", page=PageRef("https://bob.test/1"))
    page_id = queues.get_card(store, {bob.id}, theirs).page_id
    assert browser.get(f"{HOME}?one={page_id}").status_code == 404
    assert save(browser, page=page_id).status_code == 404
    found = browser.get(f"{HOME}?url=https://bob.test/1").text
    assert page_id not in found and "No comments yet" in found  # like any that is not there
    assert state_of(store, bob, "https://bob.test/1").state is PageState.OPEN


@pytest.mark.parametrize("change", [{"days": "-1"}, {"days": "36501"}, {"state": "ajar"}])
def test_nonsense_changes_nothing(browser, store, site, change):
    held(store, site, "bad")
    assert save(browser, **change).status_code == 422
    assert state_of(store, site).setting.state is None


def test_rejecting_a_comment_takes_its_replies_along_if_asked(browser, store, site):
    [root] = held(store, site, "bad")
    assert 'name="replies"' not in browser.get().text
    answers = held(store, site, "bad, too", "and bad again", parent_id=root)
    text = browser.get(f"/console/comments/{root}").text
    assert "with its 2 replies" in text and "Open or close this page" in text
    action = f"/console/comments/{root}/decisions"
    fields = browser.fields(f"/console/comments/{root}", action) | {"replies": "reject"}
    approve = browser.post(action, fields | {"outcome": "approve"})  # the box says nothing then
    assert approve.status_code == 303
    fields = browser.fields(f"/console/comments/{root}", action) | {"replies": "reject"}
    answer = browser.post(action, fields | {"outcome": "spam"}, **{"HX-Request": "true"})
    assert "Marked as spam, with 2 replies:" in html.unescape(answer.text)
    states = [queues.get_card(store, {site.id}, id).status.value for id in (root, *answers)]
    assert states == ["spam", "rejected", "rejected"]
    browser.press(root, "undo", f"/console/?done={root}")
    states = [queues.get_card(store, {site.id}, id).status.value for id in (root, *answers)]
    assert states == ["approved", "held", "held"]
