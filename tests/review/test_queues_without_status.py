"""What is reported, proposed or one's own, narrowed down and put in order; what has the same text or network; on both databases."""

import os
import random

import pytest

from moderation.domain.comment import AuthorRef, Context, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.report import Reporter, ReportReason
from moderation.review import (
    bulk_sets,
    claims,
    comment_context,
    decisions,
    proposals,
    queue_counts,
    views,
)
from moderation.review.search import Criteria, search
from moderation.store import decisions as stored_decisions
from moderation.store import own_comments, queue_search, reports
from moderation.store import search as stored_search
from moderation.upkeep.erase import erase
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply
from tests.review.test_campaigns import PITCH, post
from tests.review.test_campaigns import run as judge_campaigns
from tests.review.test_order import measured
from tests.review.test_search import approve

CLOCK = {"now": NOON, "entropy": os.urandom}
ADA = "mod_ada"


def listed(store, sites, queue, size=3, **criteria):
    """The ids on all pages; what is on none twice, and no page longer than it may be."""
    criteria.setdefault("order", "listed")
    person = ADA if queue == "mine" else ""
    wanted = Criteria(queue=queue, person=person, **criteria)
    ids, after = [], ""
    for _ in range(100):
        found = search(store, [site.id for site in sites], wanted, after, size, now=NOON)
        assert len(found.cards) <= size or (queue == "mine" and not after)
        ids += [card.id for card in found.cards]
        after = found.after
        if not after:
            break
    assert not after and len(ids) == len(set(ids))
    return ids


@pytest.fixture
def small(monkeypatch):
    """Pages as beside a million comments: a request looks at a few alone."""
    monkeypatch.setattr(stored_search, "LOOKED_AT", 4)
    monkeypatch.setattr(queue_search, "LOOKED_AT", 4)
    monkeypatch.setattr(own_comments, "PIECE", 3)


def report(store, comment_id, at, reason=ReportReason.SPAM):
    """A reader's report, of what is held as well: they had the page open."""
    with store.write() as connection:
        standing = stored_decisions.standings(connection, [comment_id])[comment_id]
        reader = Reporter("r" * 64, "")
        reports.add(connection, standing, reason, "", reader, NOON + at, os.urandom)


def furnish(store, site, queue):
    """Twenty comments in a queue, in its order, every other one of Ann about tea, held; of the others Bob's, approved."""
    ann, bob = ("Good tea.", AuthorRef("Ann Reed")), ("A harbour.", AuthorRef("Bob"))
    both = [reply(site, text, author=author) for text, author in (ann, bob) * 10]
    ids = hand_in(store, *both)
    approve(store, site, ids[1::2])
    approve(store, site, ids[::2], Outcome.HOLD, "other")
    shuffled = random.Random(5).sample(ids, len(ids))
    for n, id in enumerate(shuffled):
        if queue == "reported":
            report(store, id, n, ReportReason.ABUSE if id in ids[:4] else ReportReason.SPAM)
        elif queue == "proposed":
            clock = {"now": NOON + n, "entropy": os.urandom}
            proposals.propose(store, "mod_bo", {site.id}, id, Outcome.REJECT, **clock)
        else:
            outcome = Outcome.HOLD if id in ids[::2] else Outcome.APPROVE
            clock = {"now": NOON + n, "entropy": os.urandom}
            decisions.decide(store, ADA, {site.id}, id, outcome, **clock)
    index_due(store)
    return ids, shuffled[::-1] if queue == "mine" else shuffled


@pytest.mark.parametrize("queue", ["reported", "proposed", "mine"])
def test_a_queue_that_is_no_status_has_filters_and_orders_without_gaps(store, small, queue):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    ids, in_order = furnish(store, site, queue)
    ann, bob = ids[::2], ids[1::2]
    elsewhere, _ = furnish(store, other, queue)
    quiet = hand_in(store, reply(site, "Nobody says anything."))
    approve(store, site, quiet)
    assert listed(store, [site], queue) == in_order
    assert listed(store, [site], queue, order="oldest") == ids
    assert listed(store, [site], queue, order="newest") == ids[::-1]
    for criteria, expected in (
        ({"author": "ann"}, ann),
        ({"query": "tea"}, ann),
        ({"status": Status.APPROVED}, bob),
        ({"status": Status.SPAM}, []),
        ({"author": "ann", "status": Status.APPROVED}, []),
        ({"age": "over-1h"}, []),
        ({"page_url": "https://herald.test/news/1"}, ids),
        ({"not_of_others": "mod_cy"}, ids),
    ):
        assert listed(store, [site], queue, **criteria) == [id for id in in_order if id in expected]
        found = listed(store, [site], queue, order="newest", **criteria)
        assert found == [id for id in ids[::-1] if id in expected], criteria
        if criteria.get("query") != "tea":
            wanted = Criteria(queue=queue, person=ADA, **criteria)
            if "not_of_others" not in criteria:
                assert bulk_sets.preview(store, site.id, wanted, NOON).count == len(expected)
    together = listed(store, [site, other], queue)
    assert set(together) == {*ids, *elsewhere}
    assert [id for id in together if id in ids] == in_order
    claims.claim(store, "mod_cy", {site.id}, ids[3])
    assert ids[3] not in listed(store, [site], queue, not_of_others=ADA)


def test_what_is_reported_is_found_by_the_reasons_of_readers_too(store):
    site = newspaper(store)
    ids, in_order = furnish(store, site, "reported")
    counts = queue_counts.reason_counts(store, [site.id], "reported")
    assert counts == {"spam": 16, "other": 10, "abuse": 4}
    assert list(counts) == ["spam", "other", "abuse"]
    abused = [id for id in in_order if id in ids[:4]]
    assert listed(store, [site], "reported", reason="abuse") == abused
    assert listed(store, [site], "reported", reason="other") == [
        id for id in in_order if id in ids[::2]
    ]
    # In another list the word of a reader is no reason.
    assert not search(store, [site.id], Criteria(reason="abuse"), now=NOON).cards
    wanted = Criteria(queue="reported", reason="abuse")
    assert bulk_sets.preview(store, site.id, wanted, NOON).count == 4
    decisions.decide(store, ADA, {site.id}, abused[0], Outcome.APPROVE, **CLOCK)
    assert listed(store, [site], "reported", reason="abuse") == abused[1:]
    assert queue_counts.reason_counts(store, [site.id], "reported")["abuse"] == 3
    assert queue_counts.reason_counts(store, [site.id], "proposed") == {}


@pytest.mark.parametrize("queue", ["reported", "proposed", "mine"])
def test_what_is_held_in_such_a_queue_has_the_orders_of_held_comments(store, small, queue):
    site = newspaper(store)
    ids = hand_in(store, *(reply(site) for _ in range(6)))
    scores = [0.2, 0.9, 0.5, 0.7, 0.1, 0.3]
    with store.write() as connection:
        found = [(id, 1, 1, measured(score)) for id, score in zip(ids, scores, strict=True)]
        stored_decisions.add_findings(connection, found, NOON)
    approve(store, site, ids, Outcome.HOLD)
    for id in ids[:5]:
        if queue == "reported":
            report(store, id, 0)
        elif queue == "proposed":
            proposals.propose(store, "mod_bo", {site.id}, id, Outcome.REJECT, **CLOCK)
        else:
            decisions.decide(store, ADA, {site.id}, id, Outcome.HOLD, **CLOCK)
    highest = [ids[n] for n in (1, 3, 2, 0, 4)]
    held = {"status": Status.HELD}
    assert listed(store, [site], queue, order="toxicity", **held) == highest
    assert listed(store, [site], queue, order="urgency", **held) == highest
    found = listed(store, [site], queue, score="toxicity", score_from=0.5, **held)
    assert set(found) == set(highest[:3])
    with pytest.raises(Invalid) as refused:
        listed(store, [site], queue, order="urgency")
    assert refused.value.pointer == "/order"


def test_an_order_or_a_queue_that_cannot_be_is_refused(store):
    site = newspaper(store)
    for criteria, pointer in (
        (Criteria(order="listed"), "/order"),
        (Criteria(queue="held"), "/queue"),
    ):
        with pytest.raises(Invalid) as refused:
            search(store, [site.id], criteria, now=NOON)
        assert refused.value.pointer == pointer


def test_what_is_ones_own_is_nobody_elses_and_claims_come_first(store):
    site = newspaper(store)
    ids, in_order = furnish(store, site, "mine")
    [claimed] = hand_in(store, reply(site, author=AuthorRef("Ann Reed")))
    approve(store, site, [claimed], Outcome.HOLD)
    index_due(store)
    claims.claim(store, ADA, {site.id}, claimed)
    assert listed(store, [site], "mine") == [claimed, *in_order]
    assert listed(store, [site], "mine", author="bob") == [id for id in in_order if id in ids[1::2]]
    assert listed(store, [site], "mine", author="ann")[0] == claimed
    assert listed(store, [site], "mine", order="newest") == [claimed, *ids[::-1]]
    [opened] = hand_in(store, reply(site))
    claims.keep_open(store, ADA, {site.id}, [opened])
    assert opened not in listed(store, [site], "mine", order="newest")
    for person in ("mod_cy", ""):
        wanted = Criteria(queue="mine", person=person, order="listed")
        assert not search(store, [site.id], wanted, now=NOON).cards
        assert bulk_sets.preview(store, site.id, wanted, NOON).count == 0
    wanted = Criteria(queue="mine", person=ADA)
    assert bulk_sets.preview(store, site.id, wanted, NOON).count == 21
    # A view of it shows whoever looks their own.
    shared = views.add_view(store, site.id, ADA, "Of mine", wanted, is_shared=True, **CLOCK)
    assert (shared.criteria.queue, shared.criteria.person) == ("mine", "")
    assert views.list_views(store, site.id, "mod_cy")[0].criteria == shared.criteria


def test_comments_with_the_same_text_are_a_list(store, small):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    same = hand_in(
        store, *(post(site, f"{PITCH} {n}", n, address=f"203.0.{n}.1") for n in range(6))
    )
    [elsewhere] = hand_in(store, post(other, f"{PITCH} at once", 9))
    [alone, mention] = hand_in(
        store, post(site, "A sentence of my own about the harbour and its walls."), post(site, "Ok")
    )
    judge_campaigns(store)
    for id in same:
        found = comment_context.of_comment(store, {site.id}, id)
        assert found.same_text == 5

    def alike(id, sites=(site,), **criteria):
        ids = [each.id for each in sites]
        pages, after = [], ""
        while True:
            results = search(store, ids, Criteria(same_text=id, **criteria), after, 2, now=NOON)
            pages += [card.id for card in results.cards]
            after = results.after
            if not after:
                return pages

    assert alike(same[2]) == same[::-1]
    assert alike(same[2], order="oldest") == same
    assert alike(same[2], sites=(site, other)) == [elsewhere, *same[::-1]]
    assert alike(alone) == [alone] and alike(mention) == [mention]
    # Of another site nothing is told, not even that it is there.
    assert alike(elsewhere) == [] and alike("cmt_none") == []
    approve(store, site, same[:2])
    assert alike(same[0], status=Status.APPROVED) == same[1::-1]
    assert alike(alone, query=same[0]) == []
    assert bulk_sets.preview(store, site.id, Criteria(same_text=same[0]), NOON).count == 6
    erase(store, {site.id}, same[5], now=NOON, entropy=os.urandom)
    assert alike(same[0]) == same[4::-1] and alike(same[5]) == []


def test_comments_from_the_same_network_are_a_list_without_its_address(store, small):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    near = [Context(f"198.51.100.{n}") for n in range(6)]
    same = hand_in(store, *(reply(site, f"Number {n}.", context=at) for n, at in enumerate(near)))
    [far, unknown] = hand_in(store, reply(site, context=Context("203.0.113.9")), reply(site))
    [elsewhere] = hand_in(store, reply(other, context=near[0]))

    def like(id, **criteria):
        wanted = Criteria(same_network=id, **criteria)
        return [card.id for card in search(store, [site.id], wanted, now=NOON).cards]

    assert like(same[3]) == same[::-1]
    assert like(far) == [far] and like(unknown) == [unknown] and like(elsewhere) == []
    approve(store, site, same[:2], Outcome.REJECT)
    assert like(same[5], status=Status.REJECTED) == same[1::-1]
    # Both the same network and another sender: what meets both.
    assert like(same[0], author="198.51.100.2") == [same[2]]
    assert like(same[0], author="203.0.113.9") == []
    assert bulk_sets.preview(store, site.id, Criteria(same_network=same[0]), NOON).count == 6
    view = views.add_view(store, site.id, ADA, "Same", Criteria(same_network=same[0]), **CLOCK)
    assert "198.51" not in repr(view)


def test_the_number_of_matches_is_known_where_it_is_counted_anyway(store):
    site = newspaper(store)
    ids = hand_in(store, *(reply(site, author=AuthorRef("Ann")) for _ in range(12)))
    approve(store, site, ids[:7])

    def count(**criteria):
        return queue_counts.known_matches(store, [site.id], Criteria(**criteria))

    assert count(status=Status.APPROVED) == 7 and count(status=Status.HELD) == 0 and count() == 12
    assert count(status=Status.APPROVED, decided_by="moderator") is None
