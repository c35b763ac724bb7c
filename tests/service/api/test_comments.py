"""Handing in by HTTP: receipts, repetition, keys and origins, limits; no answer repeats what was sent."""

import os
import re
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from harness.servers import wait_until
from moderation.domain.comment import TEXT_LIMIT
from moderation.domain.decision import Outcome
from moderation.review import decisions, queues
from service.app import create_app
from tests.factories import NOON, key_of, newspaper
from tests.service.api.conftest import a_comment

HERALD = {"Origin": "https://herald.test"}


def test_a_receipt_leads_to_the_comment(api):
    answer = api.hand_in()
    assert answer.status_code == 202
    receipt = answer.json()
    mine = {"author_token", "status_page", "browser_token"}
    assert set(receipt) == mine | {"id", "status", "status_url", "created_at"}
    assert answer.headers["location"] == f"/api/v1/comments/{receipt['id']}"
    full = api.get(answer.headers["location"]).json()
    assert full["text"] == "A fine article."
    assert full["status"] == "pending"
    assert full["decision"] is None
    assert full["author"] == {"name": "Carol", "url": None, "badge": None}
    assert "carol@private.test" not in str(full)


def test_the_writer_may_ask_after_the_comment_and_nothing_more(api):
    mine, other = api.hand_in().json(), api.hand_in(text="Another.").json()
    seen = api.get(f"/api/v1/comments/{mine['id']}", mine["author_token"])
    until = seen.json().pop("editable_until")
    assert seen.json() | {"editable_until": None} == {
        "id": mine["id"],
        "status": "pending",
        "revision": 1,
        "created_at": mine["created_at"],
        "editable_until": None,
        "appeal": None,
        "statement": None,
    }
    assert datetime.fromisoformat(until) - datetime.fromisoformat(mine["created_at"]) == timedelta(
        minutes=15
    )
    assert "no-store" in seen.headers["cache-control"]
    assert api.get(f"/api/v1/comments/{other['id']}", mine["author_token"]).status_code == 401


def test_repetitions_get_the_same_receipt(api):
    key = {"Idempotency-Key": "form-1"}
    first, again = api.hand_in(headers=key), api.hand_in(headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    other = api.hand_in(headers=key, text="Something else.")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_repetition_while_the_first_is_being_written_is_told_to_wait(api):
    """The writer is kept waiting by a transaction that holds its lock."""
    key = {"Idempotency-Key": "slow"}
    answers = []
    first = threading.Thread(target=lambda: answers.append(api.hand_in(headers=key)))
    with api.store.write() as connection:
        if not api.store.is_sqlite:  # there the transaction alone is the lock
            connection.execute(sa.text("LOCK TABLE comments IN EXCLUSIVE MODE"))
        first.start()
        wait_until(lambda: api.client.app.state.intake.in_flight, "the first is on its way")
        assert api.hand_in(headers=key).status_code == 409
    first.join()
    assert answers[0].status_code == 202


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": ""}, "/text"),
        ({"text": " \n "}, "/text"),
        ({"text": "a" * (TEXT_LIMIT + 1)}, "/text"),
        ({"text": "é" * (TEXT_LIMIT // 2 + 1)}, "/text"),
        ({"text": "a\x00b"}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": None}, "/text"),
        ({"author": {"name": ""}}, "/author/name"),
        ({"author": {"name": "   "}}, "/author/name"),
        ({"author": {"name": "n" * 246}}, "/author/name"),
        ({"author": {"name": "Ann\nBcc: x"}}, "/author/name"),
        ({"author": {"name": "Ann", "email": "canary-not-an-address"}}, "/author/email"),
        ({"author": {"name": "Ann", "url": "javascript:alert(1)"}}, "/author/url"),
        ({"author": {"name": "Ann", "url": "http://"}}, "/author/url"),
        ({"page": {"url": "/news/1"}}, "/page/url"),
        ({"page": {"url": "http://[canary/"}}, "/page/url"),
        ({"page": "https://herald.test"}, "/page"),
        ({"context": {"ip": "canary"}}, "/context/ip"),
        ({"parent_id": "cmt_canary"}, "/parent_id"),
        ({"status": "approved"}, "/status"),
        ({"canary@private.test": 1}, ""),
        ({"author": {"name": "Ann", "canary " * 9: 1}}, "/author"),
    ],
)
def test_a_broken_rule_names_the_field_and_repeats_nothing(api, change, pointer):
    answer = api.hand_in(**change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert "canary" not in answer.text
    assert api.get("/api/v1/queues/pending").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b'{"text": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"a": "' + b"a" * 600_000 + b'"}', "application/json", 413),
        (b"\xff", "application/json", 400),
        (b"null", "application/json", 422),
    ],
)
def test_bad_bytes_are_a_4xx(api, body, kind, status):
    headers = {"Authorization": f"Bearer {api.secret}", "Content-Type": kind}
    answer = api.client.post("/api/v1/comments", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_key_or_with_a_wrong_one_nothing_is_taken(api):
    for headers in ({}, {"Authorization": "Bearer ghs_wrong"}, {"Authorization": "Basic abc"}):
        answer = api.client.post("/api/v1/comments", json=a_comment(), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_publishable_key_works_from_the_sites_own_pages_only(api):
    key = api.publishable
    assert api.hand_in(key, headers=HERALD).status_code == 202
    assert api.hand_in(key).status_code == 403
    assert api.hand_in(key, headers={"Origin": "https://evil.test"}).status_code == 403
    assert api.hand_in(key, headers={"Origin": "https://herald.test.evil.test"}).status_code == 403
    assert api.get("/api/v1/queues", key, **HERALD).status_code == 403
    named = api.hand_in(key, headers=HERALD, context={"ip": "203.0.113.1"})
    assert named.status_code == 422  # only the site's server may say who its reader is


def test_browsers_of_the_sites_origins_may_call(api):
    preflight_headers = {"Access-Control-Request-Method": "POST"}
    preflight = api.client.options("/api/v1/comments", headers=HERALD | preflight_headers)
    assert preflight.headers["access-control-allow-origin"] == "https://herald.test"
    sent = api.hand_in(api.publishable, headers=HERALD)
    assert sent.headers["access-control-allow-origin"] == "https://herald.test"
    foreign = api.client.options(
        "/api/v1/comments", headers={"Origin": "https://evil.test"} | preflight_headers
    )
    assert "access-control-allow-origin" not in foreign.headers


def test_a_flood_from_one_address_is_held_off(settings, store):
    site = newspaper(store)
    key = key_of(store, site)
    with TestClient(create_app(settings(GATEHOUSE_LIMIT_ADDRESS="3/hour"))) as client:

        def send(ip):
            return client.post(
                "/api/v1/comments",
                json=a_comment(context={"ip": ip}),
                headers={"Authorization": f"Bearer {key}"},
            )

        assert [send("203.0.113.7").status_code for _ in range(4)] == [202, 202, 202, 429]
        refused = send("203.0.113.7")
        assert int(refused.headers["retry-after"]) >= 1
        assert send("203.0.113.8").status_code == 202


def test_a_site_has_a_limit_too(settings, store):
    key = key_of(store, newspaper(store))
    with TestClient(create_app(settings(GATEHOUSE_LIMIT_SITE="150/hour"))) as client:
        headers = {"Authorization": f"Bearer {key}"}
        statuses = [
            client.post("/api/v1/comments", json=a_comment(), headers=headers).status_code
            for _ in range(151)
        ]
    assert statuses == [202] * 150 + [429]


def test_with_the_broker_away_comments_are_taken_and_readyz_says_so(settings, store, broker):
    key = key_of(store, newspaper(store))
    with TestClient(create_app(settings(GATEHOUSE_REDIS_URL=broker.url))) as client:
        headers = {"Authorization": f"Bearer {key}"}
        broker.stop()
        for _ in range(3):
            sent = client.post("/api/v1/comments", json=a_comment(), headers=headers)
            assert sent.status_code == 202
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "degraded"
        assert not ready.json()["checks"]["broker"]["ok"]
        assert not ready.json()["checks"]["limits"]["ok"]


def test_decisions_by_api_publish_and_guard_against_crossing(api):
    comment = api.hand_in().json()["id"]
    path = f"/api/v1/comments/{comment}/decisions"
    threads = "/api/v1/threads?page_url=https://herald.test/news/1"
    assert api.client.get(threads).json()["comments"] == []
    made = api.post(path, {"outcome": "approve", "sequence": 0})
    assert (made.status_code, made.json()["sequence"]) == (201, 1)
    published = api.client.get(threads)
    assert [comment["text"] for comment in published.json()["comments"]] == ["A fine article."]
    assert "carol" not in published.text
    again = api.client.get(threads, headers={"If-None-Match": published.headers["etag"]})
    assert again.status_code == 304
    assert api.post(path, {"outcome": "reject", "sequence": 0}).status_code == 409
    assert api.post(path, {"outcome": "reject"}, **{"If-Match": '"s0"'}).status_code == 412
    etag = api.get(f"/api/v1/comments/{comment}").headers["etag"]
    assert api.post(path, {"outcome": "reject"}, **{"If-Match": etag}).status_code == 201
    assert api.client.get(threads).json()["comments"] == []
    assert api.post(path, {"outcome": "publish"}).status_code == 422


def test_other_sites_comments_answer_like_none_at_all(api):
    bob = newspaper(api.store, "Bob's Blog", "https://bob.test")
    his = key_of(api.store, bob)
    hers = api.hand_in().json()["id"]

    def bare(answer):
        return answer.status_code, answer.text

    for path in ("/api/v1/comments/{}", "/api/v1/comments/{}/decisions"):
        ask = (
            api.get if path.endswith("{}") else lambda p, k: api.post(p, {"outcome": "approve"}, k)
        )
        assert bare(ask(path.format(hers), his)) == bare(ask(path.format("cmt_nobody"), his))
        assert ask(path.format(hers), his).status_code == 404
    assert queues.get_card(api.store, {api.site.id}, hers).decisions == ()


def test_threads_page_with_links(api):
    ids = [api.hand_in(text=f"Reply {n}").json()["id"] for n in range(5)]
    for comment_id in ids:
        api.post(f"/api/v1/comments/{comment_id}/decisions", {"outcome": "approve"})
    seen, path = [], "/api/v1/threads?page_url=https://herald.test/news/1&limit=2"
    while path:
        page = api.client.get(path)
        seen += [comment["id"] for comment in page.json()["comments"]]
        path = page.json()["next"]
        assert ("link" in page.headers) == bool(path)
    assert seen == sorted(ids)


def test_queues_page_with_links(api):
    ids = [api.hand_in(text=f"Reply {n}").json()["id"] for n in range(5)]
    for comment_id in ids:
        decisions.decide(
            api.store,
            "mod_1",
            {api.site.id},
            comment_id,
            Outcome.HOLD,
            now=NOON,
            entropy=os.urandom,
        )
    seen, path = [], "/api/v1/queues/held?limit=2"
    while path:
        page = api.get(path)
        seen += [comment["id"] for comment in page.json()["items"]]
        path = page.json()["next"]
        assert ("link" in page.headers) == bool(path)
    assert sorted(seen) == sorted(ids)
    counts = {queue["name"]: queue["count"] for queue in api.get("/api/v1/queues").json()["items"]}
    assert counts["held"] == 5
    assert api.get("/api/v1/queues/nonsense").status_code == 404
    assert api.get("/api/v1/queues/held?limit=0").status_code == 422


def test_every_answer_is_marked_and_safe(api):
    for path in ("/healthz", "/api/v1/queues", "/nowhere", "/api/v1/openapi.json"):
        answer = api.client.get(path, headers={"X-Request-ID": "bad id\u00e9"[:6]})
        assert re.fullmatch(r"[0-9a-f]{24}", answer.headers["x-request-id"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_document_describes_what_is_taken(api):
    document = api.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    taken = document["paths"]["/api/v1/comments"]["post"]["requestBody"]["content"]
    assert taken["application/json"]["schema"]["$ref"].endswith("/CommentIn")
    schema = document["components"]["schemas"]["CommentIn"]
    assert set(schema["properties"]) == {"page", "author", "text", "parent_id", "context", "proof"}


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "203.0.113.9"])
def test_metrics_are_for_who_has_the_token_wherever_they_ask_from(settings, store, peer):
    proxies = (
        {},
        {"X-Forwarded-For": "1.2.3.4"},
        {"X-Real-IP": "1.2.3.4"},
        {"Forwarded": "for=1.2.3.4"},
    )
    for changes, token in (
        ({}, store.crypto.metrics_token),
        ({"GATEHOUSE_METRICS_TOKEN": "t0ken"}, "t0ken"),
    ):
        with TestClient(create_app(settings(**changes)), client=(peer, 1)) as client:
            for sent in ("", "Bearer ", "Bearer wrong", token + "x", f"Bearer {token}x"):
                for headers in proxies:
                    refused = client.get("/metrics", headers={"Authorization": sent, **headers})
                    assert refused.status_code == 401
            shown = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    assert "gatehouse_pending" in shown and 'gatehouse_endpoints{state="failing"} 0.0' in shown


@pytest.mark.parametrize("path", ["/api/v1/comments/{}/decisions", "/api/v1/endpoints"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"outcome": NaN}',
        b'{"reason": "\\ud800"}',
        b'{"outcome": "approve", "outcome": "reject"}',
        b"[" * 100_000,
        b'{"outcome": "approve", "sequence": 99999999999999999999999}',
        b'{"outcome": "approve", "sequence": 9223372036854775808}',
        b'{"outcome": "approve", "sequence": true}',
        b'{"url": ["https://a.test"]}',
        b"null",
        b'"' + b"a" * 600_000 + b'"',
    ],
)
def test_every_body_is_read_strictly(api, path, body):
    path = path.format(api.hand_in().json()["id"])
    headers = {"Authorization": f"Bearer {api.secret}", "Content-Type": "application/json"}
    answer = api.client.post(path, content=body, headers=headers)
    assert answer.status_code in (400, 413, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.get("/api/v1/queues/approved").json()["items"] == []
    assert api.get("/api/v1/endpoints").json()["items"] == []


def test_a_script_of_the_page_cannot_bind_the_sites_number_to_another_page(api):
    mallory = {"url": "https://herald.test/elsewhere", "id": "17"}
    scripts = api.hand_in(api.publishable, headers=HERALD, page=mallory).json()["id"]
    ours = api.hand_in(page={"url": "https://herald.test/17", "id": "17"}).json()["id"]
    pages = [api.get(f"/api/v1/comments/{receipt}").json()["page"] for receipt in (scripts, ours)]
    assert [(page["id"], page["url"]) for page in pages] == [
        (None, "https://herald.test/elsewhere"),
        ("17", "https://herald.test/17"),
    ]
