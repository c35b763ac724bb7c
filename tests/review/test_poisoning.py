"""Whoever copies honest people, quotes articles or links to others' sites gets none of them filed."""

import os
from typing import Any

import pytest

from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.errors import Conflict
from moderation.domain.reputation import Subject, SubjectKind
from moderation.review import campaign_decisions, campaigns, decisions, reputation
from moderation.review.filings import list_domain_filings
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import NOON, card, hand_in, newspaper, reply
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


RUMOUR = (
    "They say that the old lighthouse keeper has seen a grey whale in the harbour every single morning"
    " this week, tell everybody you know about it"
)


def waiting(store: Store, site: Site, *, ruled: bool = False) -> list[Any]:
    return campaigns.waiting_campaigns(store, site.id, NOON, ruled=ruled)


def rule_and_clean(store: Store, site: Site, ids: list[str]) -> None:
    """A ruling of spam; and those that were published before there was a campaign are decided singly."""
    rule(store, site)
    for comment_id, status in zip(ids, statuses(store, site, ids), strict=True):
        if status is Status.APPROVED:
            record_decision(store, site, comment_id, SPAM, NOON + MINUTE)


def test_copies_without_a_link_wait_with_the_ruling_and_ask_for_no_other(store: Store) -> None:
    site = newspaper(store)
    send(store, site, *[RUMOUR] * 5)
    rule(store, site)
    late = send(store, site, *[RUMOUR] * 4, start=10, at=NOON + 2 * MINUTE)
    assert statuses(store, site, late) == [Status.HELD] * 4
    assert waiting(store, site) == [] and campaigns.count_waiting(store, site.id) == 0
    [held] = waiting(store, site, ruled=True)
    assert held.held_with_ruling == campaigns.count_held_with_rulings(store, site.id) == 4
    members = campaigns.list_members(store, site.id, held.id, only="held")
    assert [member.id for member in members] == late

    def decide_held(outcome: Outcome, at: int) -> Any:
        return campaign_decisions.decide(
            store, "mod_a", site.id, held.id, outcome, held_only=True, now=at, entropy=os.urandom
        )

    # One is honest, and approved by itself; the others are confirmed in one action.
    record_decision(store, site, late[0], APPROVE, NOON + 3 * MINUTE)
    assert decide_held(SPAM, NOON + 4 * MINUTE).changed == 3
    assert statuses(store, site, late) == [Status.APPROVED] + [Status.SPAM] * 3
    assert waiting(store, site, ruled=True) == []
    campaign_decisions.undo(
        store, "mod_a", site.id, held.id, now=NOON + 5 * MINUTE, entropy=os.urandom
    )
    assert statuses(store, site, late) == [Status.APPROVED] + [Status.HELD] * 3
    # Or they are let through, which changes nothing for those that come later.
    assert decide_held(APPROVE, NOON + 6 * MINUTE).changed == 3
    assert set(statuses(store, site, late)) == {Status.APPROVED}
    [later] = send(store, site, RUMOUR, start=20, at=NOON + 7 * MINUTE)
    assert statuses(store, site, [later]) == [Status.HELD] and waiting(store, site) == []
    # A ruling on all never takes back what was let through.
    rule(store, site, at=NOON + 8 * MINUTE)
    assert set(statuses(store, site, late)) == {Status.APPROVED}


def test_nothing_can_wait_with_a_ruling_that_was_not_made(store: Store) -> None:
    site = newspaper(store)
    send(store, site, *[RUMOUR] * 5)
    [campaign] = waiting(store, site)
    with pytest.raises(Conflict):
        campaign_decisions.decide(
            store,
            "mod_a",
            site.id,
            campaign.id,
            SPAM,
            held_only=True,
            now=NOON + MINUTE,
            entropy=os.urandom,
        )


def test_a_ruled_campaign_is_offered_again_for_a_new_link_and_not_for_every_one(
    store: Store,
) -> None:
    site = newspaper(store)
    send(store, site, *[RUMOUR] * 5)
    rule(store, site)
    asked = []
    for number, place in enumerate(("one", "one", "two", "three", "four")):
        at = NOON + (2 + number) * MINUTE
        send(store, site, f"{RUMOUR} https://{place}.example/", start=10 + number, at=at)
        asked.append(bool(waiting(store, site)))
        if asked[-1]:
            rule(store, site, at=at + 30_000)
    assert asked == [True, False, True, False, False]


def test_a_ruling_leaves_the_held_that_do_not_share_its_link_and_does_not_ask_again(
    store: Store,
) -> None:
    site = newspaper(store)
    # From a network each, so that the text alone is what the first and the others have in common.
    send(store, site, *[f"{RUMOUR} {LOAN}"] * 4)
    quotes = send(store, site, *[RUMOUR] * 2, start=10, at=NOON + 30_000)
    assert statuses(store, site, quotes) == [Status.HELD] * 2
    rule(store, site)
    assert statuses(store, site, quotes) == [Status.HELD] * 2
    assert waiting(store, site) == []
    [held] = waiting(store, site, ruled=True)
    assert held.held_with_ruling == 2


@pytest.mark.parametrize(
    ("contact", "other_way"),
    [
        ("Telegram: @whale_tours", "ask on telegram @Whale_Tours"),
        ("book at tours@whale.example", "book at tours(at)whale(dot)example"),
        ("pay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "or 1BoatSLRHtKNngkdXEeobR76b53LETtpyT here"),
    ],
)
def test_copies_with_the_same_contact_are_filed(store: Store, contact: str, other_way: str) -> None:
    site = newspaper(store)
    rule_and_clean(store, site, send(store, site, *[f"{RUMOUR} {contact}"] * 5))
    late, without = send(
        store, site, f"{RUMOUR} {other_way}", RUMOUR, start=20, at=NOON + 2 * MINUTE
    )
    assert statuses(store, site, [late, without]) == [Status.SPAM, Status.HELD]
    assert "campaign_spam" in codes(store, site, late)
    notes = " ".join(signal.note for signal in card(store, site, late).signals)
    assert "whale" not in notes and "1Boat" not in notes


def test_a_reset_of_a_domain_holds_what_was_filed_for_it(store: Store) -> None:
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
    domain = Subject(SubjectKind.DOMAIN, site.id, "mill.example")
    assert [entry.id for entry in list_domain_filings(store, domain)] == [filed]
    reputation.reset(store, "mod_a", domain, now=NOON + 2 * MINUTE, entropy=os.urandom)
    assert statuses(store, site, [filed]) == [Status.HELD]
    assert list_domain_filings(store, domain) == []


@pytest.mark.parametrize(
    "named",
    [
        "https://charity.example/{}",
        "write to help{}@charity.example",
        "telegram @harbourhelp",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    ],
)
def test_a_quote_beside_the_link_or_contact_of_somebody_else_is_not_filed(
    store: Store, named: str
) -> None:
    """Spam that quotes an article and names a charity, and readers who do so with words of their own."""
    site = newspaper(store)
    lead = (
        "The council has decided after a long night to close the ferry across the harbour in spring"
    )
    for number in range(5):
        at = NOON + number * 2_000
        text = f"{lead} {harmless_text(50 + number)[:20]} {named.format(number % 2)}"
        [spam] = send(store, site, text, start=number, at=at)
        record_decision(store, site, spam, SPAM, at + 1_500)
    quotes = [f"{lead}. {harmless_text(80 + n)[:40]} {named.format(1)}" for n in range(3)]
    before_ruling = send(store, site, *quotes, start=20, at=NOON + MINUTE)
    assert not {Status.SPAM, Status.REJECTED} & set(statuses(store, site, before_ruling))


def test_who_was_held_first_and_then_copied_is_not_filed_for_the_copies(store: Store) -> None:
    site = newspaper(store)
    appeal = f"{RUMOUR} Telegram: @harbour_help"
    [original] = send(store, site, appeal)
    assert statuses(store, site, [original]) == [Status.HELD]
    for copy in send(store, site, *[appeal] * 3, start=1):
        record_decision(store, site, copy, SPAM, NOON + 10_000)
    again = send(store, site, appeal, start=0, at=NOON + MINUTE)
    assert statuses(store, site, [original, *again]) == [Status.HELD] * 2
