"""How long comments are kept: read, tried, set; what is refused, and what nobody but the site may see."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.event import iso
from moderation.review import decisions
from moderation.store import decisions as decisions_of
from moderation.store.sql.schema import audit
from moderation.upkeep.expiry import delete_expired, get_terms
from tests.factories import hand_in, key_of, newspaper, reply

HOME = "/api/v1/retention"
NO_TERMS = dict.fromkeys(("approved", "held", "rejected", "spam", "withdrawn"))


def put(api, terms, key=""):
    headers = {"Authorization": f"Bearer {key or api.secret}"}
    return api.client.put(HOME, json=terms, headers=headers)


def rejected(api, days_ago):
    at = now_ms() - days_ago * DAY_MS
    [id] = hand_in(api.store, reply(api.site, at=at))
    decisions.decide(api.store, "m", {api.site.id}, id, Outcome.REJECT, now=at, entropy=os.urandom)
    return id


def test_terms_are_tried_and_then_set_and_the_audit_says_by_which_key(api):
    oldest = rejected(api, 50)
    for days_ago in (40, 1):
        rejected(api, days_ago)
    with api.store.read() as connection:
        now_of_oldest = decisions_of.latest(connection, [oldest])[oldest].created_at
    assert api.get(HOME).json() == NO_TERMS
    terms = {"rejected": 30, "spam": 0}
    tried = api.post(f"{HOME}/preview", terms).json()["would_delete"]
    assert [(each["status"], each["days"], each["comments"]) for each in tried] == [
        ("rejected", 30, 2),
        ("spam", 0, 0),
    ]
    assert tried[0]["oldest_at"] == iso(now_of_oldest)
    assert tried[1]["oldest_at"] is None
    assert api.get(HOME).json() == NO_TERMS, "a trial sets nothing"
    assert put(api, terms).json() == NO_TERMS | terms == api.get(HOME).json()
    assert delete_expired(api.store, now_ms(), os.urandom) == 2
    with api.store.read() as connection:
        made = connection.execute(
            sa.select(audit).where(audit.c.change == "site.retention_changed")
        ).one()
    assert made.actor.startswith("key_")
    assert json.loads(made.after_json) == {"days": terms}
    assert put(api, {}).json() == NO_TERMS


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        ({"rejected": -1}, "/rejected"),
        ({"rejected": 36_501}, "/rejected"),
        ({"rejected": "30"}, "/rejected"),
        ({"pending": 3}, "/pending"),
    ],
)
def test_what_can_be_no_term_is_refused_with_its_field(api, terms, pointer):
    for answer in (put(api, terms), api.post(f"{HOME}/preview", terms)):
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert api.get(HOME).json() == NO_TERMS


def test_another_sites_key_sees_and_sets_its_own(api):
    other = newspaper(api.store, "Bob's Blog", "https://bob.test")
    rejected(api, 50)
    key = key_of(api.store, other)
    assert put(api, {"rejected": 7}, key).status_code == 200
    assert get_terms(api.store, api.site.id) == {}
    assert get_terms(api.store, other.id) == {Status.REJECTED: 7}
    answer = api.client.post(
        f"{HOME}/preview", json={"rejected": 7}, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.json()["would_delete"][0]["comments"] == 0
    assert delete_expired(api.store, now_ms(), os.urandom) == 0
