"""Held comments in the order of their urgency and of a score, page by page, on both databases."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.report import Reporter, ReportReason
from moderation.domain.score import Findings, Signal
from moderation.domain.urgency import DOUBLING_MS, urgent_at
from moderation.review.search import Criteria, search
from moderation.store import decisions as stored_decisions
from moderation.store import ranked_search, reports
from moderation.store import search as stored_search
from moderation.store.sql.schema import held_scores
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply
from tests.review.test_search import approve

HOURS = 3_600_000


def measured(value: float) -> Findings:
    return Findings((Signal("toxicity", value, "test", model="test-1"),))


def held(store, site, scores, **changes):
    """Comments that came one hour apart and were held, with these scores; their ids."""
    ids = hand_in(
        store, *(reply(site, at=NOON + n * HOURS, **changes) for n, _ in enumerate(scores))
    )
    with store.write() as connection:
        found = [(id, 1, 1, measured(score)) for id, score in zip(ids, scores, strict=True)]
        stored_decisions.add_findings(connection, found, NOON)
    approve(store, site, ids, Outcome.HOLD, "other")
    return ids


def listed(store, site, order, size=2, **criteria):
    """All pages of the held comments, and how many pages that were."""
    ids, after, pages = [], "", 0
    while pages < 60:
        wanted = Criteria(status=Status.HELD, order=order, **criteria)
        found = search(store, [site.id], wanted, after, size, now=NOON)
        assert len(found.cards) <= size
        ids += [card.id for card in found.cards]
        after, pages = found.after, pages + 1
        if not after:
            break
    return ids


def test_urgency_doubles_with_every_twelve_hours_and_every_report():
    assert urgent_at(NOON, measured(1.0), 0) == NOON
    assert urgent_at(NOON, measured(0.5), 1) == NOON
    assert urgent_at(NOON, measured(0.25), 0) == NOON + 2 * DOUBLING_MS
    unmeasured = urgent_at(NOON, Findings(), 0)
    assert NOON + 2 * DOUBLING_MS < unmeasured == urgent_at(NOON, measured(0.0), 0)


def test_held_comments_are_listed_by_urgency_and_by_score(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    held(store, other, [1.0])
    weak, half, strong, same = held(store, site, [0.1, 0.5, 0.9, 0.9])
    assert listed(store, site, "urgency") == [strong, same, half, weak]
    assert listed(store, site, "toxicity") == [*sorted([strong, same]), half, weak]
    assert listed(store, site, "insult") == []
    with store.write() as connection:
        standing = stored_decisions.standings(connection, [half])[half]
        reader = Reporter("r" * 64, "")
        reports.add(connection, standing, ReportReason.ABUSE, "", reader, NOON, os.urandom)
    assert listed(store, site, "urgency") == [half, strong, same, weak]
    # What is decided about is in no order, and again once that is taken back.
    approve(store, site, [strong])
    assert listed(store, site, "toxicity") == [same, half, weak]
    with store.read() as connection:
        query = sa.select(sa.func.count()).where(held_scores.c.comment_id == strong)
        assert connection.scalar(query) == 0
    approve(store, site, [strong, half], Outcome.HOLD)
    # A person has looked at the report.
    assert listed(store, site, "urgency") == [strong, same, half, weak]
    with pytest.raises(Invalid) as refused:
        search(store, [site.id], Criteria(order="urgency"), now=NOON)
    assert refused.value.pointer == "/order"
    with pytest.raises(Invalid):
        search(store, [site.id], Criteria(status=Status.HELD, order="urgency"), "cmt_1", now=NOON)


@pytest.mark.parametrize("order", ["urgency", "toxicity"])
@pytest.mark.parametrize("few", [3, 600])
def test_pages_in_order_of_rank_have_no_gaps_whatever_the_conditions(
    store, monkeypatch, order, few
):
    for module in (stored_search, ranked_search):
        monkeypatch.setattr(module, "LOOKED_AT", 4)  # as beside a million
    monkeypatch.setattr(ranked_search, "FEW", few)
    site = newspaper(store)
    scores = [0.95 - 0.02 * (n * 7 % 20) for n in range(20)]
    ann = held(store, site, scores[::2], author=AuthorRef("Ann Reed"))
    bob = held(store, site, scores[1::2], author=AuthorRef("Bob"), text="Good tea.")
    index_due(store)
    both = listed(store, site, order, 3)
    assert len(both) == 20 and set(both) == {*ann, *bob}
    by_id = zip([*ann, *bob], [*scores[::2], *scores[1::2]], strict=True)
    above = [id for id, score in by_id if score >= 0.7]
    for criteria, expected in (
        ({"author": "ann"}, ann),
        ({"query": "tea"}, bob),
        ({"reason": "other"}, both),
        ({"moderator": "mod_1", "decided_by": "moderator"}, both),
        ({"moderator": "mod_2"}, []),
        ({"since": NOON + 5 * HOURS}, [*ann[5:], *bob[5:]]),
        ({"score": "toxicity", "score_from": 0.7}, above),
        ({"score": "toxicity", "score_from": 0.7, "query": "tea"}, set(above) & set(bob)),
        ({"score": "toxicity", "score_from": 0.7, "score_to": 0.6}, []),
        ({"score": "insult"}, []),
    ):
        found = listed(store, site, order, 3, **criteria)
        assert found == [id for id in both if id in expected], json.dumps(criteria)


@pytest.mark.parametrize("order", ["urgency", "toxicity", "oldest", "newest"])
def test_held_comments_are_found_by_the_range_of_a_score(store, monkeypatch, order):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    held(store, other, [0.5])
    ids = held(store, site, [0.1, 0.4, 0.5, 0.7, 0.9])
    approved, *_ = held(store, site, [0.5])
    approve(store, site, [approved])

    def found(**bounds):
        return sorted(listed(store, site, order, score="toxicity", **bounds))

    assert found() == ids
    assert found(score_from=0.4, score_to=0.7) == ids[1:4]  # both within
    assert found(score_from=0.41) == ids[2:] and found(score_to=0.0) == []
    assert found(score_to=0.1) == ids[:1]
    for criteria in (
        Criteria(score="toxicity", score_from=0.5),
        Criteria(status=Status.APPROVED, score="toxicity", score_from=0.5),
        Criteria(status=Status.HELD, score_from=0.5),
    ):
        with pytest.raises(Invalid) as refused:
            search(store, [site.id], criteria, now=NOON)
        assert refused.value.pointer == "/score"


def test_what_a_moderator_decided_last_is_found(store):
    site = newspaper(store)
    first, second, third = hand_in(store, *(reply(site) for _ in range(3)))
    approve(store, site, [first, second, third])
    approve(store, site, [third], Outcome.SPAM)
    found = search(store, [site.id], Criteria(moderator="mod_1", order="oldest"), now=NOON)
    assert [card.id for card in found.cards] == [first, second, third]
    found = search(store, [site.id], Criteria(moderator="mod_1", status=Status.SPAM), now=NOON)
    assert [card.id for card in found.cards] == [third]
    assert not search(store, [site.id], Criteria(moderator="mod_2"), now=NOON).cards


@pytest.mark.parametrize("order", ["urgency", "toxicity", "oldest", "newest"])
def test_several_sites_are_one_list_in_order_page_by_page(store, monkeypatch, order):
    for module in (stored_search, ranked_search):
        monkeypatch.setattr(module, "LOOKED_AT", 4)
    monkeypatch.setattr(stored_search, "FEW_AT_FIRST", 1)
    sites = [newspaper(store, f"Paper {n}", f"https://{n}.test") for n in range(3)]
    scores = [0.9, 0.2, 0.7, 0.4, 0.6]
    by_site = [held(store, site, scores[n:]) for n, site in enumerate(sites)]
    held(store, newspaper(store, "Theirs", "https://theirs.test"), [1.0])
    site_ids = [site.id for site in sites]
    alone = {id: place for site in sites for place, id in enumerate(listed(store, site, order))}

    def pages(size, **criteria):
        ids, after = [], ""
        for _ in range(60):
            wanted = Criteria(status=Status.HELD, order=order, **criteria)
            found = search(store, site_ids, wanted, after, size, now=NOON)
            ids += [card.id for card in found.cards]
            after = found.after
            if not after:
                return ids
        raise AssertionError("the pages do not end")

    everything = pages(100)
    assert sorted(everything) == sorted(id for ids in by_site for id in ids)
    for size in (1, 3, 4):
        assert pages(size) == everything
    for ids in by_site:  # each site's own order stays
        assert [id for id in everything if id in ids] == sorted(ids, key=alone.__getitem__)
    first = {"oldest": min, "newest": max}.get(order)
    assert everything[0] == (first(everything) if first else by_site[0][0])
    # With a condition, and where only one site leaves out what a trainee has spoken about.
    assert pages(2, reason="other") == everything
    assert pages(2, not_proposed_on=site_ids[:1]) == everything


def test_senders_and_words_are_found_on_all_sites_and_nowhere_else(store):
    sites = [newspaper(store, f"Paper {n}", f"https://{n}.test") for n in range(3)]
    by_site = [held(store, site, [0.5], text="Good tea.") for site in sites]
    index_due(store)
    mine = [site.id for site in sites[:2]]
    expected = sorted(id for ids in by_site[:2] for id in ids)
    for criteria in ({"query": "tea"}, {"query": '"good tea"', "language": ""}):
        found = search(store, mine, Criteria(**criteria), now=NOON).cards
        assert sorted(card.id for card in found) == expected
