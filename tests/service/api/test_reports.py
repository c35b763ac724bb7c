"""Reporting a comment by HTTP: who may, what is refused, what moderators read; and the rules of the site."""

import pytest
from starlette.testclient import TestClient

from moderation.store import sites
from service.app import create_app
from tests.factories import key_of, newspaper
from tests.service.api.test_changes import HERALD, decide, path_of, thread


def say(api, receipt, reason="spam", key="", sender="203.0.113.1", headers=None, **body):
    sent = {"X-Forwarded-For": sender} | ({"Authorization": f"Bearer {key}"} if key else {})
    return api.client.post(
        f"{path_of(receipt)}/reports",
        json={"reason": reason} | body,
        headers=sent | (headers or {}),
    )


def published(api, **changes):
    receipt = api.hand_in(**changes).json()
    decide(api, receipt)
    return receipt


def reported(api):
    return api.get("/api/v1/queues/reported").json()["items"]


def test_a_reader_needs_no_key_and_moderators_see_the_report(api):
    receipt = published(api)
    taken = say(api, receipt, note="Look at\nthe link.")
    assert (taken.status_code, taken.json()) == (202, {"comment_id": receipt["id"]})
    assert say(api, receipt).json() == taken.json()
    say(api, receipt, "off_topic", sender="203.0.113.2")
    [found] = reported(api)
    assert found["id"] == receipt["id"]
    assert (found["reports"]["count"], found["reports"]["reasons"]) == (
        2,
        {"off_topic": 1, "spam": 1},
    )
    counts = {each["name"]: each["count"] for each in api.get("/api/v1/queues").json()["items"]}
    assert counts["reported"] == 1
    listed = api.get(f"{path_of(receipt)}/reports").json()["items"]
    assert [(each["reason"], each["note"], each["state"]) for each in listed] == [
        ("spam", "Look at\nthe link.", "open"),
        ("off_topic", None, "open"),
    ]
    assert "203.0.113" not in str(listed)
    assert len(thread(api)) == 1
    decide(api, receipt)
    assert reported(api) == []
    assert api.get(path_of(receipt)).json()["reports"]["count"] == 0


def test_the_queue_comes_in_pages(api):
    receipts = [published(api, text=f"Text {number}.") for number in range(5)]
    for receipt in receipts:
        say(api, receipt)
    seen, url = [], "/api/v1/queues/reported?limit=2"
    while url:
        page = api.get(url).json()
        seen += [each["id"] for each in page["items"]]
        url = page["next"]
    assert seen == [receipt["id"] for receipt in receipts]
    stranger = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/queues/reported", stranger).json()["items"] == []
    assert api.get(f"{path_of(receipts[0])}/reports", stranger).status_code == 404
    assert api.client.get(f"{path_of(receipts[0])}/reports").status_code == 401


def test_a_key_that_is_sent_must_be_the_sites(api):
    receipt = published(api)
    stranger = newspaper(api.store, "Bob's Blog", "https://bob.test")
    theirs = key_of(api.store, stranger, sites.PUBLISHABLE)
    bob = {"Origin": "https://bob.test"}
    assert say(api, receipt, key="nonsense").status_code == 401
    assert say(api, receipt, key=api.publishable).status_code == 403
    assert say(api, receipt, key=theirs, headers=bob).status_code == 404
    assert say(api, receipt, key=key_of(api.store, stranger)).status_code == 404
    assert reported(api) == []
    assert say(api, receipt, key=api.publishable, headers=HERALD).status_code == 202
    assert len(reported(api)) == 1


def test_the_sites_server_names_its_readers_and_nobody_else_does(api):
    receipt = published(api)
    for reader in ({"ip": "198.51.100.1"}, {"id": "u1"}):
        refused = say(api, receipt, reader=reader)
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == [
            f"/reader/{next(iter(reader))}"
        ]
        assert say(api, receipt, key=api.secret, reader=reader).status_code == 202
    say(api, receipt, key=api.secret, reader={"id": "u1", "ip": "198.51.100.9"})
    for _ in range(2):  # whoever it does not name is one reader
        assert say(api, receipt, key=api.secret).status_code == 202
    assert reported(api)[0]["reports"]["count"] == 3


def test_a_browser_is_one_reader_wherever_it_is(api):
    receipt = published(api)
    answer = api.hand_in(key=api.publishable, headers=HERALD, text="Me too.").json()
    token = answer["browser_token"]
    for sender in ("203.0.113.1", "203.0.113.2"):
        say(api, receipt, sender=sender, reader={"token": token})
    assert reported(api)[0]["reports"]["count"] == 1


def test_what_readers_do_not_see_is_not_there(api):
    pending = api.hand_in().json()
    hidden = say(api, pending)
    missing = say(api, {"id": "cmt_01kaxw6d00e5j8n2q4s6v8x0z2"})
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json() == missing.json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reason": "canary"}, "/reason"),
        ({"reason": "spam", "note": "n" * 501}, "/note"),
        ({"reason": "spam", "note": "a\x00b"}, "/note"),
        ({"reason": "spam", "reader": {"ip": "canary"}}, "/reader/ip"),
        ({"reason": "spam", "canary": 1}, "/canary"),
        ({}, "/reason"),
    ],
)
def test_a_broken_rule_names_the_field(api, body, pointer):
    receipt = published(api)
    answer = api.client.post(f"{path_of(receipt)}/reports", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert pointer == "/canary" or "canary" not in answer.text


def test_one_address_reports_so_often_a_minute_and_no_oftener(settings, store, broker_url):
    site = newspaper(store)
    limited = settings(GATEHOUSE_LIMIT_REPORT="2/minute", GATEHOUSE_TRUSTED_PROXIES="127.0.0.1")
    with TestClient(create_app(limited), client=("127.0.0.1", 5)) as client:
        statuses = [
            client.post(
                "/api/v1/comments/cmt_1/reports",
                json={"reason": "spam"},
                headers={"X-Forwarded-For": sender},
            ).status_code
            for sender in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")
        ]
    assert site and statuses == [404, 404, 429, 404]  # one /64 is one household


def test_scripts_of_the_sites_pages_may_report(api):
    receipt = published(api)
    asked = {"Access-Control-Request-Method": "POST"}
    preflight = api.client.options(f"{path_of(receipt)}/reports", headers=HERALD | asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (
        204,
        "POST",
    )
    evil = api.client.options(
        f"{path_of(receipt)}/reports", headers=asked | {"Origin": "https://evil.test"}
    )
    assert "access-control-allow-origin" not in evil.headers


def test_the_site_sets_its_rules(api):
    off = {"markdown": False, "forewarn": False, "proof_of_work": 0, "website": False}
    assert api.get("/api/v1/readers").json() == {"edit_minutes": 15, "hold_after_reports": 0} | off
    new = {"edit_minutes": 0, "hold_after_reports": 2} | off
    key = {"Authorization": f"Bearer {api.secret}"}
    assert api.client.put("/api/v1/readers", json=new, headers=key).json() == new
    assert api.get("/api/v1/readers").json() == new
    wrong = api.client.put("/api/v1/readers", json={"edit_minutes": -1}, headers=key)
    assert wrong.status_code == 422
    on = new | {"markdown": True, "forewarn": True, "proof_of_work": 50_000, "website": True}
    assert api.client.put("/api/v1/readers", json=on, headers=key).json() == on
    for hashes in (999, 1_000_001):
        easy = api.client.put("/api/v1/readers", json={"proof_of_work": hashes}, headers=key)
        assert easy.status_code == 422 and "/proof_of_work" in easy.text
    assert api.client.put("/api/v1/readers", json=new, headers=key).json() == new
    assert api.client.get("/api/v1/readers").status_code == 401
    receipt = api.hand_in().json()
    machine = api.client.patch(
        path_of(receipt),
        json={"text": "Hm."},
        headers={"Authorization": f"Bearer {receipt['author_token']}"},
    )
    assert machine.status_code == 409
