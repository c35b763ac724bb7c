"""A comment is claimed, seen to be claimed, taken over and released by API."""

from moderation.store import sites
from tests.factories import key_of
from tests.service.api.conftest import Api
from tests.service.console.console_browser import held


def test_a_claim_is_seen_by_others_and_stops_their_decision(api: Api) -> None:
    first, second = held(api.store, api.site, "bad 1", "bad 2")
    other = key_of(api.store, api.site, sites.SECRET)
    path = f"/api/v1/comments/{first}"
    made = api.client.post(f"{path}/claim", headers={"Authorization": f"Bearer {api.secret}"})
    assert made.status_code == 200
    claim = made.json()
    assert claim["actor"]["kind"] == "moderator" and claim["actor"]["id"].startswith("key_")
    [shown, free] = api.get("/api/v1/queues/held", other).json()["items"]
    assert (shown["id"], shown["claim"]) == (first, claim)
    assert free["claim"] is None
    unclaimed = "/api/v1/queues/held?unclaimed=true"
    assert [item["id"] for item in api.get(unclaimed, other).json()["items"]] == [second]
    assert len(api.get(unclaimed).json()["items"]) == 2
    for refused in (
        api.post(f"{path}/claim", {}, other),
        api.post(f"{path}/decisions", {"outcome": "reject"}, other),
        api.client.delete(f"{path}/claim", headers={"Authorization": f"Bearer {other}"}),
    ):
        assert refused.status_code == 409
        problem = refused.json()
        assert (problem["code"], problem["claim"]) == ("claimed", claim)
        assert claim["actor"]["id"] in problem["detail"]
    taken = api.post(f"{path}/claim", {"take_over": True}, other)
    assert taken.json()["actor"]["id"] != claim["actor"]["id"]
    knowing = {"outcome": "reject", "take_over": True}
    assert api.post(f"{path}/decisions", knowing).status_code == 201
    assert api.get(path).json()["claim"] is None
    assert api.post(f"{path}/undo", {"take_over": True}).status_code == 201
    assert api.post(f"{path}/claim", {}, other).status_code == 200
    gone = api.client.delete(
        f"{path}/claim?take_over=true", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert gone.status_code == 204
    assert api.get(path).json()["claim"] is None
    assert api.post("/api/v1/comments/cmt_none/claim", {}).status_code == 404
    assert api.post(f"{path}/claim", {"force": True}).status_code == 422
