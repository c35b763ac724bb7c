"""/api/v1/endpoints: made, changed, tried, replayed; comments erased; another site's are not there."""

from typing import Any

import pytest

from tests.factories import key_of, newspaper

URL = "https://hooks.example.com/gatehouse"


def send(api, method: str, path: str, body: object = None, key: str = ""):
    headers = {"Authorization": f"Bearer {key or api.secret}"}
    options = {} if body is None else {"json": body}
    return api.client.request(method, path, headers=headers, **options)


def add(api, **options: object) -> dict[str, Any]:
    answer = send(api, "POST", "/api/v1/endpoints", {"url": URL} | options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_endpoint_chooses_and_changes(api):
    made = add(api, types=["comment.held"], payload="thin", format="cloudevents", batch=50)
    path = f"/api/v1/endpoints/{made['id']}"
    assert made["secret"].startswith("whsec_")
    read = send(api, "GET", path).json()
    assert (read["payload"], read["format"], read["batch"]) == ("thin", "cloudevents", 50)
    assert (read["waiting"], read["dead"], read["state"]) == (0, 0, "enabled")
    changed = send(
        api, "PATCH", path, {"types": [], "batch": 1, "url": URL + "/2", "enabled": False}
    ).json()
    assert (changed["types"], changed["batch"], changed["url"]) == ([], 1, URL + "/2")
    assert (changed["state"], changed["disabled_because"]) == ("disabled", "by hand")
    assert send(api, "PATCH", path, {"enabled": True}).json()["state"] == "enabled"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"enabled": None},
        {"payload": "text"},
        {"url": "http://127.0.0.1/"},
        {"types": ["comment.exploded"]},
        {"types": ["statement.exploded"]},
    ],
)
def test_a_change_that_makes_no_sense(api, body):
    path = f"/api/v1/endpoints/{add(api)['id']}"
    before = send(api, "GET", path).json()
    answer = send(api, "PATCH", path, body)
    assert answer.status_code == 422, answer.text
    assert send(api, "GET", path).json() == before


@pytest.mark.parametrize(
    "body", [{"format": "notice"}, {"payload": "all"}, {"format": "soap"}, {"url": "mailto:a@b.c"}]
)
def test_what_only_an_operator_may_add_or_nobody(api, body):
    assert send(api, "POST", "/api/v1/endpoints", {"url": URL} | body).status_code == 422


def test_a_channel_is_shown_masked_and_is_no_webhook(api):
    token = "TIiajkdnlazkcOXrIdevi7FQ"
    body = {"format": "notice", "url": f"slack://T1JJ3T3L2/A1BRTD4JD/{token}/#desk"}
    answer = send(api, "POST", "/api/v1/endpoints", body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["url"].startswith("Slack, slack://") and token not in answer.text
    assert made["types"] == [
        "endpoint.disabled",
        "note.mention",
        "queue.digest",
        "statistics.alarm",
    ]
    path = f"/api/v1/endpoints/{made['id']}"
    listed = send(api, "GET", "/api/v1/endpoints")
    assert [endpoint["id"] for endpoint in listed.json()["items"]] == [made["id"]]
    assert token not in listed.text
    assert send(api, "POST", f"{path}/secret").status_code == 409
    assert send(api, "PATCH", path, {"url": body["url"]}).status_code == 409
    assert send(api, "PATCH", path, {"types": ["comment.held"]}).json()["types"] == ["comment.held"]
    assert send(api, "POST", f"{path}/test").status_code == 202
    assert send(api, "DELETE", path).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"url": "json://hooks.example.com/"},
        {"url": "ntfy://10.0.0.7/topic"},
        {"url": "nosuch://service/sEcReT"},
        {"payload": "text"},
        {"batch": 2},
    ],
)
def test_what_is_no_channel(api, body):
    draft = {"format": "notice", "url": "ntfys://ntfy.example.com/desk"} | body
    answer = send(api, "POST", "/api/v1/endpoints", draft)
    assert answer.status_code == 422
    assert "sEcReT" not in answer.text and "10.0.0.7" not in answer.text
    without = {"format": "notice", "url": "mailto:moderators"}
    assert "GATEHOUSE_MAIL_URL" in send(api, "POST", "/api/v1/endpoints", without).text


def test_no_webhook_wants_a_digest(api):
    answer = send(api, "POST", "/api/v1/endpoints", {"url": URL, "types": ["queue.digest"]})
    assert answer.status_code == 422


def test_a_secret_is_changed_with_as_long_an_overlap_as_is_asked_for(api):
    made = add(api)
    path = f"/api/v1/endpoints/{made['id']}/secret"
    fresh = send(api, "POST", path)
    assert fresh.status_code == 201 and fresh.json()["secret"] != made["secret"]
    assert send(api, "POST", path, {"overlap_hours": 720}).status_code == 201
    assert send(api, "POST", path, {"overlap_hours": 721}).status_code == 422


def test_dead_letters_are_counted_listed_and_replayed(api):
    path = f"/api/v1/endpoints/{add(api)['id']}"
    api.hand_in()
    assert send(api, "GET", path).json()["waiting"] == 1
    send(api, "PATCH", path, {"enabled": False})
    assert send(api, "GET", path).json()["dead"] == 1
    (dead,) = send(api, "GET", f"{path}/deliveries?state=dead").json()["items"]
    assert dead["attempts"][-1]["error"] == "disabled"
    assert send(api, "POST", f"{path}/replay", {}).status_code == 409, "enable it first"
    api.hand_in()
    send(api, "PATCH", path, {"enabled": True})
    soon = "2100-01-01T00:00:00Z"
    assert send(api, "POST", f"{path}/replay", {"since": soon}).status_code == 422
    assert send(api, "POST", f"{path}/replay", {"since": "2026-01-01T00:00:00"}).status_code == 422
    period = {"since": "2020-01-01T00:00:00+01:00", "until": soon}
    for kind in ("dead", "missed"):
        answer = send(api, "POST", f"{path}/replay", period | {"what": kind})
        assert (answer.status_code, answer.json()) == (202, {"deliveries": 1})
    (listed,) = send(api, "GET", "/api/v1/endpoints").json()["items"]
    assert (listed["waiting"], listed["dead"]) == (2, 0)
    again = send(api, "POST", f"/api/v1/deliveries/{dead['id']}/resend")
    assert (again.status_code, again.json()["state"]) == (202, "due")


def test_a_comment_is_erased(api):
    add(api, types=["comment.erased"])
    id = api.hand_in().json()["id"]
    bobs = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert send(api, "DELETE", f"/api/v1/comments/{id}", key=bobs).status_code == 404
    assert send(api, "DELETE", f"/api/v1/comments/{id}").status_code == 204
    read = api.get(f"/api/v1/comments/{id}").json()
    assert (read["status"], read["text"], read["author"]["name"]) == ("erased", "", "")
    answer = api.post(f"/api/v1/comments/{id}/decisions", {"outcome": "approve"})
    assert answer.status_code == 404
    (listed,) = send(api, "GET", "/api/v1/endpoints").json()["items"]
    assert listed["waiting"] == 1


def test_another_site_s_endpoints_are_not_there(api):
    path = f"/api/v1/endpoints/{add(api)['id']}"
    bobs = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    for method, below, body in (
        ("GET", "", None),
        ("PATCH", "", {"enabled": False}),
        ("POST", "/secret", None),
        ("POST", "/test", None),
        ("POST", "/replay", {}),
        ("GET", "/deliveries", None),
        ("DELETE", "", None),
    ):
        assert send(api, method, path + below, body, key=bobs).status_code == 404
    assert send(api, "GET", path).json()["state"] == "enabled"


def test_statements_of_reasons_are_asked_for(api):
    made = add(api, types=["statement.made"])
    assert made["types"] == ["statement.made"]
    path = f"/api/v1/endpoints/{made['id']}"
    assert send(api, "PATCH", path, {"types": []}).json()["types"] == []
    both = ["comment.held", "statement.made"]
    assert send(api, "PATCH", path, {"types": both}).json()["types"] == both
