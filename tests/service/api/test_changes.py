"""Changing and withdrawing a comment by HTTP: the token of the receipt, and nobody else's."""

import pytest

from moderation.domain.comment import PageState
from moderation.domain.decision import Outcome
from moderation.domain.page_state import PageDefault
from moderation.domain.reader_rules import ReaderRules
from moderation.review import page_states
from moderation.store import sites
from tests.factories import key_of, newspaper

HERALD = {"Origin": "https://herald.test"}


def path_of(receipt) -> str:
    return f"/api/v1/comments/{receipt['id']}"


def patch(api, receipt, text="Changed.", key="", **headers):
    token = {"Authorization": f"Bearer {key or receipt['author_token']}"}
    return api.client.patch(path_of(receipt), json={"text": text}, headers=token | headers)


def delete(api, receipt, key=""):
    token = {"Authorization": f"Bearer {key or receipt['author_token']}"}
    return api.client.delete(path_of(receipt), headers=token)


def decide(api, receipt, outcome=Outcome.APPROVE):
    return api.post(f"{path_of(receipt)}/decisions", {"outcome": outcome.value})


def thread(api):
    answer = api.client.get("/api/v1/threads?page_url=https://herald.test/news/1")
    return answer.json()["comments"]


def test_a_writer_changes_a_comment_and_readers_wait_for_the_judgement(api):
    receipt = api.hand_in().json()
    decide(api, receipt)
    assert [each["text"] for each in thread(api)] == ["A fine article."]
    changed = patch(api, receipt)
    assert changed.status_code == 202
    assert (changed.json()["status"], changed.json()["revision"]) == ("pending", 2)
    assert "no-store" in changed.headers["cache-control"]
    assert thread(api) == []
    full = api.get(path_of(receipt)).json()
    assert (full["text"], full["revision"], full["decision"]) == ("Changed.", 2, None)
    assert full["edited_at"] > full["created_at"]
    [earlier] = full["earlier"]
    assert (earlier["revision"], earlier["text"]) == (1, "A fine article.")
    again = patch(api, receipt)
    assert (again.status_code, again.json()) == (202, changed.json())
    decided = decide(api, receipt).json()
    assert (decided["sequence"], decided["revision"]) == (3, 2)
    assert [each["text"] for each in thread(api)] == ["Changed."]


def test_nobody_but_the_writer_changes_a_comment(api):
    mine, other = api.hand_in().json(), api.hand_in(text="Another.").json()
    stranger = newspaper(api.store, "Bob's Blog", "https://bob.test")
    assert patch(api, mine, key=other["author_token"]).status_code == 401
    assert patch(api, mine, key="gha_" + "0" * 32).status_code == 401
    assert patch(api, mine, key="nonsense").status_code == 401
    assert api.client.patch(path_of(mine), json={"text": "Hm."}).status_code == 401
    for key in (api.secret, key_of(api.store, stranger)):
        assert patch(api, mine, key=key).status_code == 403
    assert patch(api, mine, key=api.publishable, **HERALD).status_code == 403
    assert delete(api, mine, key=other["author_token"]).status_code == 401
    assert delete(api, mine, key=key_of(api.store, stranger)).status_code == 404
    assert api.get(path_of(mine)).json()["revision"] == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "a\x00b"}, "/text"),
        ({"text": "Hm.", "status": "approved"}, "/status"),
    ],
)
def test_a_new_text_keeps_the_rules_of_the_first(api, body, pointer):
    receipt = api.hand_in().json()
    token = {"Authorization": f"Bearer {receipt['author_token']}"}
    answer = api.client.patch(path_of(receipt), json=body, headers=token)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_refusal_says_in_a_sentence_why(api):
    receipt = api.hand_in().json()
    page_states.set_default(api.store, api.site.id, PageDefault(PageState.CLOSED))
    closed = patch(api, receipt)
    assert (closed.status_code, closed.json()["code"]) == (403, "page_closed")
    page_states.set_default(api.store, api.site.id, PageDefault())
    with api.store.write() as connection:
        sites.set_reader_rules(connection, api.site.id, ReaderRules(0))
    late = patch(api, receipt)
    assert (late.status_code, late.json()["code"]) == (409, "not_editable")
    assert late.json()["detail"] == "Comments cannot be changed here."
    status = api.get(path_of(receipt), receipt["author_token"]).json()
    assert status["editable_until"] is None


def test_a_writer_withdraws_a_comment_and_its_answers_stay(api):
    receipt = api.hand_in().json()
    answer = api.hand_in(text="I agree.", parent_id=receipt["id"]).json()
    for each in (receipt, answer):
        decide(api, each)
    assert [delete(api, receipt).status_code for _ in range(2)] == [204, 204]
    placeholder, shown = thread(api)
    assert (placeholder["status"], placeholder["text"], placeholder["author"]) == (
        "removed",
        None,
        None,
    )
    assert shown["text"] == "I agree."
    full = api.get(path_of(receipt)).json()
    assert (full["status"], full["text"]) == ("withdrawn", "A fine article.")
    assert full["withdrawn_at"]
    assert decide(api, receipt).status_code == 409
    found = api.get("/api/v1/comments?status=withdrawn").json()["items"]
    assert [each["id"] for each in found] == [receipt["id"]]
    mine = api.get(path_of(receipt), receipt["author_token"]).json()
    assert (mine["status"], mine["editable_until"]) == ("withdrawn", None)
    assert delete(api, receipt, key=api.secret).status_code == 204  # erased
    assert api.get(path_of(receipt)).json()["text"] == ""
    assert delete(api, receipt).status_code == 204


def test_scripts_of_the_sites_pages_may_do_both(api):
    receipt = api.hand_in().json()
    preflight = api.client.options(
        path_of(receipt), headers=HERALD | {"Access-Control-Request-Method": "PATCH"}
    )
    assert preflight.status_code == 204
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    changed = patch(api, receipt, **HERALD)
    assert changed.headers["access-control-allow-origin"] == HERALD["Origin"]
    stranger = patch(api, receipt, **{"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in stranger.headers
