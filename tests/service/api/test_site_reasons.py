"""The reasons that a site's moderators choose from: read, changed, chosen, and told to the writer."""

import os

import pytest

from moderation.notify import endpoints
from tests.factories import NOON, key_of, newspaper
from tests.service.api.test_appeals import own

OWN = [
    {
        "code": "dull",
        "labels": {"en": "Dull", "de": "Fade"},
        "sentences": {"any": "Please say more."},
    }
]


def put(api, reasons, **headers):
    headers = {"Authorization": f"Bearer {api.secret}"} | headers
    return api.client.put("/api/v1/reasons", json={"reasons": reasons}, headers=headers)


def decide(api, receipt, **body):
    return api.post(f"/api/v1/comments/{receipt['id']}/decisions", {"outcome": "reject"} | body)


def test_a_chosen_reason_and_its_sentence_reach_the_writer_and_outlive_the_list(api):
    receipt = api.hand_in().json()
    endpoints.add_webhook(
        api.store, api.site.id, "https://hook.test/", now=NOON, entropy=os.urandom
    )
    assert put(api, OWN).status_code == 200
    made = decide(api, receipt, reason="dull", note="Seen before?").json()
    assert made["reasons"] == [{"code": "dull", "message": "Dull"}]
    assert made["sentence"] == "Please say more."
    [note] = api.get(f"/api/v1/comments/{receipt['id']}/notes").json()["items"]
    assert note["text"] == "Seen before?"
    assert put(api, []).json() == {"reasons": [], "is_default": False}
    told = own(api, receipt)["statement"]
    assert [fact["words"] for fact in told["facts"]] == ["Dull"]
    assert told["sentence"] == "Please say more."
    assert "From the moderators: Please say more." in told["sentences"]
    with api.store.read() as connection:
        events = connection.exec_driver_sql(
            "SELECT data_json FROM events WHERE type = 'comment.rejected'"
        ).all()
    assert '"sentence":"Please say more."' in events[0][0]
    other = api.hand_in(text="Another.").json()
    assert decide(api, other, sentence="Written for you.").json()["sentence"] == "Written for you."
    assert "Written for you." in api.get("/api/v1/statements?format=csv").text


def test_a_reason_that_is_not_in_the_list_is_refused_with_the_list(api):
    receipt = api.hand_in().json()
    put(api, OWN)
    paths = [f"/api/v1/comments/{receipt['id']}/decisions", "/api/v1/bulk"]
    bodies = [{"outcome": "reject"}, {"action": "reject", "ids": [receipt["id"]]}]
    for path, body in zip(paths, bodies, strict=True):
        answer = api.post(path, body | {"reason": "canary"})
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/reason" and "dull" in error["detail"]
        assert "canary" not in answer.text
    told = decide(api, receipt, outcome="approve", sentence="Fine.")
    assert [error["pointer"] for error in told.json()["errors"]] == ["/sentence"]


def test_many_get_the_reason_and_its_sentence_too(api):
    ids = [api.hand_in(text=f"Thought {n}.").json()["id"] for n in range(2)]
    body = {"action": "reject", "ids": ids, "reason": "off_topic", "sentence": "Not here, please."}
    assert api.post("/api/v1/bulk", body).status_code == 202
    for id in ids:
        decision = api.get(f"/api/v1/comments/{id}").json()["decision"]
        assert decision["reasons"][0] == {"code": "off_topic", "message": "Off topic"}
        assert decision["sentence"] == "Not here, please."
    with (
        api.store.read() as connection
    ):  # each decision has it: there it is erased with its comment
        assert connection.exec_driver_sql("SELECT sentence FROM bulk_acts").scalars().all() == [""]


def test_a_list_that_somebody_else_changed_is_kept(api):
    seen = api.get("/api/v1/reasons")
    assert seen.json()["is_default"] and seen.json()["reasons"][3]["code"] == "off_topic"
    assert put(api, OWN, **{"If-Match": seen.headers["etag"]}).status_code == 200
    assert put(api, [], **{"If-Match": seen.headers["etag"]}).status_code == 412
    assert api.get("/api/v1/reasons").json()["reasons"] == OWN
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/reasons", other).json()["is_default"]
    assert api.get("/api/v1/reasons", api.publishable).status_code == 403


@pytest.mark.parametrize(
    ("reason", "pointer"),
    [
        ({"code": "taken_back", "labels": {"en": "x"}}, "/reasons/1/code"),
        ({"code": "dull", "labels": {"en": "x"}}, "/reasons/1/code"),
        ({"code": "Dull", "labels": {"en": "x"}}, "/reasons/1/code"),
        ({"code": "new", "labels": {}}, "/reasons/1/labels"),
        ({"code": "new", "labels": {"en": "x" * 61}}, "/reasons/1/labels/en"),
        ({"code": "new", "labels": {"en": "x"}, "sentences": {"de": "\x01"}}, "/reasons/1/sentences/de"),
    ],
)  # fmt: skip
def test_a_broken_rule_of_the_list_names_its_place(api, reason, pointer):
    answer = put(api, [*OWN, reason])
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
