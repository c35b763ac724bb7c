"""Terms of sites: a dry run says what would go, exactly that goes, slice by slice, and the audit has it."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.domain.appeal import Answer
from moderation.domain.comment import PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.appeal import appeal
from moderation.intake.change import withdraw
from moderation.intake.report import report
from moderation.review import appeals, decisions, queues
from moderation.store.sql.schema import audit, retention_terms
from moderation.upkeep.erase import empty_spam, empty_withdrawn
from moderation.upkeep.expiry import delete_expired, get_terms, set_terms, try_terms
from tests.factories import NOON, hand_in, newspaper, reply

LATER = {"now": NOON + 1_000, "entropy": os.urandom}
AFTER = NOON + 40 * DAY_MS
TERMS = {
    Status.APPROVED: 30,
    Status.HELD: 30,
    Status.REJECTED: 30,
    Status.SPAM: 30,
    Status.WITHDRAWN: 30,
}


def decided(store, site, outcome, at=NOON, text="A fine article."):
    page = PageRef("https://herald.test/news/1", "News")
    [id] = hand_in(store, reply(site, text, at=at, page=page))
    clock = {"now": at + 1_000, "entropy": os.urandom}
    decisions.decide(store, "mod_1", {site.id}, id, outcome, **clock)
    return id


def one_of_each(store, site, at=NOON):
    ids = {
        Status.APPROVED: decided(store, site, Outcome.APPROVE, at),
        Status.HELD: decided(store, site, Outcome.HOLD, at),
        Status.REJECTED: decided(store, site, Outcome.REJECT, at),
        Status.SPAM: decided(store, site, Outcome.SPAM, at),
        Status.WITHDRAWN: decided(store, site, Outcome.APPROVE, at),
    }
    withdraw(store, ids[Status.WITHDRAWN], now=at + 2_000, entropy=os.urandom)
    return ids


def status(store, site, id):
    return queues.get_card(store, {site.id}, id).status


def expire(store, now=AFTER, **options):
    return delete_expired(store, now, os.urandom, **options)


def entries(store, change):
    with store.read() as connection:
        query = sa.select(audit).where(audit.c.change == change).order_by(audit.c.number)
        return [(row.actor, json.loads(row.after_json)) for row in connection.execute(query)]


@pytest.mark.parametrize("term", list(TERMS))
def test_each_status_has_a_term_of_its_own(store, term):
    site = newspaper(store)
    ids = one_of_each(store, site)
    set_terms(store, site.id, {term: 30, Status.APPROVED: TERMS[term] if term == "approved" else 0})
    assert expire(store, NOON + 29 * DAY_MS) == 0
    assert expire(store) == 1
    for kept_status, id in ids.items():
        expected = Status.ERASED if kept_status is term else kept_status
        assert status(store, site, id) is expected


def test_a_dry_run_says_what_goes_and_deletes_nothing(store):
    site = newspaper(store)
    one_of_each(store, site)
    decided(store, site, Outcome.APPROVE, NOON + DAY_MS)
    tried = try_terms(store, site.id, TERMS, AFTER)
    assert {each.status: each.comments for each in tried} == dict.fromkeys(TERMS, 1) | {
        Status.APPROVED: 2
    }
    oldest = {each.status: each.oldest_at for each in tried}
    assert oldest[Status.APPROVED] == NOON + 1_000 and oldest[Status.WITHDRAWN] == NOON + 2_000
    assert expire(store) == 0, "nothing was set"
    set_terms(store, site.id, TERMS)
    assert expire(store) == sum(each.comments for each in tried)
    assert [each.comments for each in try_terms(store, site.id, TERMS, AFTER)] == [0] * 5
    assert try_terms(store, site.id, {Status.SPAM: 0}, AFTER)[0].comments == 0, "0: for ever"


def test_it_goes_in_slices_and_each_is_audited_with_it(store):
    herald, blog = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    for site in (herald, blog):
        for n in range(5):
            decided(store, site, Outcome.APPROVE, NOON + n)
        set_terms(store, site.id, {Status.APPROVED: 30})
    looks = iter([True, True, False])
    assert expire(store, slice_size=2, goes_on=lambda: next(looks)) == 4
    terms = {Status.APPROVED: 30}
    left = [try_terms(store, site.id, terms, AFTER)[0].comments for site in (herald, blog)]
    assert left == [3, 3], "neither waits for the other"
    assert expire(store, slice_size=2) == 6
    noted = entries(store, "comment.expired")
    assert [facts["comments"] for _, facts in noted] == [2, 2, 2, 2, 1, 1]
    assert {by for by, _ in noted} == {"service"}
    assert noted[0][1] == {"status": "approved", "days": 30, "comments": 2}


def test_the_time_counts_from_the_last_decision(store):
    site = newspaper(store)
    id = decided(store, site, Outcome.REJECT)
    set_terms(store, site.id, TERMS)
    decisions.decide(
        store, "mod_1", {site.id}, id, Outcome.SPAM, now=NOON + 20 * DAY_MS, entropy=os.urandom
    )
    assert expire(store) == 0
    assert expire(store, NOON + 52 * DAY_MS) == 1


def test_what_somebody_waits_for_an_answer_about_stays(store):
    site = newspaper(store)
    set_terms(store, site.id, TERMS)
    rejected = decided(store, site, Outcome.REJECT)
    reported = decided(store, site, Outcome.APPROVE)
    made = appeal(store, rejected, "Why?", **LATER)
    report(store, reported, ReportReason.ABUSE, "", Reporter("key", "address"), **LATER)
    assert try_terms(store, site.id, TERMS, AFTER)[0].comments == 0
    assert expire(store) == 0
    appeals.decide(store, "mod_2", {site.id}, made.id, Answer.UPHOLD, **LATER)
    decisions.decide(store, "mod_1", {site.id}, reported, Outcome.APPROVE, **LATER)
    assert expire(store) == 2


def test_a_sites_own_term_replaces_the_installations(store):
    own, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    ids = {site.id: one_of_each(store, site) for site in (own, other)}
    set_terms(store, own.id, {Status.SPAM: 0, Status.WITHDRAWN: 0})
    assert empty_spam(store, AFTER, now=AFTER, entropy=os.urandom) == 1
    assert empty_withdrawn(store, AFTER, now=AFTER, entropy=os.urandom) == 1
    assert expire(store) == 0
    for kept in (Status.SPAM, Status.WITHDRAWN):
        assert status(store, own, ids[own.id][kept]) is kept
        assert status(store, other, ids[other.id][kept]) is Status.ERASED


def test_terms_are_set_together_and_audited(store):
    site = newspaper(store)
    set_terms(store, site.id, TERMS, "mod_1")
    set_terms(store, site.id, TERMS, "mod_1")
    set_terms(store, site.id, {Status.SPAM: 7}, "mod_1")
    assert get_terms(store, site.id) == {Status.SPAM: 7}
    days = [facts["days"] for _, facts in entries(store, "site.retention_changed")]
    assert days == [{status.value: 30 for status in TERMS}, {"spam": 7}]
    with store.read() as connection:
        assert len(connection.execute(sa.select(retention_terms)).all()) == 1


@pytest.mark.parametrize(
    "terms", [{Status.PENDING: 1}, {Status.ERASED: 1}, {Status.SPAM: -1}, {Status.SPAM: 36_501}]
)
def test_what_can_be_no_term_is_refused(store, terms):
    site = newspaper(store)
    with pytest.raises(Invalid) as refused:
        set_terms(store, site.id, terms)
    assert refused.value.pointer == f"/{next(iter(terms))}"
    with pytest.raises(Invalid):
        try_terms(store, site.id, terms, NOON)
    assert get_terms(store, site.id) == {}
