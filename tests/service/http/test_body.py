"""Strict JSON: what RFC 8259 allows and can be stored is taken, the rest is a clear 4xx."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.body import DEPTH_LIMIT, MEMBERS_LIMIT, strict_json
from service.http.errors import BadRequest

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner),
    max_leaves=10,
)


@given(VALUES, st.booleans())
def test_whatever_json_can_say_is_read_back(value, ascii):
    assert strict_json(json.dumps(value, ensure_ascii=ascii).encode()) == value


@given(st.binary(max_size=200))
def test_bytes_are_a_value_or_a_bad_request_and_nothing_else(body):
    try:
        strict_json(body)
    except BadRequest as error:
        assert error.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"\xff\xfe{\x00}\x00",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'["\\ud83d", "\\ude00"]',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        json.dumps({f"k{n}": n for n in range(100_000)}).encode(),
        json.dumps({f"k{n}": n for n in range(MEMBERS_LIMIT + 1)}).encode(),
    ],
)
def test_traps_are_refused_without_an_echo(body):
    with pytest.raises(BadRequest) as caught:
        strict_json(body)
    assert len(caught.value.message) < 120


def test_what_is_just_within_the_limits_passes():
    assert strict_json(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT) is not None
    assert len(strict_json(json.dumps({f"k{n}": n for n in range(MEMBERS_LIMIT)}).encode())) == 200
    assert strict_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
    assert strict_json(b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["').startswith("[")
    assert math.isclose(strict_json(b"1e-3"), 0.001)


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(BadRequest):
        strict_json(b'{"a": 1e999}')
