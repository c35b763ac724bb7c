"""Claims: one person at a time, until a decision, a release or the database's clock ends it."""

import os
import threading

import pytest
import sqlalchemy as sa

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Claimed, Conflict, NotFound
from moderation.review import claims, decisions, queues
from moderation.store.sql.schema import claims as claim_rows
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, newspaper
from tests.review.test_decisions import judged


def decide(store, site, comment_id, by, **options):
    clock = {"now": NOON, "entropy": os.urandom}
    return decisions.decide(store, by, {site.id}, comment_id, Outcome.REJECT, **options, **clock)


def claim(store, site, comment_id, by="mod_ada", **options):
    return claims.claim(store, by, {site.id}, comment_id, **options)


def expire(store):
    with store.write() as connection:
        connection.execute(sa.update(claim_rows).values(until=1))


def claimed(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).claim


def test_what_one_has_claimed_another_decides_only_knowingly(store):
    site = newspaper(store)
    [comment_id] = judged(store, site, "bad")
    made = claim(store, site, comment_id)
    assert claimed(store, site, comment_id) == made
    for forbidden in (
        lambda: decide(store, site, comment_id, "mod_bo"),
        lambda: claim(store, site, comment_id, "mod_bo"),
        lambda: claims.release(store, "mod_bo", {site.id}, comment_id),
    ):
        with pytest.raises(Claimed) as refused:
            forbidden()
        assert "mod_ada" in refused.value.message
        assert refused.value.members["claim"]["actor"]["id"] == "mod_ada"
    assert queues.get_card(store, {site.id}, comment_id).status is Status.HELD
    assert claim(store, site, comment_id, "mod_bo", take_over=True).moderator_id == "mod_bo"
    with pytest.raises(Claimed):
        decide(store, site, comment_id, "mod_ada")
    decide(store, site, comment_id, "mod_ada", take_over=True)
    assert claimed(store, site, comment_id) is None
    claim(store, site, comment_id, "mod_bo")
    undo = (store, "mod_ada", {site.id}, comment_id)
    clock = {"now": NOON, "entropy": os.urandom}
    with pytest.raises(Claimed):
        decisions.undo(*undo, **clock)
    assert decisions.undo(*undo, take_over=True, **clock).outcome is Outcome.HOLD


def test_a_claim_ends_with_its_time_a_release_a_decision_or_the_comment(store):
    site = newspaper(store)
    expired, released, decided, erased = judged(store, site, *(f"bad {n}" for n in range(4)))
    for comment_id in (expired, released, decided, erased):
        claim(store, site, comment_id)
    expire(store)
    assert claimed(store, site, expired) is None
    decide(store, site, expired, "mod_bo")
    for comment_id in (released, decided, erased):
        assert claim(store, site, comment_id).until > 1
    claims.release(store, "mod_ada", {site.id}, released)
    claims.release(store, "mod_ada", {site.id}, released)  # which changes nothing more
    decide(store, site, decided, "mod_ada")
    erase(store, {site.id}, erased, now=NOON, entropy=os.urandom)
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(claim_rows)) == 0
    with pytest.raises(NotFound):
        claim(store, site, erased)


def test_a_claim_is_renewed_by_whoever_has_it_and_forgotten_when_it_is_over(store):
    site = newspaper(store)
    [comment_id] = judged(store, site, "bad")
    first = claim(store, site, comment_id)
    assert claim(store, site, comment_id).until >= first.until
    purge(store, NOON, 24)
    assert claimed(store, site, comment_id)
    expire(store)
    purge(store, NOON, 24)
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(claim_rows)) == 0


def test_a_queue_leaves_out_what_others_have_claimed(store):
    site = newspaper(store)
    mine, theirs, free = judged(store, site, *(f"bad {n}" for n in range(3)))
    claim(store, site, mine)
    claim(store, site, theirs, "mod_bo")

    def listed(**options):
        cards = queues.list_queue(
            store, site.id, Status.HELD, not_of_others="mod_ada", limit=2, **options
        )
        return [card.id for card in cards]

    assert listed() == listed(reason="toxic") == listed(alone=True) == [mine, free]
    assert listed(after=mine) == [free]
    expire(store)
    assert listed() == [mine, theirs]


def test_comments_of_other_sites_are_not_claimed(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [hers] = judged(store, alice, "bad")
    for ask in (lambda: claim(store, bob, hers), lambda: claim(store, bob, "cmt_nobody")):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotFound):
        claims.release(store, "mod_bo", {bob.id}, hers)
    assert claimed(store, alice, hers) is None


def test_of_two_at_once_one_has_each_comment_and_each_is_decided_once(store):
    site = newspaper(store)
    ids = judged(store, site, *(f"bad {n}" for n in range(12)))
    start = threading.Barrier(2)
    won: dict[str, list[str]] = {"mod_ada": [], "mod_bo": []}

    def moderator(name):
        start.wait()
        for comment_id in ids:
            try:
                claim(store, site, comment_id, name)
                decide(store, site, comment_id, name, expected_sequence=1)
                won[name].append(comment_id)
            except Conflict:
                pass

    threads = [threading.Thread(target=moderator, args=(name,)) for name in won]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted([*won["mod_ada"], *won["mod_bo"]]) == sorted(ids)
    histories = [queues.get_card(store, {site.id}, id).decisions for id in ids]
    assert [len(history) for history in histories] == [2] * len(ids)
