"""Campaigns by API: listed, decided once, taken back; each site its own."""

import os
import time

import pytest

from moderation.domain.comment import PageRef
from moderation.judging.judge import judge
from moderation.scorers.spam.history import HistorySignals
from tests.factories import POLICY, Scripted, hand_in, key_of, newspaper, panel, reply

PITCH = "bad news: I recovered all of my stolen money with the help of a professional team, write to them"


@pytest.fixture
def flood(api):
    """Eight copies, held; their ids."""
    now = time.time_ns() // 1_000_000
    pages = [PageRef(f"https://herald.test/{n}", "News") for n in range(8)]
    ids = hand_in(
        api.store, *(reply(api.site, PITCH, at=now + n, page=page) for n, page in enumerate(pages))
    )
    judge(
        api.store,
        panel(HistorySignals(), Scripted()),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=500,
        now=lambda: now + 1_000,
        entropy=os.urandom,
    )
    return ids


def test_a_campaign_is_listed_decided_and_taken_back(api, flood):
    [campaign] = api.get("/api/v1/campaigns").json()["items"]
    assert campaign["sentence"] == "Same text from 1 name on 8 pages in a minute."
    assert campaign["counted"]["comments"] == 8 and campaign["comments"] == {"held": 8}
    assert campaign["in_force"] is None and campaign["sequence"] == 0
    assert api.get("/api/v1/campaigns?waiting=true").json()["items"] == [campaign]
    url = f"/api/v1/campaigns/{campaign['id']}"
    assert api.get(url).json() == campaign
    assert api.get(f"/api/v1/comments/{flood[0]}").json()["campaign_id"] == campaign["id"]

    decided = api.post(f"{url}/decisions", {"outcome": "spam", "sequence": 0})
    assert decided.status_code == 201
    assert decided.json() == {
        "campaign_id": campaign["id"],
        "sequence": 1,
        "outcome": "spam",
        "changed": 8,
        "left": 0,
        "left_published": 0,
    }
    assert api.get(f"/api/v1/comments/{flood[3]}").json()["status"] == "spam"
    assert api.post(f"{url}/decisions", {"outcome": "approve", "sequence": 0}).status_code == 409
    after = api.get(url).json()
    assert after["in_force"] == "spam" and after["decisions"][0]["done"] is True
    assert api.get("/api/v1/campaigns?waiting=true").json()["items"] == []

    assert api.post(f"{url}/undo", {"sequence": 1}).json()["changed"] == 8
    assert api.post(f"{url}/undo", {}).status_code == 409
    assert api.get(url).json()["comments"] == {"held": 8}


def test_members_come_in_pages_and_can_be_taken_out(api, flood):
    url = f"/api/v1/campaigns/{api.get('/api/v1/campaigns').json()['items'][0]['id']}"
    seen, following = [], f"{url}/comments?limit=3"
    while following:
        page = api.get(following).json()
        seen += [campaign["id"] for campaign in page["items"]]
        following = page["next"]
    assert seen == flood
    out = api.post(f"{url}/exclusions", {"comment_ids": flood[:1]})
    assert out.json()["excluded"] == 1
    made = api.post(f"{url}/splits", {"comment_ids": flood[1:4]})
    assert made.status_code == 201 and made.json()["comments"] == {"held": 3}
    assert api.get(made.headers["location"]).json() == made.json()
    assert api.get(url).json()["comments"] == {"held": 4}
    assert len(api.get("/api/v1/campaigns?limit=1").json()["items"]) == 1


def test_nonsense_is_refused_and_other_sites_see_nothing(api, flood):
    url = f"/api/v1/campaigns/{api.get('/api/v1/campaigns').json()['items'][0]['id']}"
    for path, body in (
        ("decisions", {"outcome": "burn"}),
        ("decisions", {}),
        ("decisions", {"outcome": "spam", "sequence": -1}),
        ("undo", {"sequence": "1"}),
        ("exclusions", {"comment_ids": []}),
        ("exclusions", {"comment_ids": ["../x"]}),
        ("splits", {"comment_ids": "all"}),
    ):
        answer = api.post(f"{url}/{path}", body)
        assert answer.status_code == 422, (path, body)
        assert answer.headers["content-type"] == "application/problem+json"
    assert api.post(f"{url}/exclusions", {"comment_ids": ["cmt_nobody"]}).status_code == 404
    assert api.get("/api/v1/campaigns/cmp_nothing").status_code == 404
    assert api.get("/api/v1/campaigns", api.publishable).status_code == 403
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/campaigns", other).json()["items"] == []
    assert api.get(url, other).status_code == 404
    assert api.post(f"{url}/decisions", {"outcome": "spam"}, other).status_code == 404
    assert api.get(url).json()["sequence"] == 0


def test_what_waits_with_a_ruling_is_listed_and_decided_apart(api, flood):
    url = f"/api/v1/campaigns/{api.get('/api/v1/campaigns').json()['items'][0]['id']}"
    refused = api.post(f"{url}/decisions", {"outcome": "spam", "held": True})
    assert refused.status_code == 409
    api.post(f"{url}/decisions", {"outcome": "spam"})
    now = time.time_ns() // 1_000_000
    late = hand_in(
        api.store, reply(api.site, PITCH, at=now, page=PageRef("https://herald.test/9", "News"))
    )
    judge(
        api.store,
        panel(HistorySignals(), Scripted()),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=500,
        now=lambda: now + 1_000,
        entropy=os.urandom,
    )
    assert api.get("/api/v1/campaigns?waiting=true").json()["items"] == []
    [ruled] = api.get("/api/v1/campaigns?ruled=true").json()["items"]
    assert (ruled["held_with_ruling"], ruled["in_force"]) == (1, "spam")
    done = api.post(f"{url}/decisions", {"outcome": "approve", "held": True}).json()
    assert done["changed"] == 1
    assert api.get(f"/api/v1/comments/{late[0]}").json()["status"] == "approved"
    assert api.get(url).json()["in_force"] == "spam"
    assert api.get("/api/v1/campaigns?ruled=true").json()["items"] == []
