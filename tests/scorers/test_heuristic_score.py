"""The score `signs` and the list of heuristics that add up to it."""

import hashlib
from pathlib import Path

import pytest

from moderation.scorers.spam.heuristic import BASE_LOG_ODDS, HEURISTICS, heuristic_signal
from moderation.scorers.spam.heuristics import MODEL_NAME, Heuristics
from tests.scorers.candidates import candidate


def signals(text: str, **more: str) -> dict[str, float]:
    return {
        signal.name: signal.value for signal in Heuristics().measure([candidate(text, **more)])[0]
    }


def pieces(text: str, label: str) -> list[str]:
    return [text[span.start : span.end] for span in Heuristics().explain(candidate(text), label)]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "see http://example.com/a and www.example.org.",
            ["http://example.com/a", "www.example.org"],
        ),
        ("see example.com/page or bit.ly/x1", ["example.com/page", "bit.ly/x1"]),
        ("The U.S. and e.g. 3.5 percent.Then more", []),
    ],
)
def test_links_are_counted_where_they_stand(text: str, links: list[str]) -> None:
    assert pieces(text, "links") == links
    assert signals(text).get("links", 0) == len(links)


def test_contact_details_are_found_but_not_inside_links() -> None:
    text = (
        "call +49 (30) 1234-5678 or write a.b@example.com, WhatsApp +4917012345, x.com/12345678901"
    )
    assert pieces(text, "contact") == [
        "+49 (30) 1234-5678",
        "a.b@example.com",
        "WhatsApp +4917012345",
    ]
    assert "contact" not in signals("In 2019 it was 12 345 people and 1,000,000 euros, 40 percent")


def test_a_link_in_the_name_is_seen_through_disguise() -> None:
    assert signals("Nice.", author_name="Cheap Shoes www.shoes.example")["link_in_name"] == 1
    assert signals("Nice.", author_name="best\u200b-shoes.c\u200bom")["link_in_name"] == 1
    assert "link_in_name" not in signals("Nice.", author_name="J. R. R. Tolkien")


def test_shouting_is_the_share_of_capitals_of_what_is_long_enough() -> None:
    assert signals("THIS IS AN OUTRAGE AND MUST STOP")["shouting"] == 1
    assert "shouting" not in signals("NO WAY")
    assert signals("This is an outrage and must stop now")["shouting"] < 0.1


def test_repetition_is_the_share_of_words_said_before() -> None:
    assert signals("buy buy buy buy buy buy buy buy buy buy")["repetition"] == pytest.approx(0.9)
    assert signals("the quick brown fox jumps over the lazy dog")["repetition"] < 0.2


def test_the_model_has_another_name_when_its_weights_change() -> None:
    """Give HEURISTICS and MODEL_NAME their new values together, then this digest."""
    weights = sorted(
        (name, *map(float, (heuristic.weight, heuristic.most, heuristic.over)))
        for name, heuristic in HEURISTICS.items()
    )
    digest = hashlib.sha256(repr((BASE_LOG_ODDS, weights)).encode()).hexdigest()[:16]
    assert (MODEL_NAME, digest) == ("signs-4", "86cab6469146656b")


def test_every_heuristic_is_in_the_documentation() -> None:
    documentation = Path("docs/spam.md").read_text(encoding="utf-8")
    assert [name for name in HEURISTICS if f"`{name}`" not in documentation] == []


def test_a_heuristic_that_is_not_in_the_list_cannot_be_reported() -> None:
    with pytest.raises(KeyError):
        heuristic_signal("no_such_heuristic", 1)
