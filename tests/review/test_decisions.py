"""Decisions: numbered, refused when somebody else was first, and only about comments of one's own site."""

import os
import threading

import pytest

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, NotFound
from moderation.judging.judge import judge
from moderation.reading.threads import find_page, list_approved
from moderation.review import decisions, queues
from moderation.review.live_queues import marks_of
from tests.factories import NOON, POLICY, hand_in, newspaper, panel, reply


def judged(store, site, *texts):
    ids = hand_in(store, *(reply(site, text) for text in texts))
    judge(
        store,
        panel(),
        POLICY,
        lease="w",
        lease_ms=1_000,
        limit=500,
        now=lambda: NOON + 1_000,
        entropy=os.urandom,
    )
    return ids


def decide(store, site, comment_id, outcome, sequence=None, by="mod_1"):
    return decisions.decide(
        store,
        by,
        {site.id},
        comment_id,
        outcome,
        expected_sequence=sequence,
        now=NOON + 2_000,
        entropy=os.urandom,
    )


def test_approval_publishes_and_rejection_unpublishes(store):
    site = newspaper(store)
    [comment_id] = judged(store, site, "a bad word")
    url = "https://herald.test/news/1"
    page = find_page(store, site.id, url)
    assert list_approved(store, page) == []
    assert decide(store, site, comment_id, Outcome.APPROVE).sequence == 2
    assert [c.id for c in list_approved(store, page)] == [comment_id]
    decide(store, site, comment_id, Outcome.SPAM)
    assert list_approved(store, page) == []
    history = queues.get_card(store, {site.id}, comment_id).decisions
    assert [(d.sequence, d.outcome) for d in history] == [
        (1, Outcome.HOLD),
        (2, Outcome.APPROVE),
        (3, Outcome.SPAM),
    ]


def test_a_decision_on_a_sequence_that_has_passed_is_refused(store):
    site = newspaper(store)
    [comment_id] = judged(store, site, "bad")
    decide(store, site, comment_id, Outcome.APPROVE, sequence=1)
    with pytest.raises(Conflict):
        decide(store, site, comment_id, Outcome.REJECT, sequence=1)
    assert queues.get_card(store, {site.id}, comment_id).status is Status.APPROVED


def test_of_simultaneous_decisions_one_is_stored(store):
    site = newspaper(store)
    ids = judged(store, site, *(f"bad {n}" for n in range(10)))
    start = threading.Barrier(5)
    won: list[str] = []

    def moderator(name):
        start.wait()
        for comment_id in ids:
            try:
                decide(store, site, comment_id, Outcome.APPROVE, sequence=1, by=name)
                won.append(comment_id)
            except Conflict:
                pass

    threads = [threading.Thread(target=moderator, args=(f"mod_{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(ids)


def test_comments_of_other_sites_are_not_found(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [hers] = judged(store, alice, "bad")
    for ask in (
        lambda id: queues.get_card(store, {bob.id}, id),
        lambda id: decide(store, bob, id, Outcome.APPROVE),
    ):
        messages = set()
        for id in (hers, "cmt_nobody"):
            with pytest.raises(NotFound) as caught:
                ask(id)
            messages.add(caught.value.message)
        assert len(messages) == 1
    assert queues.get_card(store, {alice.id}, hers).status is Status.HELD


def test_queues_page_oldest_first_and_filter_by_reason(store):
    site = newspaper(store)
    ids = judged(store, site, *(f"bad {n}" for n in range(7)), "fine")
    seen, after = [], ""
    while page := queues.list_queue(store, site.id, Status.HELD, after, 3):
        seen += [card.id for card in page]
        after = page[-1].id
    assert seen == ids[:7]
    assert len(queues.list_queue(store, site.id, Status.HELD, reason="toxic")) == 7
    assert queues.list_queue(store, site.id, Status.HELD, reason="spam") == []
    assert queues.list_queue(store, site.id, Status.HELD, reason="tox_c") == []  # no wildcard
    counts = marks_of(store, [site.id])[site.id].comments
    assert (counts[Status.HELD], counts[Status.APPROVED]) == (7, 1)
