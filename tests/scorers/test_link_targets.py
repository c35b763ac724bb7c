"""Where a comment leads: the domain, on platforms the path, never the page's own site."""

import time

import pytest

from moderation.domain.score import Candidate
from moderation.scorers.spam.link_targets import links_of, targets_of
from moderation.scorers.spam.links import find_heuristics
from moderation.scorers.spam.text_sketch import sketches
from tests.scorers.candidates import HOSTILE, candidate


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("see https://news.shop.example.co.uk/a?b=1 and www.example.co.uk.", ("example.co.uk",)),
        ("see https://www.youtube.com/watch?v=AbC#t=1", ("youtube.com/watch?v=AbC",)),
        ("see https://youtube.com/ and bit.ly/2xYz", ("bit.ly/2xYz",)),
        ("call +1 (800) 555-1234 now", ("tel:18005551234",)),
        ("epson dot com has it", ("epson.com",)),
        ("as https://www.herald.test.example.com/1 says", ("example.com",)),
        ("nothing at all, it is 10.30", ()),
    ],
)
def test_places(text: str, targets: tuple[str, ...]) -> None:
    assert targets_of(candidate(text)) == targets


def test_the_own_site_is_no_place_and_name_and_website_count() -> None:
    comment = candidate(
        "see https://www.example.org/2",
        page_url="https://news.example.org/1",
        author_name="cheap-pills.com",
        author_url="https://pills.example.net/buy",
    )
    assert targets_of(comment) == ("example.net", "cheap-pills.com")
    assert links_of(comment) == ("www.example.org/2",)


def test_a_site_without_a_public_name_has_its_own_links_too() -> None:
    comment = candidate(
        "see http://intranet/2 and http://other/3", page_url="http://intranet:8080/1"
    )
    assert targets_of(comment) == ("other",)
    assert [signal.note for signal in find_heuristics(comment) if signal.name == "links"] == [
        "other"
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_bad_input_costs_next_to_nothing(text: str) -> None:
    comment = candidate(text + " https://a.example/b " + "x.com " * 100)
    [sketch] = sketches([comment])
    # What links were found is remembered. A ratio: others work on this machine as well.
    ordinary = candidate("a harbour ferry " * 4_000)
    sketches([ordinary])
    assert _cpu_seconds(comment) < 10 * _cpu_seconds(ordinary) + 0.005
    assert len(sketch.domains) <= 8 and len(sketch.link_keys) <= 8
    assert all(" " not in target and len(target) <= 120 for target in sketch.domains)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("write to Bob.Builder@mail.example today", "bob.builder (at) mail (dot) example, now"),
        ("Telegram: @cash_queen", "message me on telegram @Cash_Queen!"),
        ("join t.me/cash_queen", "Telegram: @cash_queen"),
        ("WhatsApp +44 7911 123456", "call 0044 7911-123456 for it"),
        ("call (800) 555-1234", "call 8OO-555-1234"),
        (
            "send to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
            "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh is my wallet",
        ),
        (
            "0x52908400098527886E0F7030069857D2E4169EE7 for coins",
            "coins: 0x52908400098527886E0F7030069857D2E4169EE7",
        ),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "pay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT please"),
    ],
)
def test_equal_contacts_are_equal_targets(written: str, same: str) -> None:
    shared = set(targets_of(candidate(written))) & set(targets_of(candidate(same)))
    assert [target for target in shared if ":" in target]


@pytest.mark.parametrize(
    "text",
    [
        "The war of 1914-1918 and that of 1939-1945",
        "It was on 2026-11-28, at 10.30, for 10 000 000 pounds",
        "invoice 123456789, page 12-34",
        "@alice I agree with you",
        "pneumonoultramicroscopicsilicovolcanoconiosis",
        "see https://www.mill.example/a/1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "no signal here, and the line is long",
    ],
)
def test_dates_amounts_and_names_are_no_contacts(text: str) -> None:
    assert not [target for target in targets_of(candidate(text)) if ":" in target]


def _cpu_seconds(comment: Candidate) -> float:
    took = []
    for _ in range(3):
        started = time.thread_time()
        sketches([comment])
        took.append(time.thread_time() - started)
    return min(took)
