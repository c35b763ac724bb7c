"""/api/v1/keys: listed with what they are for and when they were used, made and shown once, revoked; each for its own site."""

import pytest

from moderation.accounts.sites import KEYS_LIMIT
from tests.factories import key_of, newspaper

PATH = "/api/v1/keys"


def listed(api):
    return {each["id"]: each for each in api.get(PATH).json()["items"]}


def test_a_key_is_shown_once_opens_the_api_and_is_revoked(api) -> None:
    made = api.post(PATH, {"kind": "secret", "name": " WordPress "})
    assert made.status_code == 201
    body = made.json()
    key = body["key"]
    assert (body["kind"], body["name"], body["begins"]) == ("secret", "WordPress", key[:8])
    assert made.headers["Location"] == f"{PATH}/{body['id']}"
    assert key not in api.get(PATH).text and key not in api.get("/api/v1/audit").text
    assert listed(api)[body["id"]]["revoked_at"] is None
    assert api.get(PATH, key).status_code == 200
    removed = api.client.delete(
        f"{PATH}/{body['id']}", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert removed.status_code == 204
    assert listed(api)[body["id"]]["revoked_at"]
    api.client.app.state.keys._cache.clear()  # it is asked again after five seconds
    assert api.get(PATH, key).status_code == 401
    entries = api.get("/api/v1/audit").json()["items"]
    assert [each["action"] for each in entries[:2]] == ["key.revoked", "key.created"]
    assert entries[1]["after"] == {"kind": "secret", "name": "WordPress"}


def test_when_a_key_was_used_is_said(api) -> None:
    api.get(PATH)
    api.client.portal.call(api.client.app.state.keys.close)  # until it is written
    [mine] = [each for each in listed(api).values() if api.secret.startswith(each["begins"])]
    assert mine["used_at"] and mine["name"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "openai"}, "/kind"),
        ({"kind": "secret", "name": "x" * 61}, "/name"),
        ({"kind": "secret", "name": "a\x07b"}, "/name"),
        ({"kind": "secret", "scope": "all"}, "/scope"),
    ],
)
def test_what_is_no_key_is_refused(api, body, pointer) -> None:
    before = set(listed(api))
    refused = api.post(PATH, body)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer
    assert set(listed(api)) == before


def test_a_site_has_so_many_keys_and_no_more(api) -> None:
    for _ in range(KEYS_LIMIT - len(listed(api))):
        assert api.post(PATH, {"kind": "publishable"}).status_code == 201
    assert api.post(PATH, {"kind": "publishable"}).status_code == 409


def test_the_keys_of_another_site_are_neither_seen_nor_revoked(api) -> None:
    blog = newspaper(api.store, "Bob's blog", "https://blog.test")
    theirs = key_of(api.store, blog)
    [key_id] = [each["id"] for each in api.get(PATH, theirs).json()["items"]]
    assert key_id not in listed(api)
    refused = api.client.delete(
        f"{PATH}/{key_id}", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert refused.status_code == 404
    assert api.get(PATH, theirs).status_code == 200
