"""Texts whose words are all disguised in one way are read as meant; ordinary ones stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.normalise import normalise
from moderation.scorers.models.decoding import Decoder

ORDINARY = [
    "the",
    "to",
    "you",
    "and",
    "of",
    "is",
    "that",
    "it",
    "in",
    "are",
    "not",
    "for",
    "this",
    "nobody",
    "likes",
    "people",
    "what",
    "council",
]
DECODER = Decoder(
    [*"abcdefghijklmnopqrstuvwxyz", *ORDINARY],
    ["fucking", "idiot", "stupid", "bitch", "shit", "al"],
)


def read(text: str) -> str:
    return DECODER.decoded(normalise(text)).text


@pytest.mark.parametrize(
    "written",
    [
        "uoy era diputs dna toidi",
        "ouyay areway upidstay andway idiotway",
        "lbh ner fghcvq naq vqvbg",
        "y*u *r* st*p*d *nd *d**t",
        "y%& &r# st&p#d #nd &d%&t",
        "youarestupidandidiot",
    ],
)
def test_the_words_are_read_as_meant(written: str) -> None:
    assert read(written).split() == ["you", "are", "stupid", "and", "idiot"] or read(written) == (
        "you are stupid and idiot"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("the council is toidi", "the council is idiot"),
        ("for this f@ck#ng council", "for this fucking council"),
        ("that is abitch", "that is a bitch"),
        ("that is not itchbay", "that is not bitch"),
        ("tihS, the council", "shit, the council"),
        ("t*is c*uncil is s*it a*d s*upid", "t*is council is shit a*d stupid"),
    ],
)
def test_a_single_insult_is_read_too(written: str, meant: str) -> None:
    assert read(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "The council likes people",
        "boon for the council",
        "#Wake",
        "Schmidt Kowalczyk Nguyen",
        "characterisation of the council",
        "*it is not for you",
        "Shital",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert read(text) == text


@given(st.text(alphabet="idotsup*#%&@_ mrnay'", max_size=80))
def test_offsets_hold_for_any_text(text: str) -> None:
    view = DECODER.decoded(normalise(text))
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(view.starts, view.ends, strict=True))
