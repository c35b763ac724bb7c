"""POST /api/v1/comments/{id}/undo: takes the last decision back, guarded, told, and nobody else's."""

import json

import sqlalchemy as sa

from moderation.store.sql.schema import events
from tests.factories import key_of, newspaper
from tests.review.test_reputation import counts_for, harmless_text, network, submit_and_judge
from tests.service.api.conftest import Api
from tests.service.console.console_browser import now


def decided(api: Api, *outcomes: str) -> str:
    """A comment about which this was decided by API; its path."""
    path = f"/api/v1/comments/{api.hand_in().json()['id']}"
    for outcome in outcomes:
        assert api.post(f"{path}/decisions", {"outcome": outcome}).status_code == 201
    return path


def test_an_undo_and_its_undo(api: Api) -> None:
    path = decided(api, "approve", "reject")
    before = api.get(path).json()["decision"]
    assert (before["sequence"], before["takes_back"]) == (2, None)
    undone = api.post(f"{path}/undo", {"sequence": 2})
    assert (undone.status_code, undone.headers["etag"]) == (201, '"s3"')
    made = undone.json()
    assert made["comment_id"] == path.rpartition("/")[2]
    assert (made["sequence"], made["status"], made["outcome"]) == (3, "approved", "approve")
    assert made["reasons"] == [{"code": "taken_back", "message": "Taken back."}]
    assert (made["takes_back"], made["actor"]["kind"]) == (2, "moderator")
    read = api.get(path).json()
    assert read["status"] == "approved" and read["decision"].items() <= made.items()
    again = api.post(f"{path}/undo", {}).json()
    assert (again["status"], again["takes_back"]) == ("rejected", 3)


def test_what_was_seen_must_still_stand(api: Api) -> None:
    path = decided(api, "approve", "spam")
    assert api.post(f"{path}/undo", {"sequence": 1}).status_code == 409
    assert api.post(f"{path}/undo", {}, **{"If-Match": '"s1"'}).status_code == 412
    assert api.post(f"{path}/undo", {}, **{"If-Match": "s2"}).status_code == 422
    assert api.get(path).json()["status"] == "spam"
    assert api.post(f"{path}/undo", {}, **{"If-Match": '"s2"'}).json()["takes_back"] == 2


def test_where_there_is_nothing_to_take_back_it_is_no_matter_of_what_was_seen(api: Api) -> None:
    path = decided(api)
    for headers in ({}, {"If-Match": '"s0"'}, {"If-Match": "*"}):
        refused = api.post(f"{path}/undo", {}, **headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert refused.json()["detail"] == "There is no decision of a person to take back."


def test_a_body_says_a_sequence_or_nothing(api: Api) -> None:
    path = decided(api, "spam")
    for body in ({"outcome": "approve"}, {"sequence": -1}, {"sequence": "1"}, []):
        assert api.post(f"{path}/undo", body).status_code == 422
    assert api.get(path).json()["decision"]["sequence"] == 1


def test_only_the_site_s_own_server_takes_back(api: Api) -> None:
    path = decided(api, "spam")
    bobs = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    bobs_answer = api.post(f"{path}/undo", {}, bobs)
    nobodys = api.post("/api/v1/comments/cmt_nobody/undo", {}, bobs)
    assert (bobs_answer.status_code, bobs_answer.text) == (404, nobodys.text)
    for key in (api.publishable, "ghs_wrong"):
        refused = [api.post(f"{path}/{verb}", {}, key) for verb in ("undo", "decisions")]
        assert refused[0].status_code == refused[1].status_code in (401, 403)
    assert api.get(path).json()["status"] == "spam"


def test_endpoints_are_told_and_reputations_follow(api: Api) -> None:
    endpoint = {"url": "https://hooks.example.com/gatehouse", "types": ["comment.approved"]}
    assert api.post("/api/v1/endpoints", endpoint).status_code == 201
    [id] = submit_and_judge(api.store, api.site, harmless_text(1), at=now() - 10_000)
    assert api.post(f"/api/v1/comments/{id}/decisions", {"outcome": "spam"}).status_code == 201
    assert counts_for(api.store, network(api.store, api.site)) == (0, 1, 0)
    assert api.post(f"/api/v1/comments/{id}/undo", {"sequence": 2}).status_code == 201
    assert counts_for(api.store, network(api.store, api.site)) == (0, 0, 0)
    with api.store.read() as connection:
        query = sa.select(events.c.data_json).where(
            events.c.comment_id == id, events.c.sequence == 3
        )
        payload = json.loads(connection.execute(query).scalar_one())
    assert (payload["status"], payload["previous_status"]) == ("approved", "spam")
    assert payload["reasons"] == [{"code": "taken_back", "message": "Taken back."}]


def test_the_document_says_what_an_undo_is(api: Api) -> None:
    document = api.client.get("/api/v1/openapi.json").json()
    described = document["paths"]["/api/v1/comments/{comment_id}/undo"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith("/UndoIn")
    assert "`takes_back`" in described["description"]
