"""Languages: told from the raw text, inherited where too short, never by way of the network."""

import socket

import pytest

from moderation.domain.score import Signal
from moderation.scorers.language import Language
from tests.scorers.candidates import candidate


def signals(text: str, language: str = "", covered: str = "en") -> dict[str, Signal]:
    scorer = Language(frozenset(covered.split()))
    return {
        signal.name: signal for signal in scorer.measure([candidate(text, language=language)])[0]
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council will vote on the new bridge next week.", "en"),
        ("Der Stadtrat stimmt nächste Woche über die neue Brücke ab.", "de"),
        ("Городской совет проголосует на следующей неделе.", "ru"),
        ("Le conseil municipal votera la semaine prochaine.", "fr"),
        ("市议会将于下周就新桥进行表决", "zh"),
        ("مجلس المدينة سيصوت الأسبوع المقبل على الجسر", "ar"),
        ("日本語のコメントです", "ja"),
    ],
)
def test_what_is_not_covered_is_said_to_be_so(text: str, code: str) -> None:
    by_name = signals(text)
    assert by_name["language"].note == code
    assert by_name["language"].value > 0.5
    assert ("language_unsupported" in by_name) == (code != "en")
    assert "language_unsupported" not in signals(text, covered=f"en {code}")


@pytest.mark.parametrize(
    ("page", "code"), [("", "en"), ("en-GB", "en"), ("de-AT", "de"), ("fr", "fr")]
)
def test_short_comments_are_in_the_language_of_the_page(page: str, code: str) -> None:
    by_name = signals("lol, ok!", language=page)
    assert (by_name["language"].note, by_name["language"].value) == (code, 0.0)
    assert ("language_unsupported" in by_name) == (code != "en")


def test_a_link_says_nothing_about_the_language() -> None:
    assert (
        signals("lol https://www.zeitung.example/nachrichten-aus-der-ganzen-welt")["language"].note
        == "en"
    )


@pytest.mark.parametrize(
    "code",
    [  # each made the detector doubt that this is English
        *("6d049815043b417c81d5e0a65b387288", "48761431215b4acc90c15ec076322094"),
        *("e118b9c6f9884981b6bb1f9818e76527", "af1e9dc45f6f4ea49812e403e33af96e"),
    ],
)
def test_a_number_of_an_order_says_nothing_either(code: str) -> None:
    text = f"Thank you for the piece about the café 👍 {code}"
    assert signals(text).keys() == {"language"}
    assert "language_unsupported" in signals(f"Vielen Dank für den Bericht über das Café 👍 {code}")


def test_the_disguise_of_english_is_not_taken_for_another_language_by_the_page() -> None:
    # Short Cyrillic stays what it is although the page is English.
    assert "language_unsupported" in signals("идиот ты", language="en")


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert signals("The council will vote on the new bridge next week.")["language"].note == "en"


@pytest.mark.parametrize(
    ("text", "page", "unlike"),
    [
        ("Das ist ein ganz gewöhnlicher Satz über den Bahnhof und die Züge.", "en-GB", True),
        ("Das ist ein ganz gewöhnlicher Satz über den Bahnhof und die Züge.", "de-AT", False),
        ("Das ist ein ganz gewöhnlicher Satz über den Bahnhof und die Züge.", "", False),
        ("Schöner Artikel, danke!", "en", False),  # too short to be sure
    ],
)
def test_a_comment_in_another_language_than_its_page(text: str, page: str, unlike: bool) -> None:
    (measured,) = Language(frozenset({"en", "de"})).measure([candidate(text, language=page)])
    assert ("language_unlike_page" in {signal.name for signal in measured}) == unlike


def test_a_guess_that_is_not_sure_is_told_as_one() -> None:
    assert signals("x" * 200, covered="en")["language_unsupported"].note == "perhaps en"
    assert (
        signals("Le conseil municipal votera.", covered="en")["language_unsupported"].note == "fr"
    )
