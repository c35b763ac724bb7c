"""Proof of work, and the word beforehand: only where a site has them on, once each, and with little to learn from."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from moderation.domain.errors import Invalid
from moderation.domain.proof_of_work import VALID_FOR, check_answer, new_challenge
from moderation.domain.reader_rules import ReaderRules
from moderation.review import reader_rules
from moderation.review.site_policy import set_policy
from moderation.store import sites
from service.app import create_app
from tests.factories import NOON, key_of, newspaper
from tests.service.api.conftest import PROXY, a_comment

PAGES = {"Origin": "https://herald.test"}


def turn_on(api, **rules):
    reader_rules.set_rules(api.store, api.site.id, ReaderRules(**rules))


def challenge(api):
    return api.client.get("/api/v1/challenges", params={"site_id": api.site.id})


def solve(asked, **changes):
    number = next(
        number
        for number in range(asked["maxnumber"] + 1)
        if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["challenge"]
    )
    said = {name: value for name, value in asked.items() if name != "maxnumber"}
    return base64.b64encode(json.dumps(said | {"number": number} | changes).encode()).decode()


def post(api, proof=None, text="A fine article."):
    body = {"text": text} | ({} if proof is None else {"proof": proof})
    return api.hand_in(api.publishable, headers=PAGES, **body)


def refusal(answer):
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/proof"
    return error["detail"]


def test_a_comment_of_a_page_needs_one_answer_which_counts_once(api):
    turn_on(api, proof_of_work=1_000)
    assert "answer GET /api/v1/challenges" in refusal(post(api))
    asked = challenge(api)
    assert asked.headers["cache-control"] == "private, no-store"
    assert asked.headers["access-control-allow-origin"] == "*"
    assert asked.json()["maxnumber"] == 1_000
    answer = solve(asked.json())
    assert post(api, answer).status_code == 202
    assert "answered before" in refusal(post(api, answer, "Another."))
    assert api.hand_in().status_code == 202  # the site's server
    shown = api.client.get("/api/v1/threads?page_url=https://herald.test/news/1").json()
    assert shown["asks"] == {"forewarn": False, "proof_of_work": True, "website": False}


def test_where_it_is_off_nothing_is_asked(api):
    assert challenge(api).status_code == 404
    assert post(api).status_code == 202
    assert post(api, "anything").status_code == 202
    assert api.post("/api/v1/forewarnings", {"text": "x"}).status_code == 404
    shown = api.client.get("/api/v1/threads?page_url=https://herald.test/news/1").json()
    assert "asks" not in shown


@pytest.mark.parametrize(
    "proof",
    ["!", "e30=", "bnVsbA==", "W10=", base64.b64encode(b"[" * 1_400).decode(), "A" * 2_000],
)
def test_what_is_no_answer_is_refused_in_a_sentence(api, proof):
    turn_on(api, proof_of_work=1_000)
    assert "Is not an answer" in refusal(post(api, proof))


def sign(challenge):
    return hashlib.sha256(b"ours" + challenge.encode()).hexdigest()


def asked_of(site_id="site_1", number=7):
    made = new_challenge(site_id, 100, number, "9f" * 12, NOON, sign)
    return {name: getattr(made, name) for name in made.__slots__}


def test_an_answer_is_good_for_its_site_and_its_time():
    asked = asked_of()
    assert check_answer(solve(asked), "site_1", NOON, sign) == asked["challenge"]
    with pytest.raises(Invalid, match="expired"):
        check_answer(solve(asked), "site_1", NOON + VALID_FOR, sign)
    for site_id, mac in (("site_2", sign), ("site_1", lambda _: "0" * 64)):
        with pytest.raises(Invalid, match="not an answer"):
            check_answer(solve(asked), site_id, NOON, mac)


def test_digits_cannot_move_from_the_number_into_the_salt():
    asked = asked_of(number=42)
    for moved in ({"salt": asked["salt"] + "4", "number": 2}, {"number": 42.0}, {"number": -1}, {"number": True}, {"number": "42"}):  # fmt: skip
        with pytest.raises(Invalid):
            check_answer(solve(asked, **moved), "site_1", NOON, sign)


@given(st.dictionaries(st.sampled_from(["salt", "number", "challenge", "signature", "algorithm"]), st.none() | st.integers() | st.text(max_size=9) | st.lists(st.none(), max_size=2), min_size=1))  # fmt: skip
def test_no_forged_answer_passes(changes):
    asked = asked_of()
    same = all(({"number": 7} | asked).get(name) == value for name, value in changes.items())
    if not same:
        with pytest.raises(Invalid):
            check_answer(solve(asked, **changes), "site_1", NOON, sign)


def test_a_writer_is_told_one_word_beforehand(api):
    turn_on(api, forewarn=True)

    def ask(text, key=api.publishable, **headers):
        return api.post("/api/v1/forewarnings", {"text": text}, key, **(PAGES | headers))

    fine = ask("A fine article.")
    assert fine.json() == {"may_be_held": False, "why": None}
    rude = ask("You are a stupid idiot.").json()
    assert rude["may_be_held"] and rude["why"].isidentifier()
    assert fine.headers["access-control-allow-origin"] == PAGES["Origin"]
    assert ask("x", Origin="https://evil.test").status_code == 403
    assert ask("").status_code == 422
    preflight = api.client.options("/api/v1/forewarnings", headers=PAGES)
    assert preflight.headers["access-control-allow-methods"] == "POST"


LAX = 'name = "lax"\n'
STRICT = 'name = "strict"\n[[rules]]\ncode = "toxic"\nsignal = "toxicity"\nat_least = 0.0001\noutcome = "hold"\nmessage = "x"\n'
FIRST = 'name = "first"\n[[rules]]\ncode = "first_comment"\nall = [{ signal = "language", at_least = 0 }, { signal = "reputation", below = 0.05 }]\noutcome = "hold"\nmessage = "x"\n'


def test_the_policy_of_the_page_is_asked(api):
    turn_on(api, forewarn=True)
    for toml, scope in (
        (LAX, ""),
        (STRICT, "section:/sport"),
        (LAX, "section:/sport/fans"),
        (STRICT, "page:https://herald.test/news/crime"),
        (STRICT, "language:de"),
    ):
        set_policy(api.store, api.site.id, toml, "command", scope=scope, now=NOON)

    def is_held(text="A fine article about the harbour.", **page):
        body = {"text": text} | ({"page": page} if page else {})
        answer = api.post("/api/v1/forewarnings", body, api.publishable, **PAGES)
        assert answer.status_code == 200, answer.text
        return answer.json()["may_be_held"]

    assert not is_held()
    assert not is_held(url="https://herald.test/news/1")
    assert is_held(url="https://herald.test/sport/1?from=home#comments", title="Cup")
    assert not is_held(url="https://herald.test/sport/fans/1")
    assert not is_held(url="https://herald.test/sports")
    assert is_held(url="https://herald.test/news/crime")
    german = "Das ist ein sehr schöner Artikel über den Hafen und die Schiffe, die dort liegen."
    assert is_held(german) and is_held(german, url="https://herald.test/news/1")
    assert not is_held(german, url="https://herald.test/sport/fans/1")
    # A page is known by the site's own id at whatever URL.
    set_policy(api.store, api.site.id, LAX, "command", scope="language:de", now=NOON + 1)
    page = {"url": "https://herald.test/news/crime", "id": "crime-1"}
    assert api.hand_in(page=page).status_code == 202
    assert is_held(url="https://herald.test/moved", id="crime-1")
    wrong = api.post("/api/v1/forewarnings", {"text": "x", "page": {"url": "javascript:1"}}, api.publishable, **PAGES)  # fmt: skip
    assert wrong.status_code == 422


def test_nobody_is_warned_of_what_no_other_words_would_change(api):
    turn_on(api, forewarn=True)
    set_policy(api.store, api.site.id, FIRST, "command", now=NOON)
    answer = api.post("/api/v1/forewarnings", {"text": "Fine."}, api.publishable, **PAGES)
    assert answer.json() == {"may_be_held": False, "why": None}


def test_asking_counts_as_posting_in_the_flood_limit(settings, store):
    site = newspaper(store)
    reader_rules.set_rules(store, site.id, ReaderRules(forewarn=True))
    key = key_of(store, site, sites.PUBLISHABLE)
    app = create_app(settings(GATEHOUSE_TRUSTED_PROXIES=PROXY[0]))
    with TestClient(app, client=PROXY) as client:
        client.headers |= PAGES | {
            "X-Forwarded-For": "203.0.113.7",
            "Authorization": f"Bearer {key}",
        }
        asked = [
            client.post("/api/v1/forewarnings", json={"text": "Hm."}).status_code for _ in range(9)
        ]
        assert asked == [200] * 9
        assert client.post("/api/v1/comments", json=a_comment()).status_code == 202
        assert client.post("/api/v1/comments", json=a_comment(text="B.")).status_code == 429
