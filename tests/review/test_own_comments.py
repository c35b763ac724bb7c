"""A person's own queue: what they have claimed, then what they decided about, the latest first, in pages."""

import os
import random
from dataclasses import replace

import pytest

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.review import bulk_sets, claims, decisions
from moderation.review.search import Criteria, search
from moderation.store import own_comments
from moderation.upkeep.erase import erase
from tests.factories import NOON, hand_in, newspaper, reply


def decide(store, site, comment_id, at, by="mod_ada", outcome=Outcome.REJECT):
    clock = {"now": NOON + at, "entropy": os.urandom}
    decisions.decide(store, by, {site.id}, comment_id, outcome, **clock)


def list_own(store, person_id, site_ids, after="", limit=25, **conditions):
    wanted = Criteria(queue="mine", person=person_id, order="listed", **conditions)
    return search(store, site_ids, wanted, after, limit, now=NOON)


def pages(store, person_id, sites, limit=2):
    """The ids on each page."""
    found, after = [], None
    while after != "" and len(found) < 50:
        results = list_own(store, person_id, [site.id for site in sites], after or "", limit)
        found.append([card.id for card in results.cards])
        after = results.after
    return found


def test_what_is_claimed_comes_first_then_the_latest_decision(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    ids = hand_in(store, *(reply(site, f"Number {n}.") for n in range(6)))
    [elsewhere] = hand_in(store, reply(other))
    for at, n in enumerate((3, 0, 4)):
        decide(store, site, ids[n], at)
    decide(store, other, elsewhere, 4)
    decide(store, site, ids[1], 5, by="mod_bo")
    # Once more about one, and somebody else about another: each is listed once, as before.
    decide(store, site, ids[3], 6, outcome=Outcome.APPROVE)
    decide(store, site, ids[0], 7, by="mod_bo", outcome=Outcome.APPROVE)
    claims.claim(store, "mod_ada", {site.id}, ids[5])
    claims.claim(store, "mod_bo", {site.id}, ids[2])
    assert pages(store, "mod_ada", [site]) == [[ids[5], ids[3], ids[4]], [ids[0]]]
    assert pages(store, "mod_ada", [site, other]) == [[ids[5], ids[3], elsewhere], [ids[4], ids[0]]]
    assert pages(store, "mod_bo", [site]) == [[ids[2], ids[0], ids[1]]]
    assert pages(store, "mod_cy", [site]) == [[]]
    erase(store, {site.id}, ids[3], now=NOON + 8, entropy=os.urandom)
    assert pages(store, "mod_ada", [site]) == [[ids[5], ids[4], ids[0]]]


@pytest.mark.parametrize("after", ["x", "1.", "9" * 30 + ".cmt_1", ".", "-1.cmt"])
def test_a_place_that_cannot_be_is_the_beginning(store, after):
    site = newspaper(store)
    [comment_id] = hand_in(store, reply(site))
    decide(store, site, comment_id, 0)
    found = list_own(store, "mod_ada", [site.id], after)
    assert [card.id for card in found.cards] == [comment_id] and not found.after


def test_pages_go_on_where_many_decisions_are_of_one_moment_or_of_other_sites(store, monkeypatch):
    monkeypatch.setattr(own_comments, "PIECE", 3)
    monkeypatch.setattr(own_comments, "_PIECES", 2)
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    places = random.Random(7).choices((site, other), k=30)
    ids = hand_in(store, *(reply(place, f"Number {n}.") for n, place in enumerate(places)))
    for n, (place, comment_id) in enumerate(zip(places, ids, strict=True)):
        decide(store, place, comment_id, n // 10)
    here = {id for place, id in zip(places, ids, strict=True) if place is site}
    listed = pages(store, "mod_ada", [site], 4)
    flat = [id for page in listed for id in page]
    assert flat == [id for tens in (20, 10, 0) for id in sorted(here & set(ids[tens : tens + 10]), reverse=True)]  # fmt: skip
    assert all(len(page) <= 4 for page in listed)


def test_all_that_match_among_ones_own_follows_ones_own_alone_and_so_far(store, monkeypatch):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    ids = hand_in(store, *(reply(site, f"Number {n}.") for n in range(9)))
    [elsewhere] = hand_in(store, reply(other))
    decide(store, other, elsewhere, 0)
    for n in (0, 2, 3, 5):
        decide(store, site, ids[n], n, outcome=Outcome.SPAM if n == 5 else Outcome.REJECT)
    decide(store, site, ids[3], 6, by="mod_bo", outcome=Outcome.APPROVE)
    decide(store, site, ids[4], 7, by="mod_bo")
    claims.claim(store, "mod_ada", {site.id}, ids[8])
    mine = Criteria(queue="mine", person="mod_ada")
    for criteria, expected in (
        (mine, [0, 2, 3, 5, 8]),
        (replace(mine, status=Status.REJECTED), [0, 2]),
        (replace(mine, query="number"), []),  # nothing is indexed yet
    ):
        looked = bulk_sets.preview(store, site.id, criteria, NOON)
        asked = (store, site.id, criteria, looked.count, looked.snapshot)
        seen = bulk_sets.matching(*asked, now=NOON)
        assert [id for id, _ in seen] == [ids[n] for n in expected]
    monkeypatch.setattr(bulk_sets, "PIECE", 2)
    monkeypatch.setattr(bulk_sets, "LOOKS", 3)
    assert bulk_sets.preview(store, site.id, mine, NOON).count == 5
    monkeypatch.setattr(bulk_sets, "LOOKS", 2)
    with pytest.raises(Invalid) as refused:
        bulk_sets.preview(store, site.id, mine, NOON)
    assert "add a condition, or `until`" in str(refused.value)
