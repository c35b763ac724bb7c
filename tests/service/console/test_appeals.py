"""The console's appeals: listed with their comments, answered by another person, and what was typed is kept."""

import os

import pytest

from moderation.domain.appeal import AppealState
from moderation.domain.decision import Outcome
from moderation.intake.appeal import appeal
from moderation.review import appeals, decisions, queues
from tests.service.console.console_browser import held, moderator, now

CLOCK = {"entropy": os.urandom}


def asked(store, site, by, text="It was <b>quoted</b>."):
    [comment_id] = held(store, site, "A bad & old word.")
    decisions.decide(store, by, {site.id}, comment_id, Outcome.REJECT, now=now(), **CLOCK)
    return appeal(store, comment_id, text, now=now(), **CLOCK)


@pytest.fixture
def bo(store, site):
    return moderator(store, "bo@herald.test", site)


def state(store, site, made):
    return appeals.get_appeal(store, {site.id}, made.id).state


def send(browser, made, outcome, note=""):
    path = f"/console/appeals/{made.id}"
    fields = {"csrf": browser.fields()["csrf"], "outcome": outcome, "note": note}
    return browser.post(f"{path}/decide", fields)


def test_an_appeal_is_listed_read_and_answered(browser, store, site, bo):
    assert "/console/appeals?" not in browser.get().text
    made = asked(store, site, bo)
    assert 'id="count-appeals">1<' in browser.get().text
    listed = browser.get(f"/console/appeals?site={site.id}").text
    assert f"/console/appeals/{made.id}" in listed and "A bad &amp; old word." in listed
    shown = browser.get(f"/console/appeals/{made.id}").text
    assert "It was &lt;b&gt;quoted&lt;/b&gt;." in shown and "<bdi>bo@herald.test</bdi>" in shown
    answer = send(browser, made, "overturn", "You are right.")
    assert answer.status_code == 303
    assert "The decision was overturned" in browser.get(answer.headers["location"]).text
    assert state(store, site, made) is AppealState.OVERTURNED
    card = queues.get_card(store, {site.id}, made.comment_id)
    assert card.status.value == "approved"
    after = browser.get(f"/console/appeals/{made.id}").text
    assert "Overturned by <bdi>ada@herald.test</bdi>" in after and "You are right." in after
    assert 'value="overturn"' not in after


def test_what_was_typed_stays_after_an_error(browser, store, site, bo):
    made = asked(store, site, bo)
    long = "x" * 2_001
    refused = send(browser, made, "uphold", long)
    assert refused.status_code == 422 and long in refused.text
    assert "Takes 2,000 characters at most." in refused.text
    clock = {"now": now(), "entropy": os.urandom}
    decisions.decide(store, "mod_cy", {site.id}, made.comment_id, Outcome.APPROVE, **clock)
    late = send(browser, made, "uphold", "It names a child.")
    assert late.status_code == 409 and "It names a child." in late.text
    assert "This appeal was answered: the decision was overturned." in late.text
    assert send(browser, made, "maybe").status_code == 422


def test_whoever_decided_does_not_answer(browser, store, site):
    [comment_id] = held(store, site, "A bad word.")
    browser.press(comment_id, "reject")
    made = appeal(store, comment_id, "", now=now(), entropy=os.urandom)
    shown = browser.get(f"/console/appeals/{made.id}").text
    assert "You made the decision; an appeal is answered by another person." in shown
    assert 'value="uphold"' not in shown
    refused = send(browser, made, "uphold", "No.")
    assert refused.status_code == 409 and "Nothing was changed." in refused.text
    assert state(store, site, made) is AppealState.OPEN
    assert browser.get("/console/appeals/apl_nobody").status_code == 404
