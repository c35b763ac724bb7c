"""Patterns of RE2: the same places whatever alphabet stands around them."""

import re

import re2
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.patterns import contains, find_matches, find_spans

_PATTERN = r"[ab]+(c?)"
_READ, _FAST = re.compile(_PATTERN), re2.compile(_PATTERN)
TEXTS = st.text(st.sampled_from("abc dé漢😀"), max_size=40)


@given(TEXTS, st.integers(0, 5))
def test_places_are_those_that_re_finds(text: str, most: int) -> None:
    wanted = [one.span() for one in _READ.finditer(text)]
    assert find_spans(_FAST, text, most) == wanted[:most]
    assert contains(_FAST, text) == bool(wanted)
    inner = [one.span(1) for one in find_matches(_FAST, text, 99)]
    assert inner == [one.span(1) for one in _READ.finditer(text)]


def test_half_a_letter_is_no_reason_to_fail() -> None:
    assert contains(_FAST, "\ud800 ab") and not contains(_FAST, "\ud800")
