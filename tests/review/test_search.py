"""Comments are found by words of any language, by their sender, page, reason and status, on both databases."""

import os

import pytest

from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import HOUR_MS, MINUTE_MS
from moderation.domain.errors import Invalid
from moderation.review import decisions, page_moves
from moderation.review.explanation import Explanation
from moderation.review.search import Criteria, search
from moderation.store import search as stored_search
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply


def approve(store, site, ids, outcome=Outcome.APPROVE, reason=""):
    for comment_id in ids:
        decisions.decide(
            store,
            "mod_1",
            {site.id},
            comment_id,
            outcome,
            Explanation(reason),
            now=NOON,
            entropy=os.urandom,
        )


def posted(store, site, *replies):
    """The ids of these, decided and indexed."""
    ids = hand_in(store, *replies)
    approve(store, site, ids)
    index_due(store)
    return ids


def found(store, site, query="", **criteria):
    results = search(store, [site.id], Criteria(query=query, **criteria), limit=100, now=NOON)
    assert not results.after
    return [card.id for card in results.cards]


def test_words_are_found_in_text_name_and_page_whatever_their_case_and_accents(store):
    site = newspaper(store)
    page = PageRef("https://herald.test/news/harbour-walls", "Neue Häfen")
    crane, quiet = posted(
        store,
        site,
        reply(site, "Der KRÄN ist rot, nicht blau.", page=page, author=AuthorRef("Zoë Bright", url="https://zoe.test/me")),
        reply(site, "A quiet morning."),
    )  # fmt: skip
    for query in ("kran", "Krän", "zoe", "BRIGHT kran", "hafen", "harbour-walls", '"ist rot"', "mor*",
                  "zoe.test", "https://zoe.test/me"):  # fmt: skip
        expected = quiet if query == "mor*" else crane
        assert found(store, site, query) == [expected], query
    for query in ("kra", '"rot ist"', "kran quiet", "bright der", '"bright der"', "mo*"):
        assert found(store, site, query) == ([crane] if query == "bright der" else []), query


@pytest.mark.parametrize(
    ("text", "query", "other"),
    [
        ("今天港口很安静", "港口", "口港"),
        ("港の船は赤い", "船は赤", "赤船"),
        ("สวัสดีตอนเช้า", "ตอนเช้า", "เช้าตอน"),
        ("Ёжик в тумане", "ежик", "ежики"),
        ("هٰذَا مُحَمَّد هنا", "محمد", "محمود"),
        ("हिन्दी में लिखा", "हिन्दी", "हिन्द"),
        ("오늘 항구는 조용하다", "항구는", "항구"),
        ("tiếng Việt hay", "tieng viet", "viet tieng xin"),
    ],
)
def test_any_language_is_found(store, text, query, other):
    site = newspaper(store)
    [comment_id] = posted(store, site, reply(site, text))
    assert found(store, site, query) == [comment_id]
    assert found(store, site, other) == []


def test_who_sent_it_is_found_by_email_address_network_and_own_id(store):
    site = newspaper(store)
    ada, bob = posted(
        store,
        site,
        reply(
            site,
            author=AuthorRef("Ada", email="Ada@reader.test", identity="id:42"),
            context=Context(ip="198.51.100.7"),
        ),
        reply(site, author=AuthorRef("Bob"), context=Context(ip="198.51.100.9")),
    )
    assert found(store, site, "ada@READER.test") == [ada]
    assert found(store, site, author="ada@reader.test") == [ada]
    assert found(store, site, "198.51.100.7") == [ada]
    assert found(store, site, author="198.51.100.0/24") == [bob, ada]
    assert found(store, site, author="id:42") == [ada]
    assert found(store, site, author="bob") == [bob]
    assert found(store, site, "198.51.100.9", author="198.51.100.0/24") == [bob]
    assert found(store, site, "nobody@reader.test") == []
    assert found(store, site, bob) == [bob]
    with pytest.raises(Invalid, match="/24"):
        found(store, site, "198.51.0.0/16")


def test_conditions_narrow_it_down_together(store):
    site = newspaper(store)
    other_page = PageRef("https://herald.test/other", "Other")
    first, second, third = hand_in(
        store,
        reply(site, "tea and https://shop.example/x"),
        reply(site, "tea", page=other_page),
        reply(site, "tea again", author=AuthorRef("Ada")),
    )
    approve(store, site, [first], Outcome.REJECT, "off_topic")
    approve(store, site, [second, third])
    index_due(store)
    assert found(store, site, "tea") == [third, second, first]
    assert found(store, site, "tea", order="oldest") == [first, second, third]
    assert found(store, site, "tea", status=Status.APPROVED) == [third, second]
    assert found(store, site, reason="off_topic") == [first]
    assert found(store, site, page_url=other_page.url) == [second]
    assert found(store, site, page_url="https://herald.test/none") == []
    assert found(store, site, "tea", author="ada") == [third]
    assert found(store, site, domain="shop.example") == [first]
    assert found(store, site, domain="example") == []
    assert found(store, site, decided_by="policy") == []
    assert found(store, site, decided_by="moderator", status=Status.REJECTED) == [first]
    assert found(store, site, until=NOON) == []
    assert found(store, site, since=NOON) == [third, second, first]


def test_another_sites_comments_are_never_found(store):
    herald, blog = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    page = PageRef("https://bob.test/1", "News")
    email = AuthorRef("Ada", email="ada@reader.test")
    [secret] = posted(store, blog, reply(blog, "secret tea", page=page, author=email))
    for query in ("secret", "ada@reader.test", secret, f'tea "{blog.id}"'):
        assert found(store, herald, query) == []
    assert found(store, blog, "secret") == [secret]


def test_a_new_title_is_found_and_the_old_one_is_not(store):
    site = newspaper(store)
    [comment_id] = posted(store, site, reply(site))
    page_moves.set_title(store, site.id, "https://herald.test/news/1", "Lighthouse")
    index_due(store)
    assert found(store, site, "lighthouse") == [comment_id]
    assert found(store, site, "News lighthouse") == [comment_id]  # of the URL


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_follow_each_other_without_gaps(store, monkeypatch, order):
    monkeypatch.setattr(stored_search, "LOOKED_AT", 4)  # as beside a million
    monkeypatch.setattr(stored_search, "ROUNDS", 2)
    site = newspaper(store)
    ids = hand_in(store, *(reply(site, "tea" if n % 3 else "milk") for n in range(40)))
    approve(store, site, ids[::2], Outcome.REJECT)
    approve(store, site, ids[1::2])
    index_due(store)
    for criteria, expected in (
        (Criteria(query="tea", order=order), [ids[n] for n in range(40) if n % 3]),
        (
            Criteria(query="milk", status=Status.REJECTED, order=order),
            [ids[n] for n in range(0, 40, 6)],
        ),
        (
            Criteria(decided_by="moderator", status=Status.APPROVED, order=order),
            ids[1::2],
        ),
        (Criteria(query="tea", decided_by="policy", order=order), []),
    ):
        seen, after, asked = [], "", 0
        while True:
            results = search(store, [site.id], criteria, after, 3, now=NOON)
            assert len(results.cards) <= 3
            seen += [card.id for card in results.cards]
            after, asked = results.after, asked + 1
            if not after:
                break
            assert asked < 40
        assert seen == (expected[::-1] if order == "newest" else expected)


@pytest.mark.parametrize("query", ["!!!", '""', " ".join("abcdefghijklmnopqrst")])
def test_a_query_without_words_or_with_too_many_is_refused(store, query):
    with pytest.raises(Invalid) as refused:
        search(store, [newspaper(store).id], Criteria(query=query), now=NOON)
    assert refused.value.pointer == "/query"


@pytest.mark.parametrize(
    "query",
    ['a" OR "b', "facts : x", "a* NOT b", "(tea", "tea)", "'tea' & !x", "tea:*", "^tea", "\\"],
)
def test_what_means_something_to_a_database_is_only_words(store, query):
    site = newspaper(store)
    posted(store, site, reply(site, "tea"))
    if query != "\\":
        search(store, [site.id], Criteria(query=query), now=NOON)


def test_an_age_moves_with_the_clock(store):
    site = newspaper(store)
    old, fresh = posted(
        store,
        site,
        reply(site, "old tea", at=NOON - 5 * HOUR_MS),
        reply(site, "fresh tea", at=NOON),
    )

    def listed(age, later=HOUR_MS, **criteria):
        wanted = Criteria(age=age, **criteria)
        return [card.id for card in search(store, [site.id], wanted, now=NOON + later).cards]

    assert listed("over-4h") == [old] and listed("under-4h") == [fresh]
    assert listed("over-4h", 5 * HOUR_MS) == [fresh, old] and listed("under-4h", 5 * HOUR_MS) == []
    assert listed("over-4h", query="tea") == [old] and listed("over-4h", query="fresh") == []
    # Days and age together: both must be met.
    assert listed("under-24h", since=NOON - HOUR_MS) == [fresh]
    assert listed("under-24h", until=NOON - HOUR_MS) == [old]
    assert listed("over-4h", since=NOON - HOUR_MS) == []
    assert listed("over-30m", until=NOON - HOUR_MS, later=MINUTE_MS) == [old]
    with pytest.raises(Invalid) as refused:
        listed("lately")
    assert refused.value.pointer == "/age"
