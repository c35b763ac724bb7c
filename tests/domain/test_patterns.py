"""Searching with RE2 finds what re finds, whatever the alphabet of the text."""

import re

import re2
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.patterns import contains, find_matches, find_spans

_PATTERN = r"[ab]+(c?)"
_READ, _FAST = re.compile(_PATTERN), re2.compile(_PATTERN)
TEXTS = st.text(st.sampled_from("abc dé漢😀"), max_size=40)


@given(TEXTS, st.integers(0, 5))
def test_matches_are_those_of_re(text: str, most: int) -> None:
    expected = [match.span() for match in _READ.finditer(text)]
    assert find_spans(_FAST, text, most) == expected[:most]
    assert contains(_FAST, text) == bool(expected)
    groups = [match.span(1) for match in find_matches(_FAST, text, 99)]
    assert groups == [match.span(1) for match in _READ.finditer(text)]


def test_a_lone_surrogate_is_searched_too() -> None:
    assert contains(_FAST, "\ud800 ab") and not contains(_FAST, "\ud800")
