"""The few marks of Markdown as HTML: what is shown, what stays text, that nothing else ever comes out, and what it costs."""

import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.domain.markup import as_displayed
from moderation.domain.normalise import normalise
from moderation.reading.markdown import ATTRIBUTES, DEPTH_LIMIT, MARKS_LIMIT, REL, TAGS, as_html

LINK = f'rel="{REL}"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** _i_ `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("> said\n\nno", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>no</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1968. What a year", '<ol start="1968">\n<li>What a year</li>\n</ol>'),
        ("```js\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("[x](https://a.test/?p=1&q=2)", f'<p><a href="https://a.test/?p=1&amp;q=2" {LINK}>x</a></p>'),
        ("<https://a.test>", f'<p><a href="https://a.test" {LINK}>https://a.test</a></p>'),
        ("See https://a.test/b_(c)_d.", f'<p>See <a href="https://a.test/b_(c)_d" {LINK}>https://a.test/b_(c)_d</a>.</p>'),
        # What is not among them stays as it was typed.
        ("# no heading\n\n---", "<p># no heading</p>\n<p>---</p>"),
        ("a | b\n--|--", "<p>a | b<br>\n--|--</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,a) <mailto:a@b.test>", "<p>[x](data:text/html,a) &lt;mailto:a@b.test&gt;</p>"),
        ("<b onclick=x>a</b> &lt;", "<p>&lt;b onclick=x&gt;a&lt;/b&gt; &amp;lt;</p>"),
        ("![x](https://a.test/i.png)", f'<p>!<a href="https://a.test/i.png" {LINK}>x</a></p>'),
    ],
)  # fmt: skip
def test_what_is_shown(text, html):
    assert as_html(text) == html


class Seen(HTMLParser):
    """The tags and attributes of some HTML, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text, self.open, self.deepest = set(), [], "", [], 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag != "br":
            self.open.append(tag)
        self.deepest = max(self.deepest, len(self.open))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


PIECES = st.sampled_from(
    ["*", "**", "_", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", "[", "](", ")", "<", ">", "!", "\\", "&#106;", "\t",
     "javascript:", "https://a.test/", "http://", "data:text/html,", '"', "'", " onerror=", "<script>", "</p>", "<img src=x ", "<a href=", "word", " "]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_nothing_else_ever_comes_out(text):
    html = as_html(text)
    seen = Seen(html)
    assert seen.tags <= TAGS and not seen.open
    assert html.count("<a ") == html.count(LINK)
    for tag, name, value in seen.attributes:
        if name == "rel":
            assert (tag, value) == ("a", REL)
            continue
        assert name in ATTRIBUTES[tag]
        assert value.isdigit() if name == "start" else value.lower().startswith(("http://", "https://"))  # fmt: skip


HOSTILE = ["*", "[", ">", "`a", "_a", "\\", "](", "[a](http://a", "*a ", "- ", "<", "![", "**a", "```\n", "> - ", "1. \n", "http://", "https://a ", "*a **b ", "[[a]", "\n", "a\n> ", "- a\n  "]  # fmt: skip


def work(text):
    """How many functions are called for it."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        as_html.__wrapped__(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_as_the_text_does_whatever_it_is(piece):
    shorter, longer = (piece * (size // len(piece)) for size in (4_000, 16_000))
    assert work(longer) < 5 * work(shorter) + 5_000
    assert work(longer) < 20 * len(longer)
    assert len(as_html(longer)) < 8 * len(longer)


@pytest.mark.parametrize("piece", HOSTILE)
def test_as_many_marks_as_are_read_cost_little(piece):
    """The most that is read as Markdown: the limit of marks, and words up to the limit of a text."""
    text = piece * (MARKS_LIMIT // max(1, sum(map(piece.count, "*_`<>[]\\-.")))) + "a " * 30_000
    assert work(text) < 10 * len(text)


def test_what_is_nested_too_deep_or_marked_too_often_is_shown_without_marks_and_whole():
    deep = "> " * (DEPTH_LIMIT + 1) + "idiot"
    assert Seen(as_html(deep)).tags == {"p"} and Seen(as_html(deep)).text == deep
    often = "**a** " * MARKS_LIMIT + "https://a.test"
    assert Seen(as_html(often)).tags == {"p", "a"} and Seen(as_html(often)).text == often.strip()
    assert Seen(as_html("\n".join("  " * n + "- a" for n in range(40)))).deepest <= DEPTH_LIMIT


@pytest.mark.parametrize(
    "text",
    [
        "You are an id**io**t.",
        "You are an i*d*io*t*.",
        "You are an id`io`t.",
        "You are an `id`iot.",
        "You are an [id](https://a.test)iot.",
        "> You are an idiot.",
        "- You are an ***idiot***.",
        "```\nYou are an idiot.\n```",
        "You are an [i](https://a.test)**d**`i`ot.",
    ],
)
def test_what_readers_see_is_what_is_judged(text):
    """Signs that are markup for readers hide no word from the models."""
    shown = "".join(filter(str.isalpha, Seen(as_html(text)).text))
    judged = "".join(filter(str.isalpha, as_displayed(normalise(text)).text))
    assert shown == judged == "Youareanidiot"
