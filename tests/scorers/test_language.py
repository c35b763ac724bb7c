"""Languages: told from the raw text, inherited where too short, never by way of the network."""

import socket
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.score import Signal
from moderation.scorers.language import Language
from moderation.scorers.language_guess import FOLDER
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
    by_name = signals("hm, öh!", language=page)
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
        "6d049815043b417c81d5e0a65b387288",
        "48761431215b4acc90c15ec076322094",
        "e118b9c6f9884981b6bb1f9818e76527",
        "af1e9dc45f6f4ea49812e403e33af96e",
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
    note = signals("xqzt wvpl grmpf schnark", covered="en")["language_unsupported"].note
    assert note.startswith("not sure, perhaps ")
    note = signals("Le conseil municipal votera.", covered="en")["language_unsupported"].note
    assert note == "fr"


@pytest.mark.parametrize(
    "text",
    [
        "It’s real to you, so it’s real. I’m sorry for your loss.",
        "great article, thank you!",
        "Lovely photos, thank you!",
        "Thanks for this tutorial!",
        "Congratulations Siobhán!",
        "Always appreciate your input Håkan.",
        "whatever",
        "Hardly a valid comparison.",
        "What a ridiculous comment, absurd.",
        "Excellent editorial",
        "Free Chechnya!!!",
        "utter tosh",
        "What an idiot. Wow.",
        "I agree, Jean-François.",
        "👍👍👍",
        "...",
        "ok",
        "Another comment from a believer, ha, ha, ha, ha.",
        "He has a certain je ne sais quoi, and the vote was a fait accompli before the debate began.",
        "The minister said “das ist nicht wahr” and left, which I find a strange way to answer a question.",
    ],
)
@pytest.mark.parametrize("page", ["", "en", "en-GB"])
def test_english_is_english_short_or_with_the_quotes_of_a_phone(text: str, page: str) -> None:
    assert "language_unsupported" not in signals(text, language=page)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Du Hurensohn, fick dich", "de"),
        ("Tod allen Juden!", "de"),
        ("Ich hasse Juden.", "de"),
        ("Hijo de puta, muere", "es"),
        ("Muere puta", "es"),
        ("Je hais les homos.", "fr"),
        ("Ik haat Moslims.", "nl"),
        ("Nienawidzę gejów", "pl"),
        ("I gay sono un virus.", "it"),
        ("s c h e i ß Juden", "de"),
        ("Sch3iß Ausl4nder", "de"),
        ("gays pratikarak hain.", "hi"),
    ],
)
@pytest.mark.parametrize("page", ["", "en"])
def test_a_few_foreign_words_are_foreign(text: str, code: str, page: str) -> None:
    note = signals(text, language=page)["language_unsupported"].note
    assert note.removeprefix("not sure, perhaps ") == code
    assert "language_unsupported" not in signals(text, language=page, covered=f"en {code}")


@pytest.mark.parametrize("before", [1_049, 20_000, 60_000])
def test_foreign_sentences_are_seen_wherever_they_stand(before: int) -> None:
    english = (
        "The council votes on the new bridge, and nobody asked the people who live there. " * 800
    )[:before]
    hate = "Alle diese Ausländer sollte man sofort aus dem Land werfen, dieses Pack."
    assert "language_unsupported" not in signals(english, language="en")
    assert signals(f"{english}. Tod allen Juden! {english}")["language_unsupported"].note == "de"
    for text in (f"{english}. {hate}", f"{hate} {english}", f"{english}. {hate} {english}"):
        by_name = signals(text, language="en")
        assert by_name["language_unsupported"].note == "de"
        assert by_name["language"].note == "en"


@given(st.text(max_size=300))
def test_every_text_has_one_language(text: str) -> None:
    by_name = signals(text)
    assert 0 <= by_name["language"].value <= 1


def test_no_word_tells_two_things() -> None:
    english = (FOLDER / "english.txt").read_text("utf-8").split()
    assert english == sorted(set(english))
    for code, kinds in tomllib.loads((FOLDER / "foreign.toml").read_text("utf-8")).items():
        words = [word for kind in kinds.values() for word in kind.split()]
        assert len(words) == len(set(words)) and not set(words) & set(english), code
