"""Word lists: whole words, both views, the places in the original, nothing hostile."""

import pytest

from moderation.domain.errors import Invalid
from moderation.scorers.site.wordlist import ENTRY_LIMIT, Wordlist
from tests.scorers.candidates import candidate


def matched_pieces(entries: list[str], text: str) -> list[str]:
    """The pieces of the text that the entries were found in."""
    signals = Wordlist(entries).measure([candidate(text)])[0]
    pieces = [text[span.start : span.end] for signal in signals for span in signal.spans]
    assert sum(signal.value for signal in signals) == len(pieces)
    return pieces


@pytest.mark.parametrize(
    ("entry", "text", "pieces"),
    [
        ("cialis", "A specialist in socialism", []),
        ("cialis", "Buy Cialis, CIALIS; (cialis)", ["Cialis", "CIALIS", "cialis"]),
        ("cialis", "cialis cialis cialis cialis", ["cialis"] * 4),
        ("дурак", "дурак дурак, не дураки", ["дурак", "дурак"]),
        ("spam", "spamé éspam _spam_ spam2", []),
        ("spam*", "spams spammers antispam", ["spams", "spammers"]),
        ("*spam", "antispam spams", ["antispam"]),
        ("get rich", "get  rich\nget\n\trich get richer", ["get  rich", "get\n\trich"]),
        ("a.b", "a.b axb", ["a.b"]),
        ("idiot", "an 1d10t and an i.d.i.o.t", ["1d10t", "i.d.i.o.t"]),
        ("idiot", "іdiоt i\u200bdiot ídïot", ["іdiоt", "i\u200bdiot", "ídïot"]),
        ("sh1t", "sh1t", ["sh1t"]),
        ("idiot", "idiot", ["idiot"]),
        ("ass\nasshole", "asshole", ["asshole"]),
        ("straße", "Straße strasse", ["Straße"]),
        ("# only a comment", "# only a comment", []),
    ],
)
def test_whole_words_where_they_stand(entry: str, text: str, pieces: list[str]) -> None:
    assert matched_pieces(entry.split("\n"), text) == pieces


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "a*",
        "* *",
        "word *",
        "a*b*c*d*e",
        "x" * 201,
        "!!!",
        "(a+)+$",
        "bad\u202eword",
        "nul\x00l",
    ],
)
def test_what_cannot_be_an_entry_is_refused(entry: str) -> None:
    with pytest.raises(Invalid, match="Entry 2") as refusal:
        Wordlist(["fine", entry])
    assert entry not in refusal.value.message
    assert refusal.value.pointer == "/1"


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(Invalid, match="at most"):
        Wordlist(f"entry{number}" for number in range(ENTRY_LIMIT + 1))


def test_a_long_list_is_searched_whole() -> None:
    entries = [f"word{number}" for number in range(2_000)]
    assert matched_pieces(entries, "word0 word777 word1999 word2000") == [
        "word0",
        "word777",
        "word1999",
    ]


def test_the_default_list_knows_threats_but_not_news() -> None:
    from moderation.scorers.site.wordlist import read_entries

    default = read_entries()
    assert matched_pieces(default, "I’ll kill you") == ["I’ll kill you"]
    assert (
        matched_pieces(
            default, "He said he would kill the bill. Hang in there. The suicide rate fell."
        )
        == []
    )
