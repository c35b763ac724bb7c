"""Taking comments in: once each, all or nothing, whatever is handed in twice."""

import os
import threading

import pytest
import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, Context, PageRef, PageState, Receipt
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import IdempotencyConflict, Invalid, PageClosed
from moderation.domain.page_state import PageDefault
from moderation.intake.submit import submit
from moderation.review import decisions, page_states
from moderation.review.page_states import PageChange
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import metadata, pages
from moderation.upkeep.erase import erase
from tests.factories import NOON, hand_in, newspaper, reply


def rows(store: Store, name: str) -> list[sa.Row]:
    with store.read() as connection:
        return list(connection.execute(sa.select(metadata.tables[name])))


def take(store: Store, *replies):
    return submit(store, replies, personal_days=30, entropy=os.urandom)


def test_a_receipt_means_that_comment_revision_and_work_are_stored(store):
    site = newspaper(store)
    first, second = take(store, reply(site, "One"), reply(site, "Two"))
    assert isinstance(first, Receipt) and isinstance(second, Receipt)
    assert {one.id for one in rows(store, "comments")} == {first.comment_id, second.comment_id}
    assert sorted(one.text for one in rows(store, "revisions")) == ["One", "Two"]
    assert len(rows(store, "pending")) == 2
    assert len(rows(store, "pages")) == 1


def test_the_same_key_and_content_give_the_first_receipt_again(store):
    site = newspaper(store)
    [first] = take(store, reply(site, idempotency_key="k1"))
    [again] = take(store, reply(site, idempotency_key="k1", at=NOON + 5_000))
    assert again == Receipt(first.comment_id, first.created_at, replayed=True)
    assert len(rows(store, "comments")) == 1


def test_the_same_key_with_other_content_is_refused(store):
    site = newspaper(store)
    take(store, reply(site, "One", idempotency_key="k1"))
    [answer] = take(store, reply(site, "Two", idempotency_key="k1"))
    assert isinstance(answer, IdempotencyConflict)
    assert [one.text for one in rows(store, "revisions")] == ["One"]


def test_a_key_belongs_to_its_site(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [ours] = take(store, reply(alice, idempotency_key="k1"))
    [theirs] = take(store, reply(bob, idempotency_key="k1"))
    assert not theirs.replayed
    assert ours.comment_id != theirs.comment_id


def test_one_refused_reply_does_not_take_its_batch_along(store):
    site = newspaper(store)
    orphan = reply(site, parent_id="cmt_nobody", idempotency_key="k1")
    bad, good = take(store, orphan, reply(site))
    assert isinstance(bad, Invalid)
    assert bad.pointer == "/parent_id"
    assert isinstance(good, Receipt)
    assert len(rows(store, "comments")) == 1
    assert rows(store, "idempotency") == []  # nothing was stored under the key: it is free again


def test_a_reply_answers_a_comment_of_the_same_page_only(store):
    site = newspaper(store)
    [parent] = hand_in(store, reply(site))
    [same] = take(store, reply(site, parent_id=parent))
    [other] = take(store, reply(site, parent_id=parent, page=PageRef("https://herald.test/2")))
    assert isinstance(same, Receipt)
    assert isinstance(other, Invalid)


def test_a_closed_page_takes_nothing(store):
    site = newspaper(store)
    hand_in(store, reply(site))
    with store.write() as connection:
        connection.execute(sa.update(pages).values(state="closed"))
    [answer] = take(store, reply(site))
    assert isinstance(answer, PageClosed)


def test_what_holds_for_a_site_holds_for_pages_that_nobody_has_seen(store):
    site = newspaper(store)
    page_states.set_default(store, site.id, PageDefault(PageState.CLOSED))
    [answer] = take(store, reply(site, idempotency_key="k1"))
    assert isinstance(answer, PageClosed)
    assert rows(store, "comments") == rows(store, "idempotency") == []
    page = PageRef("https://herald.test/news/1")
    page_states.set_page(store, site.id, page, PageChange(PageState.OPEN), NOON, os.urandom)
    [answer] = take(store, reply(site, page=page, idempotency_key="k1"))
    assert isinstance(answer, Receipt)
    bob = newspaper(store, "Bob's Blog", "https://bob.test")
    assert isinstance(take(store, reply(bob))[0], Receipt)


def test_a_page_closes_by_its_age_to_the_millisecond(store):
    site = newspaper(store)
    page_states.set_default(store, site.id, PageDefault(PageState.OPEN, 14))
    hand_in(store, reply(site, at=NOON))
    late = NOON + 14 * DAY_MS
    in_time, too_late = take(store, reply(site, at=late - 1), reply(site, at=late))
    assert isinstance(in_time, Receipt) and isinstance(too_late, PageClosed)
    other = PageRef("https://herald.test/new")
    assert isinstance(take(store, reply(site, at=late, page=other))[0], Receipt)


@pytest.mark.parametrize("status", ["rejected", "spam", "erased"])
def test_what_was_removed_cannot_be_answered(store, status):
    site = newspaper(store)
    [parent] = hand_in(store, reply(site))
    answer = reply(site, parent_id=parent, idempotency_key="k1")
    [first] = take(store, answer)
    if status == "erased":
        erase(store, {site.id}, parent, now=NOON, entropy=os.urandom)
    else:
        outcome = Outcome.SPAM if status == "spam" else Outcome.REJECT
        decisions.decide(store, "mod_1", {site.id}, parent, outcome, now=NOON, entropy=os.urandom)
    [again, new] = take(store, reply(site, parent_id=parent, idempotency_key="k1"),
                        reply(site, parent_id=parent, idempotency_key="k2"))  # fmt: skip
    assert again == Receipt(first.comment_id, first.created_at, replayed=True)
    assert isinstance(new, Invalid) and new.pointer == "/parent_id"
    # The same sentence whatever the reason: it says nothing of why.
    assert new.message == "/parent_id: Has been removed, and takes no replies."
    assert [row.key for row in rows(store, "idempotency")] == ["k1"]


def test_private_things_are_sealed_keyed_and_cut(store):
    site = newspaper(store)
    one = reply(
        site,
        author=AuthorRef("Carol", "carol@private.test"),
        context=Context("203.0.113.77", "Mozilla", "https://herald.test/"),
    )
    hand_in(store, one, reply(site, author=AuthorRef("Dan", "CAROL@private.test ")))
    first, second = sorted(rows(store, "personal"), key=lambda row: row.comment_id)
    assert first.email_key == second.email_key != ""
    assert first.network == "203.0.113.0/24"
    assert b"carol" not in first.email_sealed
    assert store.crypto.decrypt(first.email_sealed, first.comment_id) == "carol@private.test"
    assert store.crypto.decrypt(first.email_sealed, second.comment_id) is None
    everything = " ".join(str(row) for table in metadata.tables for row in rows(store, table))
    assert "carol@private.test" not in everything.lower()
    assert "203.0.113.77" not in everything


def test_addresses_are_forgotten_when_their_time_is_up(store):
    from moderation.upkeep.retention import purge

    site = newspaper(store)
    author = AuthorRef("Carol", "carol@private.test")
    hand_in(store, reply(site, author=author, context=Context("203.0.113.77", "Mozilla")))
    assert purge(store, NOON + 29 * DAY_MS, 10_000) == 0
    assert purge(store, NOON + 31 * DAY_MS, 10_000) == 1
    assert purge(store, NOON + 32 * DAY_MS, 10_000) == 0
    [row] = rows(store, "personal")
    assert (row.network, row.address_key, row.user_agent) == ("", "", "")
    assert row.email_sealed is not None


@pytest.mark.parametrize("round", range(3))
def test_racing_writers_store_one_comment_a_key(store, round):
    """Several API processes write at once; the database decides who was first."""
    site = newspaper(store)
    answers: list[Receipt] = []
    start = threading.Barrier(6)

    def writer() -> None:
        start.wait()
        answers.extend(take(store, *(reply(site, idempotency_key=f"k{n}") for n in range(5))))

    threads = [threading.Thread(target=writer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(store, "comments")) == 5
    assert len({one.comment_id for one in answers}) == 5
    assert sum(not one.replayed for one in answers) == 5


def test_a_first_that_is_too_old_or_erased_is_not_joined(store):
    site = newspaper(store)

    def say(at: int, since: int | None):
        [receipt] = take(store, reply(site, idempotency_key="k1", at=at, joins_since=since))
        return receipt

    first = say(NOON, NOON - 10)
    assert say(NOON + 10, NOON).comment_id == first.comment_id
    second = say(NOON + 20, NOON + 1)
    assert not second.replayed and second.comment_id != first.comment_id
    assert say(NOON + 30, NOON + 20) == Receipt(second.comment_id, NOON + 20, replayed=True)
    erase(store, {site.id}, second.comment_id, now=NOON + 40, entropy=os.urandom)
    assert (
        say(NOON + 40, None).comment_id == second.comment_id
    )  # HTTP's promise to the site's server
    third = say(NOON + 50, 0)
    assert not third.replayed
    assert say(NOON + 60, 0).comment_id == third.comment_id
    assert len(rows(store, "comments")) == 3
    assert len(rows(store, "idempotency")) == 1


def test_a_refused_repetition_leaves_the_key_where_it_was(store):
    site = newspaper(store)
    [first] = take(store, reply(site, idempotency_key="k1"))
    with store.write() as connection:
        connection.execute(sa.update(pages).values(state="closed"))
    late = reply(site, idempotency_key="k1", at=NOON + 10, joins_since=NOON + 5, later_key="k2")
    [refused] = take(store, late)
    assert isinstance(refused, PageClosed)
    assert [(row.key, row.comment_id) for row in rows(store, "idempotency")] == [
        ("k1", first.comment_id)
    ]


def test_a_comment_is_found_by_its_later_key_too(store):
    site = newspaper(store)
    [first] = take(store, reply(site, idempotency_key="k1", later_key="k2"))
    [again] = take(store, reply(site, idempotency_key="k2", later_key="k3"))
    assert (again.comment_id, again.replayed) == (first.comment_id, True)
    assert sorted(row.key for row in rows(store, "idempotency")) == ["k1", "k2"]


SAFARI, FIREFOX = Context("198.51.100.8", "Safari"), Context("198.51.100.8", "Firefox")
BROWSER = AuthorRef("Carol", identity="browser:1")


@pytest.mark.parametrize(
    ("first", "again", "minutes", "same"),
    [
        ((BROWSER, SAFARI), (BROWSER, Context("192.0.2.1", "Edge")), 3_000, True),
        ((AuthorRef("Carol"), SAFARI), (AuthorRef("Carol"), SAFARI), 10, True),
        ((BROWSER, SAFARI), (AuthorRef("Carol", identity="browser:2"), SAFARI), 9, True),
        ((AuthorRef("Carol"), SAFARI), (AuthorRef("Carol"), SAFARI), 11, False),
        ((AuthorRef("Carol"), SAFARI), (AuthorRef("Carol"), FIREFOX), 1, False),
        ((BROWSER, SAFARI), (AuthorRef("Carol"), Context("192.0.2.1", "Safari")), 1, False),
        ((BROWSER, Context()), (AuthorRef("Carol"), Context()), 1, False),
        ((AuthorRef("Carol"), Context()), (BROWSER, Context()), 1, False),
    ],
)
def test_only_a_token_or_an_address_soon_after_proves_the_same_sender(
    store, first, again, minutes, same
):
    site = newspaper(store)
    take(store, reply(site, idempotency_key="k1", author=first[0], context=first[1]))
    later = reply(
        site,
        idempotency_key="k1",
        at=NOON + minutes * 60_000,
        author=again[0],
        context=again[1],
    )
    [receipt] = take(store, later)
    assert (receipt.replayed, receipt.same_sender) == (True, same)


def test_racing_writers_take_a_key_over_once(store):
    site = newspaper(store)
    take(store, reply(site, idempotency_key="k1"))
    answers: list[Receipt] = []
    start = threading.Barrier(6)

    def writer() -> None:
        late = reply(site, idempotency_key="k1", at=NOON + 100, joins_since=NOON + 50)
        start.wait()
        answers.extend(take(store, late))

    threads = [threading.Thread(target=writer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and len({receipt.comment_id for receipt in answers}) == 1
    assert sum(not receipt.replayed for receipt in answers) == 1
    assert len(rows(store, "comments")) == 2
