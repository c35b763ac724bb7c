"""Campaigns: how similar comments become one, and how decisions about it reach every member."""

import os
import random

import pytest
import sqlalchemy as sa

from moderation.domain.campaign import WINDOW_MS
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.policy import parse_policy
from moderation.domain.reason_codes import ReasonCode
from moderation.judging.judge import judge
from moderation.notify import endpoints
from moderation.review import campaign_decisions, campaigns, decisions, queues
from moderation.scorers.spam.history import HistorySignals
from moderation.store import sketches
from moderation.store.sql.schema import campaigns as campaign_rows
from moderation.store.sql.schema import comments, sketch_keys
from moderation.store.sql.schema import sketches as marked
from moderation.upkeep import retention
from moderation.upkeep.erase import erase
from tests.factories import NOON, Scripted, hand_in, newspaper, panel, reply

MINUTE = 60_000
PITCH = "I was able to recover all of my stolen money with the help of a professional team, write to them"
POLICY = parse_policy(
    """
    name = "test"
    needs = ["toxicity"]
    [[rules]]
    code = "campaign"
    signal = "campaign"
    at_least = 3
    outcome = "hold"
    message = "Same text from {note}."
    [[rules]]
    code = "campaign_spam"
    signal = "campaign_spam"
    at_least = 1
    outcome = "spam"
    message = "Part of a campaign that a moderator has decided about: {note}."
    [[rules]]
    code = "campaign_member_spam"
    signal = "campaign_member_spam"
    at_least = 1
    outcome = "spam"
    message = "Part of a campaign; a moderator has called another comment of it spam."
    """
)


def post(site, text, n=0, *, page=0, address="", at=NOON, name=""):
    return reply(
        site,
        text,
        at=at,
        author=AuthorRef(name or f"Author {n}"),
        page=PageRef(f"https://herald.test/news/{page}", "News"),
        context=Context(ip=address),
    )


def run(store, *, at=NOON + MINUTE, limit=32):
    """Judges whatever waits, in batches."""
    while judge(
        store,
        panel(HistorySignals(), Scripted()),
        POLICY,
        lease="w",
        lease_ms=MINUTE,
        limit=limit,
        now=lambda: at,
        entropy=os.urandom,
    ).claimed:
        pass


def signals(store, site, comment_id):
    found = queues.get_card(store, {site.id}, comment_id).signals
    return {signal.name: (signal.value, signal.note) for signal in found}


def members(store):
    """Comments by the campaign they are shown in."""
    found = {}
    with store.read() as connection:
        for row in connection.execute(sa.select(comments.c.id, comments.c.campaign_id)):
            found.setdefault(row.campaign_id, set()).add(row.id)
    return found


@pytest.mark.parametrize("limit", [20, 500])
def test_two_hundred_variants_by_fifty_authors_are_one_campaign(store, limit):
    chance = random.Random(5)
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    letters = "abcdefghijklmnopqrstuvwxyz  "
    ids = hand_in(
        store,
        *(
            post(
                bob if n % 4 == 3 else alice,
                f"{PITCH} {''.join(chance.choices(letters, k=chance.randint(3, 30)))}",
                n % 50,
                page=n % 9,
                address=f"198.51.{n % 50}.7",
                at=NOON + n * 6_000,
            )
            for n in range(200)
        ),
    )
    honest = hand_in(
        store,
        *(post(alice, "Thanks!", 1_000 + n, page=n, address=f"203.0.{n}.1") for n in range(30)),
        *(
            post(alice, "Great article", 2_000 + n, page=n, address=f"192.0.{n}.1")
            for n in range(30)
        ),
    )
    run(store, limit=limit, at=NOON + 30 * MINUTE)
    found = members(store)
    assert found.pop("") == set(honest)
    [(campaign_id, together)] = found.items()
    assert together == set(ids)
    with store.read() as connection:
        row = connection.execute(
            sa.select(campaign_rows).where(campaign_rows.c.id == campaign_id)
        ).one()
    assert (row.comments, row.addresses, row.names, row.sites) == (200, 50, 50, 2)
    assert row.pages == len({(n % 4 == 3, n % 9) for n in range(200)})
    assert signals(store, alice, honest[0]).keys() == {"toxicity"}
    # Whoever came third or later was held, with a sentence that says why.
    last = queues.get_card(store, {alice.id}, ids[198])
    assert last.status is Status.HELD
    [reason] = last.decision.reasons
    assert reason.message == "Same text from 50 addresses on 18 pages in 20 minutes."


def test_a_campaign_is_seen_from_the_third_comment_on_and_within_one_batch(store):
    site = newspaper(store)
    slow = []
    for n in range(4):
        slow += hand_in(store, post(site, PITCH, n, page=n, address=f"198.51.100.{n}", at=NOON + n))
        run(store, limit=1)
    assert ["campaign" in signals(store, site, comment_id) for comment_id in slow] == [
        False,
        False,
        True,
        True,
    ]
    # All that stand in one campaign are shown in it, the first ones too.
    assert len(members(store)) == 1
    burst = hand_in(
        store,
        *(
            post(site, "Buy the very best replica watches of the whole wide world from our shop, it is"
                 " the cheapest one you will ever find", n, page=n)
            for n in range(3)
        ),
    )  # fmt: skip
    run(store)
    assert all("campaign" in signals(store, site, comment_id) for comment_id in burst)


def test_a_large_campaign_is_counted_from_its_newest_members_and_its_numbers(store):
    site = newspaper(store)
    hand_in(
        store,
        *(
            post(site, PITCH, n % 60, page=n % 7, address=f"198.51.100.{n % 60}", at=NOON + n)
            for n in range(3 * sketches.MEMBERS)
        ),
    )
    run(store, limit=32)
    with store.read() as connection:
        row = connection.execute(sa.select(campaign_rows)).one()
    assert (row.comments, row.addresses, row.names, row.pages) == (3 * sketches.MEMBERS, 60, 60, 7)


@pytest.mark.parametrize(
    ("text", "pages", "people"),
    [
        ("Thanks!", 30, 30),
        ("Great article", 30, 30),
        ("Thank you for the heads up", 30, 30),
        ("I completely agree with you", 30, 30),
        # Below one article people say the same, and quote it.
        ("My thoughts and prayers are with the families of the victims tonight", 1, 30),
        ("> " + PITCH + "\nWell said.", 30, 30),
        # One person, twice.
        (PITCH, 1, 1),
    ],
)
def test_a_phrase_that_many_people_use_is_no_campaign(store, text, pages, people):
    site = newspaper(store)
    count = max(2, people)
    ids = hand_in(
        store,
        *(
            post(site, text, n % people, page=n % pages, address=f"203.0.{n % people}.1", at=NOON + n)
            for n in range(count)
        ),
    )  # fmt: skip
    run(store)
    assert members(store) == {"": set(ids)}
    assert all("campaign" not in signals(store, site, comment_id) for comment_id in ids)


def test_few_networks_that_send_many_short_texts_are_one(store):
    site = newspaper(store)
    ids = hand_in(
        store,
        *(post(site, "Vote for Smith now", n, page=n, address=f"198.51.100.{n}") for n in range(6)),
    )
    run(store)
    assert members(store) == {next(iter(members(store))): set(ids)}


def test_a_link_in_common_makes_a_short_text_a_campaign(store):
    site = newspaper(store)
    ids = hand_in(
        store,
        *(
            post(site, f"nice page {'!' * n} https://best-pills.com/{n}", n, page=n, at=NOON + n)
            for n in range(4)
        ),
    )
    videos = hand_in(
        store,
        *(post(site, f"Watch this: https://youtube.com/watch?v={n}", n, page=n) for n in range(4)),
    )
    run(store)
    found = signals(store, site, ids[3])
    assert found["campaign"] == (4.0, "4 names on 4 pages in a minute")
    assert found["new_domain"] == (1.0, "best-pills.com")
    assert all("campaign" not in signals(store, site, comment_id) for comment_id in videos)
    with store.read() as connection:
        domain = connection.scalar(
            sa.select(campaign_rows.c.domain).where(campaign_rows.c.formed_at > 0)
        )
    assert domain == "best-pills.com"
    later = hand_in(store, post(site, "So says https://best-pills.com/x", 9, at=NOON + 2 * DAY_MS))
    run(store, at=NOON + 2 * DAY_MS)
    assert "new_domain" not in signals(store, site, later[0])


def test_repetitions_from_one_address_are_counted_apart_from_those_of_others(store):
    site = newspaper(store)
    hand_in(store, post(site, PITCH, 1, address="198.51.100.1"))
    run(store)
    own, other = hand_in(
        store,
        post(site, PITCH, 1, address="198.51.100.1", at=NOON + 1),
        post(site, PITCH, 2, address="198.51.100.2", at=NOON + 2),
    )
    run(store)
    assert signals(store, site, own)["repeated_own"] == (1.0, "")
    assert "repeated_own" not in signals(store, site, other)
    assert signals(store, site, other)["repeated"] == (2.0, "")


def test_a_scorer_that_fails_and_comes_back_counts_nobody_twice(store):
    site = newspaper(store)
    ids = hand_in(store, *(post(site, PITCH, n, page=n) for n in range(5)))
    scorer = Scripted("missing")
    for at in (NOON + MINUTE, NOON + 2 * MINUTE):
        judge(
            store,
            panel(HistorySignals(), scorer),
            POLICY,
            lease="w",
            lease_ms=MINUTE,
            limit=50,
            now=lambda at=at: at,
            entropy=os.urandom,
        )
        scorer.mood = "well"
    assert [signals(store, site, comment_id)["campaign"][0] for comment_id in ids] == [5.0] * 5
    with store.read() as connection:
        assert connection.scalar(sa.select(campaign_rows.c.comments)) == 5


def test_two_campaigns_that_turn_out_to_be_one_are_joined(store):
    """Two workers see the beginning of a flood at once; the next comment shows that it is one."""
    site = newspaper(store)
    first = hand_in(store, *(post(site, PITCH, n, page=n) for n in range(3)))
    run(store)
    with store.write() as connection:  # as the other worker saw it: nothing was there yet
        hidden = connection.execute(sa.select(sketch_keys)).all()
        connection.execute(sa.delete(sketch_keys))
    second = hand_in(store, *(post(site, PITCH, n, page=n, at=NOON + n) for n in range(3, 6)))
    run(store)
    assert len(members(store)) == 2
    with store.write() as connection:
        connection.execute(sa.insert(sketch_keys), [row._asdict() for row in hidden])
    last = hand_in(store, post(site, PITCH, 7, page=7, at=NOON + 9))
    run(store)
    [together] = members(store).values()
    assert together == {*first, *second, *last}
    with store.read() as connection:
        assert connection.scalars(sa.select(campaign_rows.c.comments)).all() == [7]


def test_comments_older_than_thirty_days_leave_the_index(store):
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n, page=n) for n in range(2)))
    run(store)
    late = NOON + WINDOW_MS + DAY_MS
    [comment_id] = hand_in(store, post(site, PITCH, 3, page=3, at=late))
    run(store, at=late)
    assert "repeated" not in signals(store, site, comment_id)  # although nothing was purged yet
    retention.purge(store, late, 72)
    with store.read() as connection:
        numbers = connection.scalars(sa.select(sketch_keys.c.number).distinct()).all()
    assert numbers == [sketches.number_of(comment_id, late)]


def test_addresses_and_networks_are_deleted_when_their_time_is_up(store):
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n, page=n, address="198.51.100.1") for n in range(2)))
    run(store)
    marks = sa.select(marked.c.address, marked.c.network, marked.c.page).order_by(marked.c.number)
    with store.read() as connection:
        before = connection.execute(marks).all()
    assert all(all(row) for row in before)
    assert len({row.address for row in before}) == len({row.network for row in before}) == 1
    retention.purge(store, NOON + 30 * DAY_MS, 72)  # as long as hand_in() keeps them
    with store.read() as connection:
        assert connection.execute(marks).all() == [(0, 0, row.page) for row in before]


def test_an_erased_comment_leaves_the_index(store):
    site = newspaper(store)
    erased_id, other = hand_in(store, *(post(site, PITCH, n, page=n) for n in range(2)))
    run(store)
    erase(store, {site.id}, erased_id, now=NOON + DAY_MS, entropy=os.urandom)
    with store.write() as connection:
        assert sketches.forget(connection, [erased_id, "cmt_nobody"]) == 0
    with store.read() as connection:
        numbers = connection.scalars(sa.select(sketch_keys.c.number).distinct()).all()
    assert numbers == [sketches.number_of(other, NOON)]


# --- the moderators' word -----------------------------------------------------------------------------


def flood(store, site, count=8, start=0, text=PITCH, at=NOON):
    ids = hand_in(
        store,
        *(
            post(site, text, n, page=n, address=f"198.51.{n}.1", at=at + n)
            for n in range(start, start + count)
        ),
    )
    run(store, at=at + MINUTE)
    return ids


def rule(store, site, campaign_id, outcome, sequence=None, by="mod_1", at=NOON + 2 * MINUTE):
    return campaign_decisions.decide(
        store,
        by,
        site.id,
        campaign_id,
        outcome,
        expected_sequence=sequence,
        now=at,
        entropy=os.urandom,
    )


def take_back(store, site, campaign_id, sequence=None, at=NOON + 3 * MINUTE):
    return campaign_decisions.undo(
        store,
        "mod_1",
        site.id,
        campaign_id,
        expected_sequence=sequence,
        now=at,
        entropy=os.urandom,
    )


def statuses(store, site, ids):
    return [queues.get_card(store, {site.id}, comment_id).status for comment_id in ids]


def the_campaign(store, site):
    [card] = campaigns.list_campaigns(store, site.id, NOON + 2 * MINUTE)
    return card


def test_one_decision_reaches_every_member_and_can_be_undone(store):
    site = newspaper(store)
    first = flood(store, site, 2)
    ids = first + flood(store, site, 6, start=2)
    assert statuses(store, site, ids) == [Status.APPROVED] * 2 + [Status.HELD] * 6
    [card] = campaigns.waiting_campaigns(store, site.id, NOON + MINUTE)
    assert card.sentence == "Same text from 8 addresses on 8 pages in a minute."
    assert card.counts == {Status.APPROVED: 2, Status.HELD: 6}
    assert [entry.id for entry in card.sample] == ids[: campaigns.SAMPLE_SIZE]
    assert queues.list_queue(store, site.id, Status.HELD, alone=True) == []
    decisions.decide(
        store, "mod_2", {site.id}, ids[7], Outcome.APPROVE, now=NOON + MINUTE, entropy=os.urandom
    )
    done = rule(store, site, card.id, Outcome.SPAM, 0)
    assert (done.sequence, done.changed, done.left, done.published) == (1, 5, 3, 3)
    # What had been published before stays, by whomever; moderators are told of it.
    assert statuses(store, site, ids) == [Status.APPROVED] * 2 + [Status.SPAM] * 5 + [
        Status.APPROVED
    ]
    assert the_campaign(store, site).left_sentence == (
        "3 published earlier were left as they are: decide singly, if need be."
    )
    assert campaigns.waiting_campaigns(store, site.id, NOON) == []
    decision = queues.get_card(store, {site.id}, ids[2]).decision
    [reason] = decision.reasons
    assert (reason.code, reason.label, reason.value) == (ReasonCode.CAMPAIGN_DECIDED, card.id, None)
    assert (decision.campaign_id, decision.ruling) == (card.id, 1)

    back = take_back(store, site, card.id, 1)
    assert (back.sequence, back.changed) == (2, 5)
    assert statuses(store, site, ids) == [Status.APPROVED] * 2 + [Status.HELD] * 5 + [
        Status.APPROVED
    ]
    with pytest.raises(Conflict):
        take_back(store, site, card.id)
    # What was taken back was no word on each single one: the next ruling reaches them again.
    assert rule(store, site, card.id, Outcome.REJECT, 2).changed == 5
    assert the_campaign(store, site).in_force == "reject"


def test_late_members_get_the_ruling_and_a_person_can_still_overrule_it(store):
    site = newspaper(store)
    flood(store, site)
    card = the_campaign(store, site)
    rule(store, site, card.id, Outcome.SPAM)
    late = flood(store, site, 1, start=20)
    found = queues.get_card(store, {site.id}, late[0])
    assert found.status is Status.SPAM
    assert signals(store, site, late[0])["campaign_spam"] == (1.0, "spam")
    assert [reason.code for reason in found.decision.reasons] == ["campaign", "campaign_spam"]
    decisions.decide(
        store, "mod_2", {site.id}, late[0], Outcome.APPROVE, now=NOON + MINUTE, entropy=os.urandom
    )
    rule(store, site, card.id, Outcome.REJECT)
    assert statuses(store, site, late) == [Status.APPROVED]
    rule(store, site, card.id, Outcome.APPROVE)
    [cleared] = flood(store, site, 1, start=30)
    assert queues.get_card(store, {site.id}, cleared).status is Status.APPROVED
    assert signals(store, site, cleared).keys() >= {"campaign_approved"}
    assert "campaign" not in signals(store, site, cleared)


def decide(store, site, comment_id, outcome, at=NOON + 2 * MINUTE):
    decisions.decide(store, "mod_1", {site.id}, comment_id, outcome, now=at, entropy=os.urandom)


def test_a_decision_before_there_was_a_campaign_counts_for_later_members(store):
    site, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    first = flood(store, site, 2)
    decide(store, site, first[0], Outcome.SPAM)
    late = flood(store, site, 2, start=2)
    assert statuses(store, site, late) == [Status.SPAM] * 2
    assert signals(store, site, late[1])["campaign_member_spam"] == (1.0, "")
    found = queues.get_card(store, {site.id}, late[1])
    assert [reason.code for reason in found.decision.reasons] == [
        "campaign",
        "campaign_member_spam",
    ]
    assert campaigns.waiting_campaigns(store, site.id, NOON) == [], "nothing waits any more"
    [his] = flood(store, bob, 1, start=4)
    assert statuses(store, bob, [his]) == [Status.HELD], "it was the word of another site"
    # People disagree, or one has changed their mind: then they are asked.
    decide(store, site, late[0], Outcome.APPROVE)
    [asked] = flood(store, site, 1, start=5)
    assert statuses(store, site, [asked]) == [Status.HELD]
    assert "campaign_member_spam" not in signals(store, site, asked)
    decide(store, site, late[0], Outcome.SPAM)
    [again] = flood(store, site, 1, start=6)
    assert statuses(store, site, [again]) == [Status.SPAM]
    # A ruling on the whole campaign goes before words on single ones.
    rule(store, site, the_campaign(store, site).id, Outcome.HOLD)
    [held] = flood(store, site, 1, start=7)
    assert statuses(store, site, [held]) == [Status.HELD]


def test_a_rejected_comment_does_not_reject_its_copies(store):
    site = newspaper(store)
    first = flood(store, site, 2)
    decide(store, site, first[0], Outcome.REJECT)
    assert statuses(store, site, flood(store, site, 2, start=2)) == [Status.HELD] * 2


def test_each_site_decides_for_itself_and_sees_the_others_decisions(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    flood(store, alice, 4)
    his = flood(store, bob, 2, start=4)
    card = the_campaign(store, alice)
    rule(store, alice, card.id, Outcome.SPAM)
    assert Status.SPAM not in statuses(store, bob, his)
    [late] = flood(store, bob, 1, start=9)
    assert signals(store, bob, late).keys() >= {"campaign", "campaign_elsewhere"}
    assert "campaign_spam" not in signals(store, bob, late)
    carol = newspaper(store, "Carol's", "https://carol.test")
    for call in (
        lambda: rule(store, carol, card.id, Outcome.SPAM),
        lambda: campaigns.get_campaign(store, carol.id, card.id, NOON),
        lambda: campaigns.list_members(store, carol.id, card.id),
        lambda: campaigns.exclude(store, bob.id, card.id, [card.sample[0].id]),
        lambda: rule(store, alice, "cmp_nothing", Outcome.SPAM),
    ):
        with pytest.raises(NotFound):
            call()


def test_of_two_simultaneous_rulings_one_is_refused(store):
    site = newspaper(store)
    flood(store, site)
    card = the_campaign(store, site)
    rule(store, site, card.id, Outcome.SPAM, 0)
    with pytest.raises(Conflict):
        rule(store, site, card.id, Outcome.APPROVE, 0)
    assert the_campaign(store, site).in_force == "spam"


def test_a_large_campaign_is_decided_in_steps_and_finished_after_a_crash(store, monkeypatch):
    monkeypatch.setattr(campaign_decisions, "MEMBERS_AT_ONCE", 5)
    site = newspaper(store)
    ids = flood(store, site, 23)
    card = the_campaign(store, site)
    steps = iter(range(12))

    def dies(length):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return os.urandom(length)

    # Deliveries draw on it: the process dies while it writes the third step.
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    with pytest.raises(KeyboardInterrupt):
        campaign_decisions.decide(
            store, "mod_1", site.id, card.id, Outcome.SPAM, now=NOON, entropy=dies
        )
    assert Status.HELD in statuses(store, site, ids)
    assert (
        campaign_decisions.resume_unfinished(
            store, NOON + campaign_decisions.ABANDONED_AFTER - 1, os.urandom
        )
        == 0
    )  # may be at work still
    assert (
        campaign_decisions.resume_unfinished(
            store, NOON + campaign_decisions.ABANDONED_AFTER + 1, os.urandom
        )
        == 1
    )
    assert set(statuses(store, site, ids)) == {Status.SPAM}
    assert all(
        queues.get_card(store, {site.id}, comment_id).decision.sequence == 2 for comment_id in ids
    )
    assert campaign_decisions.resume_unfinished(store, NOON + DAY_MS, os.urandom) == 0


def test_members_can_be_taken_out_and_split_off(store):
    site = newspaper(store)
    ids = flood(store, site, 9)
    card = the_campaign(store, site)
    assert campaigns.exclude(store, site.id, card.id, ids[:2]) == 2
    assert the_campaign(store, site).counts == {Status.HELD: 7}
    assert the_campaign(store, site).campaign_stats.comments == 7
    with pytest.raises(NotFound):
        campaigns.exclude(store, site.id, card.id, ids[:3])  # two are no members any more
    new = campaigns.split(store, site.id, card.id, ids[5:], now=NOON, entropy=os.urandom)
    by_id = {card.id: card for card in campaigns.list_campaigns(store, site.id, NOON)}
    assert {id: other.comments for id, other in by_id.items()} == {card.id: 3, new: 4}
    # The next one joins one of them; they stay two.
    flood(store, site, 1, start=20)
    assert sorted(
        campaign.comments for campaign in campaigns.list_campaigns(store, site.id, NOON)
    ) in (
        [3, 5],
        [4, 4],
    )
    assert [entry.id for entry in campaigns.list_members(store, site.id, new)][:4] == ids[5:]
    assert campaigns.list_members(store, site.id, new, after=ids[6], limit=1)[0].id == ids[7]
