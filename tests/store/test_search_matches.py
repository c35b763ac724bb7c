"""Comments that have words come in order and without gaps, however common the words are and whenever they were said."""

import random

import pytest
import sqlalchemy as sa

from moderation.domain.ids import timed_id
from moderation.domain.search_words import Phrase, fact_word
from moderation.store import search_index, search_matches
from moderation.store.search_index import Document, Sought
from moderation.store.search_matches import Stretch, expected_share, matching

SITE = "site_1"
YEAR = 366 * 24 * 3_600_000
NOON = 1_790_000_000_000
CASES = 12  # comments and questions drawn for one test


def filled(connection, chance) -> dict[str, str]:
    """Comments of three years in bursts, with the word of each."""
    words = {}
    for _ in range(chance.randint(1, 12)):
        burst = NOON + chance.randrange(3 * YEAR)
        span = chance.choice([1, 10_000, 30 * 3_600_000, YEAR // 3])
        for _ in range(chance.randint(1, 15)):
            id = timed_id("cmt", burst + chance.randrange(span), chance.randbytes(10))
            words[id] = chance.choice(["tea", "tea", "tea", "milk"])
    facts = [fact_word("site", SITE)]
    documents = [Document(id, facts, [], ["red", word, "leaf"]) for id, word in words.items()]
    search_index.put(connection, documents)
    return words


def all_matches(connection, phrase, low, high, *, newest_first) -> list[str]:
    """Page by page, as a search goes on."""
    sought = Sought([SITE], [Phrase(phrase, is_prefix=False)])
    after, found = "", []
    for _ in range(500):
        if newest_first:
            stretch = Stretch(low, min(after or high, high or after), "", newest_first=True)
        else:
            stretch = Stretch(max(after, low), high, after, newest_first=False)
        ids, reached = matching(connection, sought, stretch, 3)
        assert reached is not None, "too common even for the shortest period"
        assert len(ids) <= 3
        found += ids
        after = reached
        if not after:
            return found
    raise AssertionError("it never ends")


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("seed", range(CASES))
def test_matches_are_complete_and_in_order(store, monkeypatch, seed, newest_first):
    monkeypatch.setattr(search_matches, "FEW", 20)  # as beside a million
    chance = random.Random(seed)
    with store.write() as connection:
        words = filled(connection, chance)
        ids = sorted(words)
        ends = [("", ""), (chance.choice(ids), ""), ("", chance.choice(ids))]
        ends.append(tuple(sorted(chance.choices(ids, k=2))))
        for low, high in ends:
            for phrase in (["tea"], ["milk"], ["red", "milk"], ["milk", "red"]):
                expected = [
                    id
                    for id in ids
                    if words[id] in phrase and phrase != ["milk", "red"] and id >= low
                    if not high or id < high
                ]  # fmt: skip
                found = all_matches(connection, phrase, low, high, newest_first=newest_first)
                assert found == (expected[::-1] if newest_first else expected), (phrase, low, high)


def test_rare_words_are_expected_to_be_rare(store):
    if store.is_sqlite:
        pytest.skip("FTS5 needs no estimate")
    facts = [fact_word("site", SITE)]
    with store.write() as connection:
        connection.execute(sa.text("TRUNCATE search_index"))  # forgets statistics of other tests
        common = Sought([SITE], [Phrase(["tea"], is_prefix=False)])
        assert expected_share(connection, common) == 1.0, "nothing is known yet"
        for number in range(400):  # enough for statistics
            id = timed_id("cmt", NOON + number, bytes(10))
            words = ["tea", "cup"] if number else ["tea", "zyzzyva"]
            search_index.put(connection, [Document(id, facts, [], words)])
        connection.execute(sa.text("ANALYZE search_index"))
        rare = Sought([SITE], [Phrase(["zyzzyva"], is_prefix=False)])
        assert expected_share(connection, common) > 0.5
        assert expected_share(connection, rare) < 25 / 300
