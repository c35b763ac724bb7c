"""Appeals by HTTP: made with the token of the receipt, answered with another key than decided, told to the writer."""

import pytest

from moderation.domain.decision import Outcome
from tests.factories import key_of, newspaper
from tests.service.api.test_changes import HERALD, decide, delete, path_of, thread


def ask(api, receipt, body=None, key="", **headers):
    token = {"Authorization": f"Bearer {key or receipt['author_token']}"}
    body = {"text": "It was a quotation."} if body is None else body
    return api.client.post(f"{path_of(receipt)}/appeal", json=body, headers=token | headers)


def own(api, receipt):
    return api.get(path_of(receipt), receipt["author_token"]).json()


def rejected(api, **changes):
    receipt = api.hand_in(**changes).json()
    assert decide(api, receipt, Outcome.REJECT).status_code == 201
    return receipt


def test_a_writer_appeals_and_another_key_restores_the_comment(api):
    receipt = rejected(api)
    assert own(api, receipt)["appeal"] is None
    asked = ask(api, receipt)
    assert asked.status_code == 201 and "no-store" in asked.headers["cache-control"]
    assert asked.json()["appeal"]["state"] == "open"
    again = ask(api, receipt)
    assert (again.status_code, again.json()["code"]) == (409, "not_appealable")
    [appeal] = api.get("/api/v1/appeals").json()["items"]
    assert (appeal["comment_id"], appeal["text"]) == (receipt["id"], "It was a quotation.")
    assert (appeal["sequence"], appeal["outcome"]) == (1, "reject")
    assert appeal["decided_by"]["id"].startswith("key_")
    path = f"/api/v1/appeals/{appeal['id']}/decide"
    answer = {"outcome": "overturn", "note": "You are right."}
    same = api.post(path, answer)
    assert (same.status_code, same.json()["code"]) == (409, "conflict")
    assert (
        same.json()["detail"] == "You made the decision; an appeal is answered by another person."
    )
    second = key_of(api.store, api.site)
    answered = api.post(path, answer, second)
    assert (answered.status_code, answered.json()["state"]) == (201, "overturned")
    assert answered.json()["answered_by"] != appeal["decided_by"]
    assert api.post(path, answer, second).status_code == 409
    assert [each["text"] for each in thread(api)] == ["A fine article."]
    told = own(api, receipt)
    assert (told["status"], told["appeal"]["state"]) == ("approved", "overturned")
    assert told["appeal"]["note"] == "You are right."
    assert "key_" not in str(told)  # nobody is named to the writer
    assert api.get("/api/v1/appeals").json() == {"items": [], "next": None}
    [kept] = api.get("/api/v1/appeals?state=overturned").json()["items"]
    assert kept == answered.json()


def test_appeals_are_listed_page_by_page_and_only_to_their_site(api):
    made = [rejected(api, text=f"Thought {n}.") for n in range(3)]
    for receipt in made:
        assert ask(api, receipt, {}).status_code == 201
    first = api.get("/api/v1/appeals?limit=2").json()
    rest = api.get(first["next"]).json()
    listed = first["items"] + rest["items"]
    assert {each["comment_id"] for each in listed} == {each["id"] for each in made}
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert {each["text"] for each in listed} == {None}
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/appeals", other).json()["items"] == []
    path = f"/api/v1/appeals/{listed[0]['id']}/decide"
    assert api.post(path, {"outcome": "uphold"}, other).status_code == 404
    assert api.get("/api/v1/appeals", api.publishable).status_code == 403
    assert api.get("/api/v1/appeals?state=lost").status_code == 422


def test_only_the_writer_appeals(api):
    mine, other = rejected(api), rejected(api, text="Another.")
    for key, status in ((other["author_token"], 401), (api.secret, 403), (api.publishable, 403)):
        assert ask(api, mine, key=key, **HERALD).status_code == status
    approved = api.hand_in(text="A third.").json()
    assert ask(api, approved).status_code == 409
    delete(api, mine)
    assert ask(api, mine).json()["detail"] == "There is no decision against this comment."
    delete(api, other, key=api.secret)
    assert ask(api, other).status_code == 404
    preflight = api.client.options(
        f"{path_of(mine)}/appeal", headers=HERALD | {"Access-Control-Request-Method": "POST"}
    )
    assert "POST" in preflight.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "canary" * 400}, "/text"),
        ({"text": "canary\x00"}, "/text"),
        ({"text": 5}, "/text"),
        ({"why": "canary"}, "/why"),
    ],
)
def test_a_broken_rule_names_its_field(api, body, pointer):
    receipt = rejected(api)
    answer = ask(api, receipt, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "canary" not in answer.text
    ask(api, receipt)
    [appeal] = api.get("/api/v1/appeals").json()["items"]
    refused = api.post(f"/api/v1/appeals/{appeal['id']}/decide", {"outcome": "maybe"})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/outcome"]
