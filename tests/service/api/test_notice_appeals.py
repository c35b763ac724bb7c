"""The appeal of whoever sent a notice: by API and on its page, answered by another person, forgotten with the notice."""

import os

import pytest

from moderation.clock import now_ms
from moderation.domain.appeal import Answer
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict
from moderation.domain.person import PersonRef
from moderation.review import appeals
from moderation.store.sql.schema import appeals as appeals_table
from moderation.upkeep import people
from moderation.upkeep.retention import purge
from tests.factories import key_of
from tests.service.api.test_changes import decide, path_of
from tests.service.api.test_legal_notices import NOTICE, notify, outcome, published


@pytest.fixture
def kept(api):
    """A receipt of a comment, and that of a notice about it that changed nothing."""
    receipt = published(api)
    taken = notify(api, receipt).json()
    decide(api, receipt)
    assert outcome(api, taken)["state"] == "kept"
    return receipt, taken


def appeal(api, taken, text="It names her school."):
    headers = {"Authorization": f"Bearer {taken['token']}"}
    return api.client.post(
        f"/api/v1/notices/{taken['id']}/appeal", json={"text": text}, headers=headers
    )


def answer(api, taken, outcome):
    """By another key, which is another person."""
    [waiting] = api.get("/api/v1/appeals").json()["items"]
    assert waiting["notice_id"] == taken["id"]
    body = {"outcome": outcome, "note": "You are right."}
    other = key_of(api.store, api.site)
    return api.post(f"/api/v1/appeals/{waiting['id']}/decide", body, other)


def test_another_person_removes_what_was_kept(api, kept):
    receipt, taken = kept
    made = appeal(api, taken)
    assert made.status_code == 201
    assert made.json()["appeal"]["state"] == "open"
    again = appeal(api, taken)
    assert (again.status_code, again.json()["code"]) == (409, "not_appealable")
    assert answer(api, taken, "overturn").json()["state"] == "overturned"
    told = outcome(api, taken)["appeal"]
    assert (told["state"], told["note"]) == ("overturned", "You are right.")
    token = {"Authorization": f"Bearer {receipt['author_token']}"}
    own = api.client.get(path_of(receipt), headers=token).json()
    assert (own["status"], own["statement"]["ground"], own["appeal"]) == ("rejected", "law", None)
    # Its writer may appeal in turn, and knows nothing of who else did.
    assert api.client.post(f"{path_of(receipt)}/appeal", json={}, headers=token).status_code == 201
    assert "school" not in api.client.get(path_of(receipt), headers=token).text


def test_the_decision_stands_and_cannot_be_appealed_twice(api, kept):
    receipt, taken = kept
    appeal(api, taken)
    assert answer(api, taken, "uphold").json()["state"] == "upheld"
    assert outcome(api, taken)["appeal"]["state"] == "upheld"
    assert api.get(path_of(receipt)).json()["status"] == "approved"
    assert appeal(api, taken).status_code == 409


def test_who_decided_does_not_answer(api, kept):
    _, taken = kept
    appeal(api, taken)
    [waiting] = api.get("/api/v1/appeals").json()["items"]
    by = waiting["decided_by"]["id"]
    with pytest.raises(Conflict, match="another person"):
        appeals.decide(
            api.store,
            by,
            {api.site.id},
            waiting["id"],
            Answer.OVERTURN,
            now=now_ms(),
            entropy=os.urandom,
        )


@pytest.mark.parametrize(
    ("decision", "state"),
    [(Outcome.REJECT, "overturned"), (Outcome.SPAM, "overturned"), (Outcome.APPROVE, "upheld"), (Outcome.HOLD, "closed")],
)  # fmt: skip
def test_another_persons_decision_in_the_queue_answers_it(api, kept, decision, state):
    receipt, taken = kept
    appeal(api, taken)
    answer = api.post(
        f"{path_of(receipt)}/decisions", {"outcome": decision.value}, key_of(api.store, api.site)
    )
    assert answer.status_code == 201
    assert outcome(api, taken)["appeal"]["state"] == state


def test_only_what_was_decided_against_a_notice_can_be_appealed(api):
    receipt = published(api)
    taken = notify(api, receipt).json()
    assert appeal(api, taken).status_code == 409  # nobody has decided
    decide(api, receipt, Outcome.REJECT)
    assert appeal(api, taken).status_code == 409  # as its sender wished
    assert appeal(api, taken | {"token": receipt["author_token"]}).status_code == 401
    assert appeal(api, taken | {"id": "ntc_none"}).status_code == 401


def test_on_the_page_of_the_notice(api, kept):
    _, taken = kept
    path = f"/notices/{taken['id']}/{taken['token']}"
    assert f'action="{path}/appeal"' in api.client.get(path).text
    refused = api.client.post(f"{path}/appeal", data={"text": "x" * 2_001})
    assert refused.status_code == 422 and "x" * 2_001 in refused.text
    sent = api.client.post(f"{path}/appeal", data={"text": "<b>School</b>", "lang": "de"})
    assert sent.url.path == path and "Ihr Widerspruch ist angekommen." in sent.text
    assert "/appeal" not in sent.text and "<b>" not in sent.text
    assert api.client.post(f"{path}/appeal", data={"text": ""}).status_code == 409


def test_what_it_says_is_handed_out_to_its_sender_and_forgotten_with_the_notice(api, kept):
    _, taken = kept
    appeal(api, taken)
    ref = PersonRef(email=NOTICE["email"])
    keys = people.keys_of(api.store, ref, [api.site.id])
    [sent] = people.sent_notices(api.store, keys, [api.site.id])
    assert sent.appeals == ("It names her school.",)
    purge(api.store, now_ms() + 400 * DAY_MS, 24)
    with api.store.read() as connection:
        [row] = connection.execute(appeals_table.select()).all()
    assert row.text == ""
