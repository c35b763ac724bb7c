"""Hostile JSON at every route that takes some: refused with a 4xx, soon, and without repeating it."""

import itertools
import json
import random
import time

CANARY = "canary-7f3a"
ROUTES = (
    ("POST", "/api/v1/comments"),
    ("POST", "/api/v1/comments/cmt_nobody/decisions"),
    ("POST", "/api/v1/comments/cmt_nobody/undo"),
    ("POST", "/api/v1/endpoints"),
    ("PATCH", "/api/v1/endpoints/ep_nobody"),
)
NASTY = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"nul",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"[]",
    b'""',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"\\ud800":1}',
    b'"\\udc00"',
    b"9" * 5_000,
    b"1." + b"0" * 400_000,
    b'{"url":"a","url":"b"}',
    b'{"outcome":"hold","outcome":"spam"}',
    b'{"enabled":true,"enabled":false}',
    b"{" + b",".join(b'"%s%d":0' % (CANARY.encode(), n) for n in range(20_000)) + b"}",
    b"[" + b",".join([b"1"] * 200_000) + b"]",
    b'{"outcome":"hold","sequence":' + b"7" * 30 + b"}",
    b'{"outcome":"hold","%s@x.test":1}' % CANARY.encode(),  # a name could be anybody's e-mail
    b'{"url":"https://x.test/","types":["%s"]}' % CANARY.encode(),
    b'{"enabled":"%s"}' % CANARY.encode(),
)


def send(api, method: str, path: str, body: bytes, key: str = "", kind: str = "application/json"):
    headers = {"Authorization": f"Bearer {key or api.secret}", "Content-Type": kind}
    return api.client.request(method, path, content=body, headers=headers)


def cpu_seconds(api, method: str, path: str, body: bytes) -> float:
    begun = time.process_time()
    send(api, method, path, body)
    return time.process_time() - begun


def test_nonsense_is_refused_at_the_price_of_harmless_text_as_long(api):
    """A ratio, and of CPU time: others work on this machine as well. Anything quadratic costs hundreds."""
    for (method, path), body in itertools.product(ROUTES, NASTY):
        harmless = b'{"a":"%s"}' % (b"x" * len(body))
        nasty = plain = float("inf")
        for _ in range(5):
            nasty = min(nasty, cpu_seconds(api, method, path, body))
            plain = min(plain, cpu_seconds(api, method, path, harmless))
            if nasty < 20 * plain + 0.1:
                break
        assert nasty < 20 * plain + 0.1, (body[:40], nasty, plain)


def test_nonsense_is_refused_and_not_repeated(api):
    for (method, path), body in itertools.product(ROUTES, NASTY):
        answer = send(api, method, path, body)
        assert 400 <= answer.status_code < 500, (body[:40], answer.text)
        assert CANARY not in answer.text and len(answer.content) < 5_000, body[:40]


def test_no_more_is_read_than_the_limit_whoever_sends(api):
    """Without a key as well: memory is taken before anybody is known."""
    body = b'{"a":"' + b"x" * 600_000 + b'"}'
    for method, path in ROUTES:
        assert send(api, method, path, body).status_code == 413
        assert send(api, method, path, body, key="nobody").status_code == 401  # not even read


def test_what_is_not_called_json_is_not_read_as_json(api):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        for method, path in ROUTES:
            assert send(api, method, path, b"{}", kind=kind).status_code == 415


def test_a_sequence_is_a_small_number_and_nothing_like_one(api):
    id = api.hand_in().json()["id"]
    for sequence in ("1", 1.0, True, -1, 2**31, 2**63, 2**64):
        body = json.dumps({"outcome": "hold", "sequence": sequence}).encode()
        answer = send(api, "POST", f"/api/v1/comments/{id}/decisions", body)
        assert 400 <= answer.status_code < 500 and answer.status_code != 404, sequence


def test_a_switch_is_true_or_false(api):
    for value in ("true", "yes", 1, 0, "off", None):
        body = json.dumps({"enabled": value}).encode()
        assert send(api, "PATCH", "/api/v1/endpoints/ep_nobody", body).status_code == 422


def test_a_size_is_a_small_whole_number(api):
    for value in ("1", 1.0, True, 0, -1, 101, 2**63, None):
        body = json.dumps({"url": "https://x.test/", "batch": value}).encode()
        assert send(api, "POST", "/api/v1/endpoints", body).status_code == 422
        body = json.dumps({"batch": value}).encode()
        assert send(api, "PATCH", "/api/v1/endpoints/ep_nobody", body).status_code == 422


def test_generated_nonsense_is_never_our_fault(api):
    """Submissions with one part replaced by anything JSON can say."""
    chance = random.Random(7)  # the same in every run
    for _ in range(150):
        body = {"page": {"url": "https://herald.test/1"}, "author": {"name": "C"}, "text": "t"}
        part = chance.choice([body, body["page"], body["author"]])
        part[chance.choice([*part, "id", "title", "parent_id", "context", "status"])] = _any(
            chance, 3
        )
        answer = send(api, "POST", "/api/v1/comments", json.dumps(body).encode())
        assert answer.status_code < 500, (body, answer.text)


def _any(chance: random.Random, depth: int):
    strings = ["", "\x00", "\ud800", "\u202e", "a" * 70_000, "e\u0301" * 999, "\U0010ffff", CANARY]
    leaves = [*strings, None, True, 0, -1, 2**63, 2**64, 1e308, -0.0, 0.1]
    if depth and chance.random() < 0.4:
        parts = [_any(chance, depth - 1) for _ in range(chance.randrange(4))]
        return parts if chance.random() < 0.5 else {str(n): part for n, part in enumerate(parts)}
    return chance.choice(leaves)
