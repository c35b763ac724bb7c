"""Insults with letters hidden are read as meant, other words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.normalise import normalise
from moderation.scorers.models.spelling import Spelling, read_lexicon

SPELLING = Spelling(["idiot", "stupid", "moron", "scum"], ["morn"])


def repaired(text: str) -> str:
    return SPELLING.repaired(normalise(text)).text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("you i***t", "you idiot"),
        ("you id*ot", "you idiot"),
        ("you idoit", "you idiot"),
        ("you idot", "you idiot"),
        ("STPUID man", "stupid man"),
        ("s****d", "stupid"),
        ("st#p%d", "stupid"),
        ("m**** off", "moron off"),
    ],
)
def test_what_is_hidden_is_read(written: str, meant: str) -> None:
    assert repaired(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "morn is early",
        "a footnote* here",
        "5*3*2",
        "my_var = x",
        "*bold*",
        "a*b",
        "the idiom",
        "study",
        "moron",
        "s*",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert repaired(text) == text


def test_the_place_in_the_original_is_kept() -> None:
    view = SPELLING.repaired(normalise("so you i***t there"))
    start = view.text.index("idiot")
    assert view.original(start, start + 5) == (7, 12)


def test_a_lexicon_is_read_with_its_exceptions() -> None:
    spelling = read_lexicon("moron\nscum\n-morn\n")
    assert spelling.repaired(normalise("mroon morn scmu")).text == "moron morn scum"


@given(st.text(alphabet="idotsup*#%_ mrn", max_size=60))
def test_offsets_hold_for_any_text(text: str) -> None:
    view = SPELLING.repaired(normalise(text))
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(view.starts, view.ends, strict=True))
