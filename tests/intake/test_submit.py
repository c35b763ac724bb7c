"""Taking comments in: once each, all or nothing, whatever is handed in twice."""

import os
import threading

import pytest
import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, Context, PageRef, Receipt
from moderation.domain.errors import IdempotencyConflict, Invalid, PageClosed
from moderation.intake.submit import submit
from moderation.store import comment_fields
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import metadata, pages
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
    assert {row.id for row in rows(store, "comments")} == {first.comment_id, second.comment_id}
    assert sorted(row.text for row in rows(store, "revisions")) == ["One", "Two"]
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
    assert [row.text for row in rows(store, "revisions")] == ["One"]


def test_a_key_belongs_to_its_site(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    [ours] = take(store, reply(alice, idempotency_key="k1"))
    [bobs_answer] = take(store, reply(bob, idempotency_key="k1"))
    assert not bobs_answer.replayed
    assert ours.comment_id != bobs_answer.comment_id


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


def test_private_things_are_sealed_keyed_and_cut(store):
    site = newspaper(store)
    submission = reply(
        site,
        author=AuthorRef("Carol", "carol@private.test"),
        context=Context("203.0.113.77", "Mozilla", "https://herald.test/"),
    )
    hand_in(store, submission, reply(site, author=AuthorRef("Dan", "CAROL@private.test ")))
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
    assert purge(store, NOON + 29 * comment_fields.DAY, 10_000) == 0
    assert purge(store, NOON + 31 * comment_fields.DAY, 10_000) == 1
    assert purge(store, NOON + 32 * comment_fields.DAY, 10_000) == 0
    [row] = rows(store, "personal")
    assert (row.network, row.address_key, row.user_agent) == ("", "", "")
    assert row.email_sealed is not None


@pytest.mark.parametrize("round", range(3))
def test_racing_writers_store_one_comment_a_key(store, round):
    """Several API processes write at once; the database decides who was first."""
    site = newspaper(store)
    answers: list[object] = []
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
    assert len({answer.comment_id for answer in answers}) == 5
    assert sum(not answer.replayed for answer in answers) == 5
