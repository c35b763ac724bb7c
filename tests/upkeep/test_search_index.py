"""The search index keeps up with the comments, and keeps nothing of what is erased, on both databases."""

import os
import sqlite3

import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS as DAY
from moderation.domain.imported import ImportedComment
from moderation.review import decisions
from moderation.review.search import Criteria, search
from moderation.store import search_index
from moderation.upkeep.erase import empty_spam, erase
from moderation.upkeep.importing import import_comments
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply

CANARIES = ("zwquick", "zwname", "zwhost")


def decide(store, site, comment_id, outcome=Outcome.APPROVE):
    decisions.decide(store, "mod_1", {site.id}, comment_id, outcome, now=NOON, entropy=os.urandom)


def canary(site, **changes):
    author = AuthorRef("Zwname", url="https://zwhost.test/")
    return reply(site, "a zwquick text", author=author, **changes)


def index_all(store):
    """Until nothing waits any more; the sweep does a step of this every two seconds."""
    for _ in range(1_000):
        with store.read() as connection:
            if not search_index.is_due(connection):
                return
        index_due(store)
    raise AssertionError("the index never comes to an end")


def raw_index(store):
    """All bytes in the tables of the index, as they are stored."""
    if not store.is_sqlite:
        with store.read() as connection:
            return repr(connection.execute(sa.text("SELECT * FROM search_index")).all()).encode()
    connection = sqlite3.connect(store.engine.url.database)
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'search_index_%'"
        )
    ]
    rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables]
    connection.close()
    assert len(tables) >= 4
    return b"\n".join(
        cell if isinstance(cell, bytes) else str(cell).encode()
        for table in rows
        for row in table
        for cell in row
    )


def left(store):
    stored = raw_index(store)
    # FTS5 stores what a word does not share with the one before it.
    return [word for word in CANARIES if word[2:].encode() in stored]


def test_nothing_of_an_erased_comment_stays_in_the_index(store):
    site = newspaper(store)
    others = hand_in(store, *(reply(site, f"tea number {n}") for n in range(30)))
    [comment_id] = hand_in(store, canary(site))
    for id in (*others, comment_id):
        decide(store, site, id)
    index_all(store)
    assert left(store) == list(CANARIES)
    erase(store, {site.id}, comment_id, now=NOON, entropy=os.urandom)
    index_all(store)
    assert left(store) == []
    results = search(store, [site.id], Criteria(query="tea"), limit=100, now=NOON)
    assert len(results.cards) == 30


def test_nothing_of_emptied_spam_stays(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, canary(site))
    decide(store, site, comment_id, Outcome.SPAM)
    index_all(store)
    assert left(store) == list(CANARIES)
    assert empty_spam(store, NOON + DAY, now=NOON + 2 * DAY, entropy=os.urandom) == 1
    index_all(store)
    assert left(store) == []


def test_a_comment_erased_before_its_turn_is_never_indexed(store):
    site = newspaper(store)
    [comment_id] = hand_in(store, canary(site))
    decide(store, site, comment_id)
    erase(store, {site.id}, comment_id, now=NOON, entropy=os.urandom)
    index_all(store)
    assert left(store) == []


def test_two_comments_of_one_number_are_both_found_and_erased_apart(store):
    site = newspaper(store)
    first, second = f"cmt_01kaxw6d00{'a' * 16}", f"cmt_01kaxw6d00{'a' * 15}b"
    for comment_id, text in ((first, "green tea"), (second, "black tea")):
        hand_in(store, reply(site, text, id=comment_id))
        decide(store, site, comment_id)
    index_all(store)

    def found(query):
        return [card.id for card in search(store, [site.id], Criteria(query=query), now=NOON).cards]

    assert found("tea") == [second, first]
    assert (found("green"), found("black")) == ([first], [second])
    erase(store, {site.id}, first, now=NOON, entropy=os.urandom)
    assert found("tea") == [second]


def test_imports_of_whole_days_are_found_by_their_words_and_erased(store):
    """Many comments of one time, as a table with days for dates has them, from more files than one."""
    site = newspaper(store)
    for source in ("first", "second", "third"):
        day = [
            ImportedComment(f"line {n}", f"{source}{n}", "https://herald.test/1", f"{source} zwquick {n}", NOON - DAY, Status.APPROVED)
            for n in range(700)
        ]  # fmt: skip
        import_comments(
            store, site, source, day, personal_days=30, now=NOON, remark=lambda remark: None
        )
        index_all(store)
    for word in ("second", "69", "zwquick 699"):
        found = search(store, [site.id], Criteria(query=word), limit=100, now=NOON)
        assert found.cards, word
    for n in (0, 5, 6, 699):
        [card] = search(
            store,
            [site.id],
            Criteria(query=f"second zwquick {n}", author="Anonymous"),
            limit=9,
            now=NOON,
        ).cards
        erase(store, {site.id}, card.id, "mod_1", now=NOON, entropy=os.urandom)
        assert not search(
            store, [site.id], Criteria(query=f'"second zwquick {n}"'), limit=9, now=NOON
        ).cards
    with store.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM search_index")).scalar_one() == 2_096  # fmt: skip


def test_more_comments_of_one_number_than_there_is_room_for_stop_no_index(store):
    documents = [
        search_index.Document(f"cmt_01m1c5e2000000{n:012d}", ["sitex"], ["zwname"], ["zwquick"])
        for n in range(7)
    ]
    for _ in range(2):  # each alone, then all anew
        for document in documents:
            with store.write() as connection:
                search_index.put(connection, [document])
        with store.write() as connection:
            search_index.put(connection, documents)
    with store.write() as connection:
        search_index.forget(connection, [each.comment_id for each in documents])
    index_all(store)
    assert b"zwquick" not in raw_index(store)


def test_a_page_that_is_renamed_is_indexed_anew_with_all_its_comments(store):
    site = newspaper(store)
    ids = hand_in(
        store, *(reply(site, page=PageRef("https://herald.test/1", "Old")) for _ in range(3))
    )
    for id in ids:
        decide(store, site, id)
    index_all(store)
    named = PageRef("https://herald.test/1", "Fresh", by_server=True)
    hand_in(store, reply(site, page=named))
    assert index_due(store) == 3
    found = search(store, [site.id], Criteria(query="fresh"), now=NOON).cards
    assert [card.id for card in found] == ids[::-1]
    assert search(store, [site.id], Criteria(query="old"), now=NOON).cards == []
    assert {card.status for card in found} == {Status.APPROVED}
