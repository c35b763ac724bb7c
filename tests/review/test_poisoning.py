"""Whoever copies honest people, quotes articles or links to others' sites gets none of them filed."""

import os
from typing import Any

from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.review import campaign_decisions, campaigns, decisions, queues
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, newspaper, reply
from tests.review.test_reputation import harmless_text, record_decision, run, take_back

SPAM, APPROVE, HOLD = Outcome.SPAM, Outcome.APPROVE, Outcome.HOLD
MINUTE = 60_000
APPEAL = (
    "Our choir collects warm coats for the winter shelter in the old bakery again, everybody who can"
    " spare one is welcome on Saturday: https://coats.example/choir"
)
LOAN = "https://loans.example/now"


def send(store: Store, site: Site, *texts: str, at: int = NOON, start: int = 0) -> list[str]:
    """Comments of different people on different pages, each judged before the next comes in."""
    ids = []
    for number, text in enumerate(texts, start):
        ids += hand_in(
            store,
            reply(
                site,
                text,
                at=at + number,
                author=AuthorRef(f"Reader {number}"),
                page=PageRef(f"https://herald.test/news/{number}", "News"),
                context=Context(ip=f"198.51.{number}.1"),
            ),
        )
        run(store, at + number + 1_000)
    return ids


def card(store: Store, site: Site, comment_id: str) -> Any:
    return queues.get_card(store, {site.id}, comment_id)


def statuses(store: Store, site: Site, ids: list[str]) -> list[Status]:
    return [card(store, site, comment_id).status for comment_id in ids]


def codes(store: Store, site: Site, comment_id: str) -> set[str]:
    return {reason.code for reason in card(store, site, comment_id).decision.reasons}


def rule(store: Store, site: Site, outcome: Outcome = SPAM, at: int = NOON + MINUTE) -> Any:
    [campaign] = campaigns.list_campaigns(store, site.id, at)
    return campaign_decisions.decide(
        store, "mod_a", site.id, campaign.id, outcome, now=at, entropy=os.urandom
    )


def test_copies_of_an_honest_comment_do_not_harm_its_author(store: Store) -> None:
    site = newspaper(store)
    [original] = send(store, site, APPEAL)
    copies = send(store, site, *[f"{APPEAL} {LOAN}"] * 4, start=1)
    assert statuses(store, site, [original]) == [Status.APPROVED]
    done = rule(store, site)
    assert done.published >= 1
    assert statuses(store, site, [original]) == [Status.APPROVED]
    assert statuses(store, site, copies[2:]) == [Status.SPAM] * 2
    [again] = send(store, site, APPEAL, start=10, at=NOON + 2 * MINUTE)
    assert statuses(store, site, [again]) == [Status.HELD]
    assert "campaign_spam_text" in codes(store, site, again)
    for copy in copies[:2]:  # those that came before there was a campaign
        if statuses(store, site, [copy]) == [Status.APPROVED]:
            record_decision(store, site, copy, SPAM, NOON + 3 * MINUTE)
    [late] = send(store, site, f"{APPEAL} {LOAN}", start=11, at=NOON + 4 * MINUTE)
    assert statuses(store, site, [late]) == [Status.REJECTED]
    assert "blatant" in codes(store, site, late)
    reasons = [reason.message for reason in card(store, site, late).decision.reasons]
    assert any("loans.example" in sentence for sentence in reasons)


def test_quotes_of_what_one_spam_quotes_are_held_and_not_filed(store: Store) -> None:
    site = newspaper(store)
    sentence = (
        "The council has decided after a long night to close the ferry across the harbour in spring"
    )
    [spam] = send(store, site, f"{sentence} {LOAN}")
    record_decision(store, site, spam, SPAM, NOON + 10_000)
    quotes = send(
        store,
        site,
        *(f"{sentence}: {harmless_text(number)[:30]}" for number in range(6)),
        start=20,
        at=NOON + MINUTE,
    )
    assert Status.SPAM not in statuses(store, site, quotes)
    assert "campaign_member_spam_text" in codes(store, site, quotes[-1])
    [copy] = send(store, site, f"{sentence} {LOAN}", start=40, at=NOON + 2 * MINUTE)
    assert statuses(store, site, [copy]) == [Status.SPAM]
    # The word that filed it is taken back: so is the filing.
    take_back(store, site, spam, NOON + 3 * MINUTE)
    assert statuses(store, site, [copy]) == [Status.HELD]
    decision = card(store, site, copy).decision
    assert (decision.actor.kind, decision.reasons[0].code) == (ActorKind.POLICY, "taken_back")


def test_what_a_ruling_filed_is_held_when_it_is_undone(store: Store) -> None:
    site = newspaper(store)
    text = f"Wonderful garden gnomes of every size for sale, have a look at our shop today {LOAN}"
    first = send(store, site, *[text] * 5)
    for comment_id in first[:2]:
        record_decision(store, site, comment_id, SPAM, NOON + 10_000)
    rule(store, site)
    late = send(store, site, text, text, start=10, at=NOON + 2 * MINUTE)
    assert {Status.SPAM, Status.REJECTED}.issuperset(statuses(store, site, late))
    [campaign] = campaigns.list_campaigns(store, site.id, NOON)
    campaign_decisions.undo(
        store, "mod_a", site.id, campaign.id, now=NOON + 3 * MINUTE, entropy=os.urandom
    )
    assert statuses(store, site, late) == [Status.HELD] * 2
    # A person's decision about one of them is nobody else's to take back.
    rule(store, site, at=NOON + 4 * MINUTE)
    record_decision(store, site, late[0], SPAM, NOON + 5 * MINUTE)
    campaign_decisions.undo(
        store, "mod_a", site.id, campaign.id, now=NOON + 6 * MINUTE, entropy=os.urandom
    )
    assert statuses(store, site, late) == [Status.SPAM, Status.HELD]


def test_a_filing_for_a_domain_is_undone_with_the_decisions_that_gave_it_its_name(
    store: Store,
) -> None:
    site = newspaper(store)
    called = send(
        store,
        site,
        *(f"{harmless_text(number)} https://mill.example/{number}" for number in range(5)),
    )
    for comment_id in called:
        record_decision(store, site, comment_id, SPAM, NOON + 10_000)
    [filed] = send(
        store, site, f"{harmless_text(50)} SALE https://mill.example/", start=50, at=NOON + MINUTE
    )
    assert "ill_domain_spam" in codes(store, site, filed)
    assert statuses(store, site, [filed]) == [Status.SPAM]
    decisions.decide(
        store,
        "mod_b",
        {site.id},
        called[0],
        APPROVE,
        now=NOON + 2 * MINUTE,
        entropy=os.urandom,
    )
    assert statuses(store, site, [filed]) == [Status.HELD]


def test_a_much_used_domain_is_held_and_never_filed_for_its_name(store: Store) -> None:
    site = newspaper(store)
    for number in range(8):
        [spam] = send(
            store, site, f"{harmless_text(number)} https://www.bbc.co.uk/{number}", start=number
        )
        record_decision(store, site, spam, SPAM, NOON + 10_000)
    [sale] = send(
        store,
        site,
        f"{harmless_text(60)} SALE https://www.bbc.co.uk/sport",
        start=60,
        at=NOON + MINUTE,
    )
    assert statuses(store, site, [sale]) == [Status.HELD]
    assert "ill_domain_spam" not in codes(store, site, sale)


def test_comments_that_were_published_speak_for_a_domain(store: Store) -> None:
    site = newspaper(store)
    texts = [f"{harmless_text(number)} https://mill.example/{number}" for number in range(10)]
    ids = send(store, site, *texts)
    assert set(statuses(store, site, ids)) == {Status.APPROVED}
    for comment_id in ids[:3]:
        record_decision(store, site, comment_id, SPAM, NOON + 10_000)
    [late] = send(
        store, site, f"{harmless_text(70)} https://mill.example/", start=70, at=NOON + MINUTE
    )
    note = {signal.name: signal.note for signal in card(store, site, late).signals}["ill_domain"]
    assert note == "mill.example: 0 approved, 3 spam by your moderators, 7 published unasked"
    assert statuses(store, site, [late]) == [Status.APPROVED]
