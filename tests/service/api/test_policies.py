"""/api/v1/policies: the one in force, and another tried on the site's own comments; only with the secret key."""

import pytest
import sqlalchemy as sa

from moderation.policies import load_policy, policy_source
from moderation.store.sql.schema import sites
from service.api.policy_schemas import POLICY_LIMIT
from tests.factories import hand_in, newspaper, reply
from tests.review.test_policy_backtest import SOURCE, judged
from tests.service.console.console_browser import now

STRICTER = SOURCE.format(name="stricter", toxic=0.3, outcome="hold")


def test_the_policy_in_force_is_shown(api):
    [installation] = api.get("/api/v1/policies").json()["items"]
    newsroom = load_policy("newsroom")
    assert installation == {
        "scope": "installation",
        "name": "newsroom",
        "version": newsroom.version,
        "in_force": True,
        "error": None,
        "toml": policy_source("newsroom"),
    }
    for source, name in ((STRICTER, "stricter"), ('name = "x"\nneeds = 1\n', None)):
        with api.store.write() as connection:
            connection.execute(sa.update(sites).values(policy=source))
        own, other = api.get("/api/v1/policies").json()["items"]
        assert (own["scope"], own["in_force"], own["name"]) == ("site", True, name)
        assert own["toml"] == source and (own["error"] is None) == (name is not None)
        assert (other["scope"], other["in_force"]) == ("installation", False)


def test_another_policy_is_tried_on_the_sites_comments(api):
    at = now() - 60_000
    with api.store.write() as connection:
        source = SOURCE.format(name="own", toxic=0.8, outcome="hold")
        connection.execute(sa.update(sites).values(policy=source))
    bob = newspaper(api.store, "Bob's Blog", "https://bob.test")
    ids = judged(api.store, api.site, "toxicity=0.5", "toxicity=0.1", at=at, now=at + 1_000)
    judged(api.store, bob, "toxicity=0.5", at=at, now=at + 1_000)
    answer = api.post("/api/v1/policies/test", {"policy": STRICTER})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["tried"]["name"], body["in_force"]["name"]) == ("stricter", "own")
    assert (body["examined"], body["changed"], body["complete"]) == (2, 1, True)
    [change] = body["changes"]
    assert (change["before"], change["after"], change["count"]) == ("approve", "hold", 1)
    assert change["rules"] == [{"code": "toxic", "count": 1}]
    assert [sample["comment_id"] for sample in change["samples"]] == [ids[0]]
    assert body["before"]["agreement"]["precision"] == {
        "hits": 0,
        "count": 0,
        "share": None,
        "low": None,
        "high": None,
    }
    assert body["after"]["workload"]["held_busiest_day"] == 1
    same = api.post("/api/v1/policies/test", {"policy": source, "days": 1}).json()
    assert (same["examined"], same["changed"], same["not_as_recorded"]) == (2, 0, 0)


@pytest.mark.parametrize(
    ("body", "pointer", "what"),
    [
        ({"policy": "name = "}, "/policy", "TOML"),
        ({"policy": STRICTER.replace('"hold"', '"hlod"')}, "/policy", "Line 8"),
        ({"policy": ""}, "/policy", ""),
        ({"policy": "#" * (POLICY_LIMIT + 1)}, "/policy", ""),
        ({"policy": STRICTER, "days": 366}, "/days", ""),
        ({"policy": STRICTER, "text": True}, "/text", ""),
        ({}, "/policy", ""),
    ],
)
def test_what_makes_no_sense_is_named(api, body, pointer, what):
    answer = api.post("/api/v1/policies/test", body)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer and what in error["detail"]


def test_a_policy_is_put_in_force_and_taken_back(api):
    seen = api.get("/api/v1/policies").headers["ETag"]
    put = api.put("/api/v1/policies", {"policy": STRICTER}, **{"If-Match": seen})
    assert put.status_code == 200, put.text
    assert put.json()["items"][0]["name"] == "stricter" and put.json()["items"][0]["in_force"]
    late = api.put("/api/v1/policies", {"policy": ""}, **{"If-Match": seen})
    assert late.status_code == 412
    assert api.put("/api/v1/policies", {"policy": ""}).json()["items"][0]["name"] == "newsroom"
    last, first = api.get("/api/v1/policies/versions").json()["items"]
    assert (first["number"], first["toml"], last["toml"]) == (1, STRICTER, "")
    assert first["set_by"].startswith("key_")
    wrong = api.put("/api/v1/policies", {"policy": "name = 3"})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/policy"


def test_a_candidate_runs_beside_the_policy_in_force(api):
    assert api.get("/api/v1/policies/shadow").status_code == 404
    started = api.put("/api/v1/policies/shadow", {"policy": STRICTER})
    assert started.status_code == 200, started.text
    judged(api.store, api.site, "toxicity=0.4")
    body = api.get("/api/v1/policies/shadow").json()
    # Without the scores that `newsroom` needs, the test's own policy is in force.
    assert (body["examined"], body["changed"], body["changes"][0]["after"]) == (1, 1, "hold")
    assert (body["toml"], body["started_by"][:4]) == (STRICTER, "key_")
    assert api.put("/api/v1/policies/shadow", {"policy": "name = 3"}).status_code == 422
    api.client.delete("/api/v1/policies/shadow", headers={"Authorization": f"Bearer {api.secret}"})
    assert api.get("/api/v1/policies/shadow").status_code == 404


def test_the_record_of_the_policy_in_force(api):
    at = now() - 60_000
    ids = judged(api.store, api.site, "toxicity=0.9 spam=0 language=1:en", at=at, now=at + 1_000)
    api.post(f"/api/v1/comments/{ids[0]}/decisions", {"outcome": "approve"})
    advice = api.get("/api/v1/policies/advice").json()["items"]
    toxic = next(each for each in advice if each["code"] == "toxic")
    assert (toxic["decisions"], toxic["more_decisions"], toxic["better"]) == (1, 377, None)
    assert toxic["now"]["threshold"] == 0.45
    found = api.get("/api/v1/policies/errors?days=7").json()
    assert (found["examined"], found["complete"]) == (1, True)
    [rule] = found["rules"]
    assert (rule["code"], rule["alone"], rule["wrongly_held"]["hits"]) == ("toxic", 1, 1)
    assert api.get("/api/v1/policies/advice?misses=1").status_code == 422


def test_the_publishable_key_opens_neither(api):
    origin = {"Origin": "https://herald.test"}
    assert api.get("/api/v1/policies", api.publishable, **origin).status_code == 403
    tried = api.post("/api/v1/policies/test", {"policy": STRICTER}, api.publishable, **origin)
    assert tried.status_code == 403
    hand_in(api.store, reply(api.site))


def test_a_policy_that_misses_its_bounds_is_refused_with_what_was_measured(api):
    toml = f'{STRICTER}\n[bounds]\nwrongly_rejected = "1 in 200"\n'
    refused = api.put("/api/v1/policies", {"policy": toml})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/policy"
    assert (
        "765 more decisions that agree with it are needed" in refused.json()["errors"][0]["detail"]
    )
    put = api.put("/api/v1/policies", {"policy": toml, "override": "A flood of threats."})
    assert put.status_code == 200 and put.json()["items"][0]["scope"] == "site"
    [entry] = api.get("/api/v1/audit?action=policy.set").json()["items"]
    assert entry["after"]["override"] == "A flood of threats."
