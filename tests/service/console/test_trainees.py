"""A trainee at the console: proposes, another person agrees with one press, and the trainee reads what came of it."""

import pytest

from moderation.domain.comment import Status
from moderation.review import queues
from moderation.store import memberships, moderators
from tests.factories import newspaper
from tests.service.console.console_browser import held, moderator

BO = "bo@herald.test"
HX = {"HX-Request": "true"}


@pytest.fixture
def trainee(open_browser, store, site):
    bo = moderator(store, BO, site)
    with store.write() as connection:
        memberships.grant(connection, bo, site.id, "trainee")
    browser = open_browser()
    assert browser.log_in(BO).status_code == 303
    return browser


def status(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).status


def test_a_trainee_proposes_and_another_agrees(trainee, browser, store, site):
    [comment_id] = held(store, site, "bad")
    page = trainee.get().text
    assert "is proposed, and another person decides" in page
    assert "/console/bulk/new" not in page and "/claim" not in page
    stub = trainee.press(comment_id, "reject", **HX)
    assert stub.status_code == 200 and "Proposed: Reject" in stub.text and "Undo" in stub.text
    assert status(store, site, comment_id) is Status.HELD
    assert f"c-{comment_id}" not in trainee.get().text, "it left their list"
    others = browser.get("/console/?queue=proposed").text
    assert f"<bdi>{BO}</bdi> proposes: <strong>Reject</strong>" in others
    assert 'id="count-proposed">1<' in others and comment_id in browser.get().text
    action = f"/console/comments/{comment_id}/decisions"
    fields = browser.fields("/console/?queue=proposed", 'class="confirming"')
    assert browser.post(action, fields | {"outcome": "reject"}).status_code == 303
    assert status(store, site, comment_id) is Status.REJECTED
    history = browser.get(f"/console/comments/{comment_id}").text
    assert "by <bdi>ada@herald.test</bdi>" in history and f"as <bdi>{BO}</bdi> proposed" in history
    own = trainee.get("/console/proposals").text
    assert "<strong>1 of 1</strong>" in own and "agreed" in own and "ada@herald.test" in own
    assert "No proposals are waiting" in browser.get("/console/?queue=proposed").text


def test_a_trainee_takes_proposals_back_from_the_list_the_last_one_first(trainee, store, site):
    ids = held(store, site, "bad", "bad as well", "bad, too")
    for comment_id in ids[:2]:
        trainee.press(comment_id, "reject", **HX)
    fields = trainee.fields("/console/", "/console/undo")
    told = [trainee.post("/console/undo", fields, **HX).text for _ in range(3)]
    assert ["bad as well" in told[0], "“<bdi>bad</bdi>”" in told[1]] == [True, True]
    assert "You have nothing left to undo." in told[2]
    assert all(f"c-{comment_id}" in trainee.get().text for comment_id in ids)
    trainee.press(ids[2], "spam", **HX)
    sent = trainee.post("/console/undo", fields)  # without a script
    assert sent.headers["location"] == f"/console/comments/{ids[2]}"
    assert all(status(store, site, id) is Status.HELD for id in ids)


def test_a_trainee_takes_a_proposal_back_and_proposes_otherwise(trainee, store, site):
    [comment_id] = held(store, site, "bad")
    sent = trainee.press(comment_id, "spam")
    assert sent.status_code == 303
    notice = trainee.get(sent.headers["location"].partition("#")[0]).text
    assert "Proposed: Spam" in notice
    assert trainee.press(comment_id, "undo", f"/console/comments/{comment_id}").status_code == 303
    assert f"c-{comment_id}" in trainee.get().text
    trainee.press(comment_id, "approve", f"/console/comments/{comment_id}")
    own = trainee.get("/console/proposals").text
    assert "Approve" in own and "taken back" in own and "waits for another person" in own
    assert status(store, site, comment_id) is Status.HELD


def test_a_refused_proposal_says_why(trainee, browser, store, site):
    [comment_id] = held(store, site, "bad")
    fields = trainee.fields("/console/", f"{comment_id}/decisions")
    browser.press(comment_id, "approve")
    stale = trainee.post(
        f"/console/comments/{comment_id}/decisions", fields | {"outcome": "reject"}, **HX
    )
    assert stale.status_code == 409 and "before you" in stale.text
    assert status(store, site, comment_id) is Status.APPROVED


def test_who_is_a_trainee_here_decides_elsewhere(trainee, store, site):
    other = newspaper(store, "Other")
    with store.write() as connection:
        bo = moderators.by_email(connection, BO)
        memberships.grant(connection, bo.id, other.id, "moderator")
    [here], [there] = held(store, site, "bad here"), held(store, other, "bad there")
    trainee.press(here, "reject", f"/console/?site={site.id}")
    trainee.press(there, "reject", f"/console/?site={other.id}")
    assert status(store, site, here) is Status.HELD
    assert status(store, other, there) is Status.REJECTED
