"""POST /api/v1/bulk: previewed, decided, looked at and undone by API; its refusals name the field."""

import pytest

from tests.factories import key_of, newspaper
from tests.service.api.conftest import Api
from tests.service.console.console_browser import held

HELD = {"filter": {"status": "held"}}


@pytest.fixture
def stored(api: Api) -> list[str]:
    return held(api.store, api.site, *(f"bad {n}" for n in range(7)))


def status(api: Api, comment_id: str) -> str:
    return api.get(f"/api/v1/comments/{comment_id}").json()["status"]


def test_named_comments_are_decided_and_undone(api: Api, stored: list[str]) -> None:
    body = {"action": "spam", "ids": stored[:3], "reason": "spam"}
    made = api.post("/api/v1/bulk", body)
    assert made.status_code == 202
    act = made.json()
    assert (act["action"], act["reason"], act["state"]) == ("spam", "spam", "decided")
    assert (act["count"], act["decided"], act["left"], act["undo"]) == (3, 3, 0, None)
    path = made.headers["location"]
    assert api.get(path).json() == act
    assert [status(api, id) for id in stored[:4]] == ["spam"] * 3 + ["held"]
    api.post(f"/api/v1/comments/{stored[1]}/decisions", {"outcome": "approve"})
    undone = api.client.post(f"{path}/undo", headers={"Authorization": f"Bearer {api.secret}"})
    assert undone.status_code == 202
    assert (undone.json()["undone"], undone.json()["kept"]) == (2, 1)
    assert undone.json()["undo"]["actor"] == act["actor"]
    kept = api.get(f"{path}/comments?state=kept").json()["items"]
    assert kept == [{"comment_id": stored[1], "state": "kept", "sequence": 2}]
    assert [status(api, id) for id in stored[:3]] == ["held", "approved", "held"]
    assert api.post(f"{path}/undo", None).status_code == 409


def test_a_filter_is_previewed_and_what_drifted_is_refused(api: Api, stored: list[str]) -> None:
    shown = api.post("/api/v1/bulk/preview", HELD).json()
    assert shown["count"] == 7
    assert [item["id"] for item in shown["sample"]] == stored[:1:-1]
    api.post(f"/api/v1/comments/{stored[0]}/decisions", {"outcome": "approve"})
    body = HELD | {"action": "reject", "expected_count": 7, "snapshot": shown["snapshot"]}
    refused = api.post("/api/v1/bulk", body)
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["count"]) == ("drifted", 6)
    assert status(api, stored[1]) == "held"
    assert api.get("/api/v1/bulk").json() == {"items": [], "next": None}
    fresh = api.post("/api/v1/bulk/preview", HELD).json()
    body |= {"expected_count": fresh["count"], "snapshot": fresh["snapshot"]}
    assert api.post("/api/v1/bulk", body).json()["decided"] == 6
    assert {status(api, id) for id in stored[1:]} == {"rejected"}
    # The number alone will do, too.
    body = {"action": "hold", "filter": {"status": "rejected"}, "expected_count": 6}
    assert api.post("/api/v1/bulk", body).json()["decided"] == 6


def test_many_are_left_to_the_worker_and_lists_have_pages(api: Api) -> None:
    ids = held(api.store, api.site, *(f"bad {n}" for n in range(101)))
    act = api.post("/api/v1/bulk", {"action": "approve", "ids": ids}).json()
    assert (act["state"], act["waiting"], act["finished_at"]) == ("deciding", 101, None)
    first = api.get(f"/api/v1/bulk/{act['id']}/comments?limit=100").json()
    rest = api.get(first["next"]).json()
    listed = [item["comment_id"] for item in first["items"] + rest["items"]]
    assert listed == ids
    newer = [api.post("/api/v1/bulk", {"action": "hold", "ids": ids[:1]}).json() for _ in range(2)]
    page = api.get("/api/v1/bulk?limit=2").json()
    assert page["items"] == newer[::-1]
    assert [item["id"] for item in api.get(page["next"]).json()["items"]] == [act["id"]]
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/bulk", other).json()["items"] == []
    for path in (f"/api/v1/bulk/{act['id']}", f"/api/v1/bulk/{act['id']}/comments"):
        assert api.get(path, other).status_code == 404
    assert api.post(f"/api/v1/bulk/{act['id']}/undo", None, other).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"action": "delete"}, "/action"),
        ({"ids": []}, "/ids"),
        ({"ids": ["cmt_nobody"]}, "/ids/0"),
        ({"ids": ["CANARY"]}, "/ids/0"),
        ({"ids": ["cmt_1"] * 1_001}, "/ids"),
        ({"ids": None}, ""),
        ({"filter": {"status": "held"}, "expected_count": 1}, ""),
        ({"ids": None, "filter": {"status": "held"}}, ""),
        ({"ids": None, "filter": {}, "expected_count": 1}, "/filter"),
        ({"ids": None, "filter": {"status": "lost"}, "expected_count": 1}, "/filter/status"),
        ({"ids": None, "filter": {"querry": "canary"}, "expected_count": 1}, "/filter/querry"),
        ({"ids": None, "filter": {"query": "!!!"}, "expected_count": 1}, "/filter/query"),
        ({"ids": None, "filter": {"since": "canary"}, "expected_count": 1}, "/filter/since"),
        ({"ids": None, "filter": {"author": "198.51.0.0/16"}, "expected_count": 1}, "/filter/author"),
        ({"expected_count": 1}, ""),
        ({"snapshot": "<canary>"}, "/snapshot"),
        ({"reason": "off topic"}, "/reason"),
        ({"take_over": 1}, "/take_over"),
    ],
)  # fmt: skip
def test_each_field_has_its_rule(
    api: Api, stored: list[str], change: dict[str, object], pointer: str
) -> None:
    body = {"action": "reject", "ids": stored} | change
    answer = api.post("/api/v1/bulk", {name: value for name, value in body.items() if value is not None})  # fmt: skip
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "canary" not in answer.text.replace("querry", "").lower() and "198.51" not in answer.text
    assert status(api, stored[0]) == "held"


def test_only_the_sites_own_key_decides(api: Api, stored: list[str]) -> None:
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.post("/api/v1/bulk/preview", HELD, other).json()["count"] == 0
    body = {"action": "reject", "ids": stored}
    assert api.post("/api/v1/bulk", body, other).status_code == 422
    assert api.post("/api/v1/bulk", body, api.publishable).status_code == 403
    assert status(api, stored[0]) == "held"
