"""/api/v1/proposals: what trainees propose, agreed with or decided otherwise, for the site's own comments alone."""

import os

from moderation.domain.decision import Outcome
from moderation.review import proposals
from moderation.review.explanation import Explanation
from tests.factories import key_of, newspaper
from tests.review.test_decisions import judged
from tests.service.console.console_browser import now

PATH = "/api/v1/proposals"


def proposed(api, *texts, outcome=Outcome.REJECT, sentence=""):
    ids = judged(api.store, api.site, *texts)
    made = [
        proposals.propose(
            api.store,
            "mod_bo",
            {api.site.id},
            id,
            outcome,
            Explanation(sentence=sentence),
            now=now(),
            entropy=os.urandom,
        )
        for id in ids
    ]
    return ids, [each.id for each in made]


def status(api, comment_id):
    return api.get(f"/api/v1/comments/{comment_id}").json()["status"]


def test_agreeing_decides_as_was_proposed_and_refusing_otherwise(api) -> None:
    ids, made = proposed(api, "bad", "bad too", sentence="Please be kind.")
    first = api.get(f"{PATH}?limit=1").json()
    assert [each["id"] for each in first["items"]] == made[:1]
    second = api.get(first["next"]).json()
    assert [each["id"] for each in second["items"]] == made[1:] and second["next"] is None
    shown = first["items"][0]
    assert (shown["outcome"], shown["state"], shown["comment"]["id"]) == ("reject", "open", ids[0])
    assert shown["actor"]["id"] == "mod_bo" and shown["answered_by"] is None
    agreed = api.post(f"{PATH}/{made[0]}/agree", {})
    assert agreed.status_code == 201
    assert (agreed.json()["state"], agreed.json()["answered_in"]) == ("agreed", 2)
    comment = api.get(f"/api/v1/comments/{ids[0]}").json()
    assert comment["status"] == "rejected" and comment["decision"]["sentence"] == "Please be kind."
    same = api.post(f"{PATH}/{made[1]}/refuse", {"outcome": "reject"})
    assert same.status_code == 422 and same.json()["errors"][0]["pointer"] == "/outcome"
    assert status(api, ids[1]) == "held"
    refused = api.post(f"{PATH}/{made[1]}/refuse", {"outcome": "approve"})
    assert refused.json()["state"] == "overturned" and status(api, ids[1]) == "approved"
    assert api.get(PATH).json()["items"] == []
    for act, body in (("agree", {}), ("refuse", {"outcome": "spam"})):
        assert api.post(f"{PATH}/{made[1]}/{act}", body).status_code == 409
    assert api.get(f"{PATH}/{made[0]}").json()["state"] == "agreed"


def test_another_site_sees_and_answers_nothing(api) -> None:
    [comment_id], [made] = proposed(api, "bad")
    theirs = key_of(api.store, newspaper(api.store, "Bob's blog", "https://blog.test"))
    assert api.get(PATH, theirs).json()["items"] == []
    assert api.get(f"{PATH}/{made}", theirs).status_code == 404
    assert api.post(f"{PATH}/{made}/agree", {}, theirs).status_code == 404
    assert api.post(f"{PATH}/{made}/refuse", {"outcome": "spam"}, theirs).status_code == 404
    assert status(api, comment_id) == "held"
