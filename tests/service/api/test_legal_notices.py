"""Notices of illegal content: a receipt, a queue of their own, an outcome for whoever sent it, and no word to others."""

import re

import pytest

from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.upkeep.retention import purge
from tests.factories import key_of, newspaper
from tests.service.api.test_changes import decide, delete, path_of

NOTICE = {
    "why": "It names where my daughter goes to school.",
    "name": "Nora Noticer",
    "email": "nora@private.test",
    "good_faith": True,
}


def notify(api, receipt, **changes):
    return api.client.post(f"{path_of(receipt)}/notices", json=NOTICE | changes)


def waiting(api, state="open"):
    return api.get(f"/api/v1/notices?state={state}").json()["items"]


def outcome(api, taken):
    token = {"Authorization": f"Bearer {taken['token']}"}
    return api.client.get(f"/api/v1/notices/{taken['id']}", headers=token).json()


def published(api):
    receipt = api.hand_in().json()
    decide(api, receipt)
    return receipt


def test_a_decision_about_the_comment_answers_its_notices(api):
    receipt = published(api)
    answer = notify(api, receipt)
    assert answer.status_code == 201 and "no-store" in answer.headers["cache-control"]
    taken = answer.json()
    assert outcome(api, taken)["state"] == "open"
    [notice] = waiting(api)
    assert (notice["comment_id"], notice["why"]) == (receipt["id"], NOTICE["why"])
    assert (notice["name"], notice["email"]) == (NOTICE["name"], NOTICE["email"])
    assert notice["age_seconds"] >= 0
    decide(api, receipt, Outcome.HOLD)
    assert outcome(api, taken)["state"] == "open"  # the last word is not said
    decide(api, receipt, Outcome.REJECT)
    told = outcome(api, taken)
    assert told["state"] == "removed" and told["decided_at"] and waiting(api) == []
    api.post(f"{path_of(receipt)}/undo", {})
    assert outcome(api, taken)["state"] == "open"
    decide(api, receipt)
    assert outcome(api, taken)["state"] == "kept"
    assert "Nora" not in str(told) and "nora@" not in str(told)
    # Nobody else is told anything.
    for public in (path_of(receipt), "/api/v1/threads?page_url=https://herald.test/news/1"):
        token = {"Authorization": f"Bearer {receipt['author_token']}"}
        assert "Nora" not in api.client.get(public, headers=token).text
    wrong = {"Authorization": f"Bearer {receipt['author_token']}"}
    assert api.client.get(f"/api/v1/notices/{taken['id']}", headers=wrong).status_code == 401
    other = key_of(api.store, newspaper(api.store, "Bob's", "https://bob.test"))
    assert api.get("/api/v1/notices?state=kept", other).json()["items"] == []
    assert api.client.get("/api/v1/notices").status_code == 401


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"good_faith": False, "why": " "}, {"/good_faith", "/why"}),
        ({"name": "", "email": ""}, {"/name", "/email"}),
        ({"email": "nora"}, {"/email"}),
    ],
)
def test_what_the_law_asks_for_must_be_there(api, changes, pointers):
    receipt = published(api)
    answer = notify(api, receipt, **changes)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert "nora" not in answer.text.lower()
    assert waiting(api) == []


def test_only_what_readers_see_can_be_notified_and_child_abuse_without_a_name(api):
    hidden = api.hand_in(text="Nobody sees me.").json()
    assert notify(api, hidden).status_code == 404
    assert api.client.get(f"/notices/new?comment={hidden['id']}").status_code == 404
    receipt = published(api)
    taken = notify(api, receipt, name="", email="", child_abuse=True)
    assert taken.status_code == 201
    [notice] = waiting(api)
    assert notice["name"] is None and notice["email"] is None
    delete(api, receipt)
    assert outcome(api, taken.json())["state"] == "gone"


def test_who_sent_it_is_forgotten_in_time(api):
    receipt = published(api)
    taken = notify(api, receipt).json()
    later = now_ms() + 40 * DAY_MS
    purge(api.store, later, 24)
    assert waiting(api)[0]["name"] == NOTICE["name"]  # it waits still
    decide(api, receipt, Outcome.REJECT)
    purge(api.store, later, 24)
    [notice] = waiting(api, "removed")
    assert (notice["name"], notice["email"], notice["why"]) == (None, None, None)
    assert outcome(api, taken)["state"] == "removed"


def test_without_javascript_one_fills_in_a_form_and_keeps_the_page_it_leads_to(api):
    receipt = published(api)
    page = api.client.get(f"/notices/new?comment={receipt['id']}&lang=de").text
    assert "A fine article." in page and '<html lang="de"' in page and "<script" not in page
    form = {"comment": receipt["id"], "lang": "de", "why": "<b>Weil.</b>", "name": "Nora"}
    refused = api.client.post("/notices/new", data=form)
    assert refused.status_code == 422 and "Bitte geben Sie Ihre E-Mail-Adresse an." in refused.text
    assert "&lt;b&gt;Weil.&lt;/b&gt;</textarea>" in refused.text
    form |= {"email": "nora@private.test", "good_faith": "1"}
    sent = api.client.post("/notices/new", data=form, follow_redirects=False)
    assert sent.status_code == 303
    assert re.fullmatch(
        r"/notices/ntc_\w{26}/ghn_[0-9a-f]{32}\?lang=de", url := sent.headers["location"]
    )
    assert "Die Moderation wird darüber entscheiden." in api.client.get(url).text
    decide(api, receipt)
    assert "Der Kommentar bleibt." in api.client.get(url).text
    assert api.client.get(url.replace("ghn_", "ghn_0")).status_code == 401
