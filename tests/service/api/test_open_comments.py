"""By API: which comments a key has open, who has the others, and what nobody waits for."""

from moderation.review import claims
from moderation.store import sites
from tests.factories import key_of
from tests.service.api.conftest import Api
from tests.service.console.console_browser import held, moderator


def put(api: Api, body: object, key: str = ""):
    headers = {"Authorization": f"Bearer {key or api.secret}"}
    return api.client.put("/api/v1/claims", json=body, headers=headers)


def test_two_keys_have_different_comments_and_see_what_the_other_has(api: Api) -> None:
    ids = held(api.store, api.site, *(f"bad {n}" for n in range(5)))
    other = key_of(api.store, api.site, sites.SECRET)
    assert put(api, {"comments": ids, "ahead": 1}).json() == {
        "mine": ids[:2],
        "others": [],
        "gone": [],
    }
    answer = put(api, {"comments": ids, "ahead": 1}, other).json()
    assert answer["mine"] == ids[2:4]
    assert [each["id"] for each in answer["others"]] == ids[:2]
    assert all(each["claim"]["while_open"] for each in answer["others"])
    shown = api.get(f"/api/v1/comments/{ids[0]}").json()["claim"]
    assert shown == answer["others"][0]["claim"]
    unclaimed = api.get("/api/v1/queues/held?unclaimed=true").json()["items"]
    assert [item["id"] for item in unclaimed] == [ids[0], ids[1], ids[4]]
    # What is open stops no program.
    path = f"/api/v1/comments/{ids[0]}"
    assert api.post(f"{path}/decisions", {"outcome": "reject"}, other).status_code == 201
    late = put(api, {"comments": ids[1:2], "shown": ids[:1]}).json()
    assert (late["mine"], late["gone"]) == (ids[1:2], ids[:1])
    assert put(api, {"comments": []}).json()["mine"] == []


def test_a_person_has_it_open_and_the_key_is_told(api: Api) -> None:
    [comment_id] = held(api.store, api.site, "bad")
    bo = moderator(api.store, "bo@herald.test", api.site)
    claims.keep_open(api.store, bo, {api.site.id}, [comment_id])
    claim = api.get(f"/api/v1/comments/{comment_id}").json()["claim"]
    assert (claim["actor"]["id"], claim["while_open"]) == (bo, True)
    assert put(api, {"comments": [comment_id]}).json()["mine"] == []


def test_a_key_takes_over_what_a_person_has_open_only_knowingly(api: Api) -> None:
    [comment_id] = held(api.store, api.site, "bad")
    bo = moderator(api.store, "bo@herald.test", api.site)
    claims.keep_open(api.store, bo, {api.site.id}, [comment_id])
    path = f"/api/v1/comments/{comment_id}/claim"
    refused = api.post(path, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "claimed")
    headers = {"Authorization": f"Bearer {api.secret}"}
    assert api.client.delete(path, headers=headers).status_code == 409
    assert api.get(f"/api/v1/comments/{comment_id}").json()["claim"]["actor"]["id"] == bo
    assert api.post(path, {"take_over": True}).status_code == 200


def test_what_cannot_be_is_refused_by_field(api: Api) -> None:
    for body, field in (
        ({}, "/comments"),
        ({"comments": ["cmt_1"] * 101}, "/comments"),
        ({"comments": ["<b>"]}, "/comments/0"),
        ({"comments": [], "ahead": -1}, "/ahead"),
        ({"comments": [], "ahead": 21}, "/ahead"),
        ({"comments": [], "shown": "cmt_1"}, "/shown"),
    ):
        refused = put(api, body)
        assert refused.status_code == 422
        assert field in [error["pointer"] for error in refused.json()["errors"]]
    assert put(api, {"comments": []}, "ghs_wrong").status_code == 401
