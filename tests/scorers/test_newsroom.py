"""The default policy on the real scorers: what it lets through, what it holds and why."""

from pathlib import Path
from typing import Any

import pytest

from moderation.domain.policy import decide, parse_policy
from moderation.domain.score import SenderTraces
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from tests.scorers.candidates import candidate

POLICY = parse_policy(
    (Path(__file__).parents[2] / "moderation/policies/newsroom.toml").read_text(encoding="utf-8")
)
PIPELINE = ScorerPipeline(build_scorers("bundled"), timeout=20)


def verdict(text: str, **more: Any) -> tuple[str, set[str]]:
    decision = decide(POLICY, PIPELINE.measure([candidate(text, **more)])[0])
    return decision.outcome.value, {reason.code for reason in decision.reasons}


@pytest.mark.parametrize(
    "text",
    [
        "The minister is a liar and should resign",
        "I am a gay man",
        "Great article, thanks!",
        "I am a Muslim woman and I liked this article.",
        "The numbers in the third paragraph are wrong, see https://example.org/report.pdf",
        "My grandfather was killed in that war and nobody told us for years.",
        "ok",
    ],
)
def test_ordinary_comments_are_approved(text: str) -> None:
    assert verdict(text) == ("approve", set())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("You are a fucking idiot", "insult"),
        ("You are a fucking 1d10t", "toxic"),
        ("I will find you and kill you", "threat"),
        ("All of you faggots should be shot", "wordlist"),
        (
            "Der Minister soll endlich zurücktreten, so geht es nicht weiter.",
            "language_unsupported",
        ),
        ("See http://a.example.com http://b.example.com http://c.example.com", "links"),
    ],
)
def test_what_needs_a_person_is_held_with_its_reason(text: str, code: str) -> None:
    outcome, codes = verdict(text)
    assert outcome == "hold"
    assert code in codes


def test_classic_advertising_is_held_where_it_leaves_a_way_to_be_found() -> None:
    offer = "Need help with your essay? Our writers deliver in 6 hours"
    assert verdict(offer) == ("approve", set())
    for way in ("https://essay.example.com", "essay dot com", "call +44 20 7946 0123"):
        assert "advertising" in verdict(f"{offer} {way}")[1], way
    assert "advertising" in verdict(offer, author_url="https://essay.example.com")[1]


@pytest.mark.parametrize(
    ("text", "more", "outcome", "sentence"),
    [
        (
            "Buy cheap pills http://pills.example.com http://meds.example.com",
            {},
            "hold",
            "Advertises medicines, and leaves a way to be found.",
        ),
        (
            "Nice.",
            {"author_name": "Cheap Shoes Store", "author_url": "https://shoes.example.com"},
            "spam",
            "The author is called “cheap shoes store” and leaves a way to be found.",
        ),
        (
            "Lovely photo.",
            {"trap_filled": True},
            "spam",
            "A field that people do not see was filled in.",
        ),
        (
            "See [url=http://evil.example.org]bank.example.com[/url]",
            {},
            "hold",
            "A link does not show where it leads: example.org.",
        ),
        (
            "Call eight hundred five five five one two one two now",
            {},
            "hold",
            "Contact details in the text: 1.",
        ),
        (
            "See http://a.example.com",
            {"traces": SenderTraces(email_domain="mailinator.com")},
            "hold",
            "A link to example.com, from a sender that hides (throwaway e-mail: mailinator.com).",
        ),
        (
            "Лучшие цены здесь http://a.example.com",
            {"language": "en"},
            "spam",
            "Cyrillic letters on a page that has none, and a link to example.com.",
        ),
    ],
)
def test_spam_decisions_read_like_sentences(
    text: str, more: dict[str, Any], outcome: str, sentence: str
) -> None:
    decision = decide(
        POLICY, PIPELINE.measure([candidate(text, **({"author_name": "Carol"} | more))])[0]
    )
    assert decision.outcome.value == outcome
    assert sentence in [reason.message for reason in decision.reasons]


def test_plain_link_spam_is_filed_as_spam() -> None:
    outcome, codes = verdict(
        "CHECK OUT MY CHANNEL http://a.example.com please subscribe!!!",
        author_name="www.a.example.com",
    )
    assert outcome == "spam"
    assert {"spam", "link_in_name"} <= codes


def test_no_machine_rejects_but_what_people_have_listed() -> None:
    rejecting = [rule for rule in POLICY.rules if rule.outcome.value == "reject"]
    named = {name for rule in rejecting for name in rule.conditions[0].signals}
    assert named == {"filter_reject", "filter_spam", "campaign_spam"}


def test_what_could_not_be_measured_is_held() -> None:
    broken = ScorerPipeline(build_scorers("detoxify:/nowhere"), timeout=20)
    decision = decide(POLICY, broken.measure([candidate("Great article, thanks!")])[0])
    assert (decision.outcome.value, decision.reasons[0].code) == ("hold", "scorer_unavailable")
