"""Markup is removed, words stay, and every character still knows where it came from."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.markup import as_displayed
from moderation.domain.normalise import normalise


def plain(text: str, parent: str = "") -> str:
    return " ".join(as_displayed(normalise(text), parent).text.split())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>You <b>fool</b></p>", "You fool"),
        ("f<b></b>ool", "fool"),
        ("one<br>two<p>three", "one two three"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("see [the report](https://news.example/idiot) now", "see the report now"),
        ("**very** _good_ ~~not~~ __so__", "very good not so"),
        ("look: https://fool.example/you-idiot?x=1 there", "look: you idiot x there"),
        ("look: https://fool.example/idiot there", "look: there"),
        ("su**ck** it, ~~id~~iot", "suck it, idiot"),
        ("Y** *r* a f*ck*ng id**t", "Y** *r* a f*ck*ng id**t"),
        ("[b]bold[/b] [url=https://x.example]shown[/url]", "bold shown"),
        ("# Title\n- item\n* other", "Title item other"),
        ("<!-- idiot -->hello", "hello"),
        ("<a href='https://x.example' title='idiot'>hello</a>", "hello"),
    ],
)
def test_what_a_reader_does_not_see_is_removed(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "5 * 3 * 2 = 30",
        "f**k this s***",
        "a < b and c > d",
        "snake_case stays",
        "x ^ y & z",
        "I <3 you",
        "<you idiot>",
        "<b you idiot>",
    ],
)
def test_text_that_only_looks_like_markup_stays(text: str) -> None:
    assert plain(text) == text


def test_a_quotation_of_the_parent_is_removed_and_no_other_one() -> None:
    parent = "You are all complete idiots, the lot of you."
    assert plain("> You are all complete idiots,\nThat is rude.", parent) == "That is rude."
    assert plain("> you stupid cow\nThat is rude.", parent) == "you stupid cow That is rude."
    assert plain("<blockquote>complete idiots</blockquote>No.", parent) == "No."
    assert plain("[quote=ann]the lot of you[/quote]No.", parent) == "No."
    assert plain("> idiots\nNo.", parent) == "idiots No."  # one word is no quotation


@given(
    st.lists(
        st.sampled_from(
            ["<b>", "</b>", "word", "*", "**", "_", " ", "\n", "> ", "&amp;", "&", "<", "](http://x.y)", "[", "[b]",
             "https://a.example/b", "idiot", "é", "😀", "<!--", "-->", "<blockquote>", "</blockquote>", "`"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_every_remaining_character_knows_its_origin(text: str) -> None:
    view = as_displayed(normalise(text), "word idiot word")
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(
        0 <= start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True)
    )
    assert list(view.starts) == sorted(view.starts)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "*",
        "&",
        "<!--",
        "[",
        "_a",
        "<blockquote>",
        "[quote]",
        "*a ",
        "<a ",
        "[a](b",
        "\n>",
        "**a",
        "www.",
    ],
)
def test_time_grows_with_the_length(piece: str) -> None:
    def spent(size: int) -> float:
        view = normalise((piece * size)[:size])
        best = 1e9
        for _ in range(3):
            begun = time.thread_time()
            as_displayed(view, "some words of the parent")
            best = min(best, time.thread_time() - begun)
        return best

    # Four times the text; a quadratic one would take sixteen times as long.
    assert spent(64_000) < 10 * spent(16_000) + 0.02
