"""Old spam is erased automatically; what a moderator took out of the spam stays."""

import os

import pytest

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.doorbell import Doorbell
from moderation.notify import endpoints
from moderation.review import decisions, queues
from moderation.review.explanation import Explanation
from moderation.settings import Settings
from moderation.upkeep.erase import empty_spam
from tests.factories import NOON, hand_in, newspaper, reply
from tests.intake.test_submit import rows
from workers import tasks
from workers.app import process
from workers.worker import WorkerContext


def ruled(store, site, comment_id, outcome, now):
    decisions.decide(store, "mod_1", {site.id}, comment_id, outcome, now=now, entropy=os.urandom)


def emptied(store, before, limit=200):
    return empty_spam(store, before, now=NOON + 90 * DAY_MS, entropy=os.urandom, limit=limit)


def status(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).status


def test_spam_goes_when_its_days_are_over(store):
    site = newspaper(store)
    old, late, honest, rescued = hand_in(
        store, *(reply(site, text) for text in ("pills", "more pills", "tea", "coffee"))
    )
    ruled(store, site, old, Outcome.SPAM, NOON)
    ruled(store, site, late, Outcome.SPAM, NOON + 5 * DAY_MS)  # an old comment, found out late
    ruled(store, site, honest, Outcome.APPROVE, NOON)
    ruled(store, site, rescued, Outcome.SPAM, NOON)
    ruled(store, site, rescued, Outcome.APPROVE, NOON + DAY_MS)
    assert emptied(store, NOON) == 0
    assert emptied(store, NOON + 2 * DAY_MS) == 1
    assert emptied(store, NOON + 2 * DAY_MS) == 0
    assert status(store, site, old) is Status.ERASED
    assert status(store, site, late) is Status.SPAM
    assert status(store, site, honest) is status(store, site, rescued) is Status.APPROVED
    assert {row.text for row in rows(store, "revisions")} == {"", "more pills", "tea", "coffee"}
    assert emptied(store, NOON + 6 * DAY_MS) == 1


def test_a_full_quarantine_is_emptied_piece_by_piece_on_every_site(store):
    for site in (newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")):
        endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
        for comment_id in hand_in(store, *(reply(site, f"pills {n}") for n in range(3))):
            ruled(store, site, comment_id, Outcome.SPAM, NOON)
    assert [emptied(store, NOON + DAY_MS, limit=4) for _ in range(3)] == [4, 2, 0]
    erased_events = [row for row in rows(store, "events") if row.type == "comment.erased"]
    assert len(erased_events) == 6


@pytest.mark.parametrize(("days", "left"), [(0, Status.SPAM), (30, Status.ERASED)])
def test_the_sweep_empties_it_where_a_setting_says_so(store, tmp_path, monkeypatch, days, left):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site, "pills"))
    now = now_ms()  # the tests' noon, or long after
    ruled(store, site, comment_id, Outcome.SPAM, NOON)
    settings = Settings(data=tmp_path, spam_days=days)
    worker = WorkerContext(settings, "courier", store, Doorbell("redis://127.0.0.1:1"), "w")
    worker.now = lambda: max(now, NOON + 31 * DAY_MS)
    monkeypatch.setattr(process, "_context", worker)
    worker.bell.ring = lambda name: None
    tasks.run_due_work()
    assert status(store, site, comment_id) is left


def test_spam_is_found_by_its_reason(store):
    site = newspaper(store)
    pills, links = hand_in(store, reply(site, "pills"), reply(site, "links"))
    for comment_id, why in ((pills, "spam"), (links, "off_topic")):
        decisions.decide(
            store,
            "mod_1",
            {site.id},
            comment_id,
            Outcome.SPAM,
            Explanation(why),
            now=NOON,
            entropy=os.urandom,
        )
    [card] = queues.list_queue(store, site.id, Status.SPAM, "", 10, "off_topic")
    assert card.id == links
