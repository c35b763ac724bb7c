"""Campaigns: two hundred variants are one, a common phrase is none; what people ruled meets the late."""

import os
import random

import pytest
import sqlalchemy as sa

from moderation import review, sweep
from moderation.domain.campaign import DAY, WINDOW
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.policy import parse_policy
from moderation.erase import erase
from moderation.judge import judge
from moderation.scorers.memory import Memory
from moderation.store import sketches
from moderation.store.schema import campaigns, comments, sketch_keys
from tests.cast import NOON, Scripted, hand_in, newspaper, panel, reply

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
        panel(Memory(), Scripted()),
        POLICY,
        lease="w",
        lease_ms=MINUTE,
        limit=limit,
        now=lambda: at,
        entropy=os.urandom,
    ).claimed:
        pass


def signals(store, site, comment_id):
    found = review.card(store, {site.id}, comment_id).signals
    return {one.name: (one.value, one.note) for one in found}


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
        row = connection.execute(sa.select(campaigns).where(campaigns.c.id == campaign_id)).one()
    assert (row.comments, row.addresses, row.names, row.sites) == (200, 50, 50, 2)
    assert row.pages == len({(n % 4 == 3, n % 9) for n in range(200)})
    assert signals(store, alice, honest[0]).keys() == {"toxicity"}
    # Whoever came third or later was held, with a sentence that says why.
    last = review.card(store, {alice.id}, ids[198])
    assert last.status is Status.HELD
    [reason] = last.decision.reasons
    assert reason.message == "Same text from 50 addresses on 18 pages of 2 sites in 20 minutes."


def test_a_crowd_is_seen_from_the_third_on_and_within_one_batch(store):
    site = newspaper(store)
    slow = []
    for n in range(4):
        slow += hand_in(store, post(site, PITCH, n, page=n, address=f"198.51.100.{n}", at=NOON + n))
        run(store, limit=1)
    assert ["campaign" in signals(store, site, one) for one in slow] == [False, False, True, True]
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
    assert all("campaign" in signals(store, site, one) for one in burst)


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
    assert all("campaign" not in signals(store, site, one) for one in ids)


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
    assert all("campaign" not in signals(store, site, one) for one in videos)
    with store.read() as connection:
        domain = connection.scalar(sa.select(campaigns.c.domain).where(campaigns.c.formed_at > 0))
    assert domain == "best-pills.com"
    later = hand_in(store, post(site, "So says https://best-pills.com/x", 9, at=NOON + 2 * DAY))
    run(store, at=NOON + 2 * DAY)
    assert "new_domain" not in signals(store, site, later[0])


def test_the_same_text_of_the_same_address_is_told_from_that_of_others(store):
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
            panel(Memory(), scorer),
            POLICY,
            lease="w",
            lease_ms=MINUTE,
            limit=50,
            now=lambda at=at: at,
            entropy=os.urandom,
        )
        scorer.mood = "well"
    assert [signals(store, site, one)["campaign"][0] for one in ids] == [5.0] * 5
    with store.read() as connection:
        assert connection.scalar(sa.select(campaigns.c.comments)) == 5


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
        assert connection.scalars(sa.select(campaigns.c.comments)).all() == [7]


def test_what_is_older_than_thirty_days_is_forgotten(store):
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n, page=n) for n in range(2)))
    run(store)
    late = NOON + WINDOW + DAY
    [one] = hand_in(store, post(site, PITCH, 3, page=3, at=late))
    run(store, at=late)
    assert "repeated" not in signals(store, site, one)  # although nothing was purged yet
    sweep.purge(store, late, 72)
    with store.read() as connection:
        numbers = connection.scalars(sa.select(sketch_keys.c.number).distinct()).all()
    assert numbers == [sketches.number_of(one, late)]


def test_an_erased_comment_leaves_the_index(store):
    site = newspaper(store)
    one, other = hand_in(store, *(post(site, PITCH, n, page=n) for n in range(2)))
    run(store)
    erase(store, {site.id}, one, now=NOON + DAY, entropy=os.urandom)
    with store.write() as connection:
        assert sketches.forget(connection, [one, "cmt_nobody"]) == 0
    with store.read() as connection:
        numbers = connection.scalars(sa.select(sketch_keys.c.number).distinct()).all()
    assert numbers == [sketches.number_of(other, NOON)]
