"""Closing pages by API, what readers hear of it, and replies to what was removed."""

import pytest

from tests.factories import key_of, newspaper
from tests.service.api.conftest import a_comment

STATE, DEFAULT = "/api/v1/pages/state", "/api/v1/pages/default"
URL = "https://herald.test/news/1"
THREAD = f"/api/v1/threads?page_url={URL}"


def put(api, path, body, key=""):
    headers = {"Authorization": f"Bearer {key or api.secret}"}
    return api.client.put(path, json=body, headers=headers)


def set_state(api, state, **more):
    return put(api, STATE, {"page": {"url": URL}, "state": state, **more})


def approve(api, **comment):
    id = api.hand_in(**comment).json()["id"]
    decide(api, id, "approve")
    return id


def decide(api, id, outcome, **more):
    return api.post(f"/api/v1/comments/{id}/decisions", {"outcome": outcome, **more})


def test_a_page_is_closed_before_its_first_comment_and_opened_again(api):
    assert api.get(f"{STATE}?page_url={URL}").json() == {
        "page": {"url": URL, "title": None, "title_verified": False, "id": None},
        "known": False,
        "state": "open",
        "closes_at": None,
        "opens_at": None,
        "set": {"state": None, "close_after_days": None},
        "default": {"state": "open", "close_after_days": 0},
    }
    closed = set_state(api, "closed")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert api.client.get(THREAD).json()["state"] == "closed"
    refused = api.hand_in()
    assert (refused.status_code, refused.json()["code"]) == (403, "page_closed")
    assert set_state(api, None).json()["state"] == "open"
    assert api.hand_in().status_code == 202
    assert api.get(f"{STATE}?page_url={URL}%23respond").json()["known"]


def test_a_first_receipt_is_repeated_on_a_page_that_closed_since(api):
    key = {"Idempotency-Key": "k1"}
    first = api.hand_in(headers=key)
    set_state(api, "closed")
    again = api.hand_in(headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    late = {"Idempotency-Key": "k2"}
    assert api.hand_in(headers=late).status_code == 403
    set_state(api, "premoderated")
    assert api.hand_in(headers=late).status_code == 202  # nothing was stored under the key


def test_the_sites_default_and_its_days(api):
    answer = put(api, DEFAULT, {"state": "premoderated", "close_after_days": 14})
    assert answer.json() == {"state": "premoderated", "close_after_days": 14}
    assert api.get(DEFAULT).json() == answer.json()
    assert api.client.get(THREAD).json()["state"] == "premoderated"
    # The age counts from a point in time: 14 days of it are over, in whatever zone it is written.
    old = set_state(api, None, published_at="2020-01-02T01:00:00+13:00").json()
    assert (old["state"], old["closes_at"]) == ("closed", "2020-01-15T12:00:00.000Z")
    assert api.client.get(THREAD).json()["closes_at"] == "2020-01-15T12:00:00.000Z"
    assert api.hand_in().status_code == 403
    assert set_state(api, "open").json()["state"] == "open"
    assert set_state(api, None, close_after_days=0).json()["state"] == "premoderated"
    other = api.hand_in(page={"url": "https://herald.test/news/2"})
    assert other.status_code == 202


@pytest.mark.parametrize("published", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_date_beyond_the_calendar_is_its_first_or_last(api, published):
    """In UTC it would be in the year 0, or 10000."""
    assert set_state(api, None, published_at=published).status_code == 200
    assert set_state(api, None, close_after_days=14, published_at=published).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (STATE, {"page": {"url": URL}, "state": "ajar"}, "/state"),
        (STATE, {"page": {"url": URL}, "close_after_days": -1}, "/close_after_days"),
        (STATE, {"page": {"url": URL}, "close_after_days": 36_501}, "/close_after_days"),
        (STATE, {"page": {"url": URL}, "published_at": "2026-01-01T00:00:00"}, "/published_at"),
        (STATE, {"page": {"url": "https://elsewhere.test/1"}, "state": "closed"}, "/page/url"),
        (STATE, {"page": {"url": "herald.test"}, "state": "closed"}, "/page/url"),
        (DEFAULT, {"state": None}, "/state"),
        (DEFAULT, {"state": "open", "close_after_days": "14"}, "/close_after_days"),
    ],
)
def test_what_breaks_a_rule_is_named(api, path, body, pointer):
    refused = put(api, path, body)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert api.get(DEFAULT).json() == {"state": "open", "close_after_days": 0}


def test_only_the_sites_own_secret_key_opens_and_closes(api):
    theirs = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    body = {"page": {"url": URL}, "state": "closed"}
    assert put(api, STATE, body, theirs).status_code == 422  # not on their site
    origin = {"Authorization": f"Bearer {api.publishable}", "Origin": "https://herald.test"}
    for path, sent in ((STATE, body), (DEFAULT, {"state": "closed"})):
        assert api.client.put(path, json=sent, headers=origin).status_code == 403
        assert api.client.put(path, json=sent).status_code == 401
    assert api.client.get(THREAD).json()["state"] == "open"


def test_a_page_with_an_id_of_the_sites_own_is_closed_by_it(api):
    page = {"url": URL, "id": "article-7"}
    api.hand_in(page=page)
    put(api, STATE, {"page": page, "state": "closed"})
    assert api.hand_in(page=page).status_code == 403
    assert api.get(f"{STATE}?page_url={URL}&page_id=article-7").json()["state"] == "closed"
    assert api.client.get(THREAD).json()["state"] == "closed"


def test_a_reply_to_what_was_removed_is_refused_with_its_field(api):
    parent = approve(api)
    answer = approve(api, text="I agree.", parent_id=parent)
    assert decide(api, parent, "reject").json()["replies"] == 0
    refused = api.hand_in(text="Me too.", parent_id=parent)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/parent_id", "detail": "Has been removed, and takes no replies."}
    ]
    removed, shown = api.client.get(THREAD).json()["comments"]
    assert removed == {
        "id": parent,
        "parent_id": None,
        "status": "removed",
        "author": None,
        "text": None,
        "created_at": removed["created_at"],
        "edited_at": None,
        "picked": False,
        "replies": 0,
    }
    assert (shown["id"], shown["parent_id"], shown["status"]) == (answer, parent, "approved")
    assert api.hand_in(text="You are right.", parent_id=answer).status_code == 202


def test_a_branch_is_rejected_and_restored_by_api(api):
    parent = approve(api)
    answer = approve(api, text="I agree.", parent_id=parent)
    made = decide(api, parent, "spam", replies="reject")
    assert (made.status_code, made.json()["replies"]) == (201, 1)
    assert api.client.get(THREAD).json()["comments"] == []
    assert api.get(f"/api/v1/comments/{answer}").json()["status"] == "rejected"
    back = api.post(f"/api/v1/comments/{parent}/undo", {})
    assert (back.status_code, back.json()["replies"]) == (201, 1)
    listed = api.client.get(THREAD).json()["comments"]
    assert [comment["id"] for comment in listed] == [parent, answer]
    refused = decide(api, parent, "approve", replies="reject")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/replies"


def test_placeholders_come_in_addition_to_the_limit(api):
    parent = approve(api)
    answers = [approve(api, text=f"Reply {n}", parent_id=parent) for n in range(3)]
    decide(api, parent, "reject")
    seen, path = [], f"{THREAD}&limit=1"
    while path:
        page = api.client.get(path).json()
        seen.append([comment["id"] for comment in page["comments"]])
        path = page["next"]
    assert seen == [[parent, answers[0]], [answers[1]], [answers[2]]]


def test_the_thread_of_an_unknown_page_says_what_holds_there(api):
    put(api, DEFAULT, {"state": "closed"})
    other = api.client.get("/api/v1/threads?page_url=https://herald.test/never-seen").json()
    assert (other["state"], other["comments"]) == ("closed", [])
    first = a_comment(page={"url": "https://herald.test/never-seen"})
    assert api.hand_in(**first).status_code == 403


def test_what_is_wrong_with_a_parameter_is_told_of_the_parameter(api):
    answer = api.get(f"{STATE}?page_url=news.example&page_id=%00")
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [error["parameter"] for error in errors] == ["page_url", "page_id"]
    assert errors[0]["detail"] == "Must begin with http:// or https:// and name a host."
