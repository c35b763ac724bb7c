"""/api/v1/policies: the one in force, and another tried on the site's own comments; only with the secret key."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from moderation.domain.comment import PageRef
from moderation.domain.policy_scopes import SCOPES_LIMIT
from moderation.policies import load_policy, policy_source
from moderation.review.site_policy import POLICY_LIMIT
from moderation.store.sql.schema import sites
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
    texts = ("toxicity=0.5 Muslims=0", "toxicity=0.1 women=0")
    ids = judged(api.store, api.site, *texts, at=at, now=at + 1_000)
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
    named = {each["name"]: each for each in body["named"]["groups"]}
    assert (body["named"]["changed"], body["named"]["others"]) == (1, 1)
    assert (named["religion"]["changed"]["hits"], named["religion"]["stopped"]) == (1, 1)
    assert (named["gender"]["changed"]["hits"], named["gender"]["others"]["hits"]) == (0, 1)
    assert "Muslims=0" not in answer.text
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
    assert toxic["now"]["threshold"] == 0.47
    found = api.get("/api/v1/policies/errors?days=7").json()
    assert (found["examined"], found["complete"]) == (1, True)
    [rule] = found["rules"]
    assert (rule["code"], rule["alone"], rule["wrongly_held"]["hits"]) == ("toxic", 1, 1)
    table = api.get("/api/v1/policies/errors?days=7&format=csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert "rule,toxic,,1,1,1,1," in table.text
    assert api.get("/api/v1/policies/errors?format=xml").status_code == 422
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


def test_a_part_of_the_site_has_a_policy_of_its_own(api):
    seen = api.get("/api/v1/policies").headers["ETag"]
    body = {"policy": STRICTER, "scope": "section:/sport/"}
    put = api.put("/api/v1/policies", body, **{"If-Match": seen})
    assert put.status_code == 200, put.text
    installation, sport = put.json()["items"]
    assert (installation["scope"], installation["in_force"]) == ("installation", True)
    assert (sport["scope"], sport["name"], sport["in_force"]) == (
        "section:/sport",
        "stricter",
        True,
    )
    other = {"policy": STRICTER, "scope": "language:de"}
    assert api.put("/api/v1/policies", other, **{"If-Match": seen}).status_code == 412
    at = now() - 60_000
    page = PageRef("https://herald.test/sport/1")
    [id] = judged(
        api.store, api.site, "toxicity=0.4 language=1:en", at=at, now=at + 1_000, page=page
    )
    comment = api.get(f"/api/v1/comments/{id}").json()
    assert comment["status"] == "held"
    assert comment["decision"]["actor"] == {
        "kind": "policy",
        "id": "stricter",
        "version": sport["version"],
        "scope": "section:/sport",
    }
    tried = api.post("/api/v1/policies/test", {"policy": STRICTER, "scope": "section:/sport"})
    assert (tried.json()["examined"], tried.json()["changed"]) == (1, 0)
    milder = {"policy": STRICTER.replace("0.3", "0.9"), "scope": "section:/sport"}
    assert api.post("/api/v1/policies/test", milder).json()["changed"] == 1
    elsewhere = {"policy": STRICTER, "scope": "section:/arts"}
    assert api.post("/api/v1/policies/test", elsewhere).json()["examined"] == 0
    errors = api.get("/api/v1/policies/errors?scope=section:/sport").json()
    assert errors["examined"] == 1 and api.get("/api/v1/policies/errors").json()["examined"] == 0
    advice = api.get("/api/v1/policies/advice?scope=section:/sport").json()["items"]
    assert [each["code"] for each in advice] == ["toxic"]
    api.put("/api/v1/policies", {"policy": "", "scope": "section:/sport"})
    assert len(api.get("/api/v1/policies").json()["items"]) == 1
    last, first = api.get("/api/v1/policies/versions?scope=section:/sport").json()["items"]
    assert (first["scope"], first["number"], last["version"]) == ("section:/sport", 1, "site")
    assert api.get("/api/v1/policies/versions").json()["items"] == []


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ("section:sport", "the beginning of the path"),
        ("section:/", "the whole site"),
        ("author:ada", "page:URL, section:/path or language:de"),
        ("language:xx", "'xx'"),
        ("language:de-AT", "first part alone"),
        ("page:https://bob.test/1", "not on the site"),
        ("page:javascript:alert(1)", "by its URL"),
    ],
)
def test_what_is_no_part_of_the_site_is_named(api, scope, what):
    body = {"policy": STRICTER, "scope": scope}
    for answer in (api.put("/api/v1/policies", body), api.post("/api/v1/policies/test", body)):
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/scope" and what in error["detail"]
    for path in ("versions", "advice", "errors"):
        answer = api.client.get(
            f"/api/v1/policies/{path}",
            params={"scope": scope},
            headers={"Authorization": f"Bearer {api.secret}"},
        )
        assert answer.status_code == 422 and what in answer.text


def test_there_are_only_so_many_and_none_closes_for_a_language(api):
    for n in range(SCOPES_LIMIT):
        body = {"policy": STRICTER, "scope": f"section:/s{n}"}
        assert api.put("/api/v1/policies", body).status_code == 200
    full = api.put("/api/v1/policies", {"policy": STRICTER, "scope": "section:/more"})
    assert full.status_code == 422 and "50 policies" in full.text
    body = {"policy": STRICTER + NIGHT, "scope": "language:de"}
    for answer in (api.put("/api/v1/policies", body), api.post("/api/v1/policies/test", body)):
        [error] = answer.json()["errors"]
        assert (error["pointer"], answer.status_code) == ("/policy", 422)
        assert "[closed_hours]" in error["detail"]


NIGHT = '\n[closed_hours]\nzone = "Europe/Berlin"\nthen = "refuse"\nhours = ["00:00-24:00"]\n'


def test_a_page_in_closed_hours_says_so_beforehand_and_to_who_writes_all_the_same(api):
    page = "/api/v1/threads?page_url=https://herald.test/news/1"
    first = api.client.get(page)
    assert (first.json()["state"], first.json()["opens_at"]) == ("open", None)
    wrong = api.put("/api/v1/policies", {"policy": STRICTER + NIGHT.replace("Berlin", "Bonn")})
    assert "Line 18: There is no time zone 'Europe/Bonn'" in wrong.text
    assert api.put("/api/v1/policies", {"policy": STRICTER + NIGHT}).status_code == 200
    closed = api.client.get(page)
    assert (closed.json()["state"], closed.json()["opens_at"]) == ("closed", None)  # for ever
    assert closed.headers["ETag"] != first.headers["ETag"]
    refused = api.hand_in()
    assert refused.status_code == 403 and refused.json()["code"] == "page_closed"
    # Open again in an hour, whatever the time of this test is.
    at = datetime.now(UTC)
    begin, end = (at + timedelta(hours=hours) for hours in (-1, 1))
    window = f"{begin:%H:%M}-{end:%H:%M}"
    soon = NIGHT.replace("00:00-24:00", window).replace("Europe/Berlin", "UTC")
    assert api.put("/api/v1/policies", {"policy": STRICTER + soon}).status_code == 200
    opens_at = f"{end:%Y-%m-%dT%H:%M}:00.000Z"
    assert api.client.get(page).json()["opens_at"] == opens_at
    state = api.get("/api/v1/pages/state?page_url=https://herald.test/news/1").json()
    assert (state["state"], state["opens_at"]) == ("closed", opens_at)
    refused = api.hand_in()
    assert refused.status_code == 403
    assert f"They open again at {end:%Y-%m-%d %H:%M} (UTC)." in refused.json()["detail"]
    held = soon.replace("refuse", "hold")
    assert api.put("/api/v1/policies", {"policy": STRICTER + held}).status_code == 200
    assert api.client.get(page).json()["state"] == "premoderated"
    assert api.hand_in().status_code == 202
