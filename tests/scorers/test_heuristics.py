"""Heuristics: each applies where it should, none to ordinary comments, and hostile text breaks nothing."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.evaluation.advertising import HEADLINES, HONEST, QUOTING
from moderation.domain.score import SenderTraces, Signal
from moderation.scorers.spam.heuristics import Heuristics, find_heuristics
from moderation.scorers.spam.links import domain_of, host_of, links_in
from tests.scorers.candidates import candidate

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def find_signals(text: str, **more: Any) -> dict[str, Signal]:
    return {signal.name: signal for signal in find_heuristics(candidate(text, **more))}


def matched_texts(text: str, name: str, **more: Any) -> list[str]:
    signal = find_signals(text, **more).get(name)
    return [text[span.start : span.end] for span in signal.spans] if signal else []


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("evil.github.io", "evil.github.io"),  # anybody may have one: a suffix of its own
        ("WWW.Example.COM.", "example.com"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("co.uk", ""),
        ("foo.then", ""),
        ("127.0.0.1", ""),
        ("3627734734", ""),
        ("[::1]", ""),
        ("a" * 70_000 + ".com", ""),
        ("..", ""),
    ],
)
def test_a_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert domain_of(host) == domain


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://bank.example@evil.example.com/x@y", "evil.example.com"),
        ("http://evil.example.com:8080?q", "evil.example.com"),
        ("https://evil.example.com\\@bank.example", "evil.example.com"),
        ("http://[::1]:80/", "[::1]"),
        ("Evil.Example.com", "evil.example.com"),
    ],
)
def test_a_host_is_where_a_browser_would_go(link: str, host: str) -> None:
    assert host_of(link) == host


def test_links_name_their_domains_and_those_to_the_own_site_do_not_count() -> None:
    text = "See https://a.example.com/x, http://b.example.com and www.other.org/y."
    signal = find_signals(text)["links"]
    assert (signal.value, signal.note) == (3, "example.com, other.org")
    assert find_signals(text)["link_domains"].value == 2
    assert links_in(text).domains == ("example.com", "other.org")
    assert find_signals(text, page_url="https://www.example.com/a")["links"].note == "other.org"
    trusted = {
        signal.name: signal
        for signal in find_heuristics(candidate(text), {"other.org", "example.com"})
    }
    assert "links" not in trusted


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("look http://bit.ly/x1", "link_shortener", "bit.ly"),
        ("look http://203.0.113.9/x", "link_address", "203.0.113.9"),
        ("look http://0x7f000001/", "link_address", "0x7f000001"),
        ("look http://xn--80ak6aa92e.com/", "link_punycode", "xn--80ak6aa92e.com"),
        ("look http://аррӏе.com/", "link_punycode", "xn--80ak6aa92e.com"),
        ("find shoes at evil-shop dot com", "link_masked", "evil-shop.com"),
        ("evil-shop(.)com is cheap", "link_masked", "evil-shop.com"),
        ("hxxps://evil-shop.ru/x", "link_masked", "evil-shop.ru"),
        ('<a href="http://evil.org">bank.com</a>', "link_disguised", "evil.org"),
        ("[url=http://evil.org]www.bank.com[/url]", "link_disguised", "evil.org"),
        ("[bank.com](https://evil.org/x)", "link_disguised", "evil.org"),
        ("https://bank.com@evil.org/", "link_disguised", "evil.org"),
        ("[URL=http://a.org]x[/URL] [url]http://b.org[/url]", "link_markup", ""),
    ],
)
def test_what_hides_where_it_leads_is_seen(text: str, name: str, note: str) -> None:
    signal = find_signals(text)[name]
    assert signal.note == note
    assert signal.spans


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. and e.g. 3.5 percent.Then more",
        "He came.It was me.And so on. Node.js, main.py and and/or.",
        "Write to the editor. Or don't ... whatever.Really",
        "<b>bold</b> and [sic] and [1](see below)",
        "I agree with the dot communist",
        "[example.com](https://www.example.com/a)",
    ],
)
def test_ordinary_writing_hides_no_link(text: str) -> None:
    assert {"link_masked", "link_disguised", "link_punycode"}.isdisjoint(find_signals(text))


@pytest.mark.parametrize("mark", ["\u2024", "\u3002", "\uff0e", ".\u200b", ".\u00ad"])
def test_a_bare_name_is_a_link_whatever_its_dot_is(mark: str) -> None:
    text = f"see evil{mark}com now"
    (link,) = links_in(text).links
    assert (link.domain, text[link.span.start : link.span.end]) == ("evil.com", f"evil{mark}com")


def test_ordinary_dots_are_no_links() -> None:
    assert "links" not in find_signals(
        "He came.It was me.And so on, node.js and/or main.py percent.Then"
    )


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("call +49 (30) 1234-5678 today", "+49 (30) 1234-5678"),
        ("call 8OO-555-l2l2 now", "8OO-555-l2l2"),
        ("call me: 4915123456789", "4915123456789"),
        ("dial eight hundred five five five one two one two", "eight hundred five five five one two one two"),
        ("ruf null eins fünf neun acht sieben drei an", "null eins fünf neun acht sieben drei"),
        ("write to wa.me/4915123456", "wa.me/4915123456"),
        ("telegram: @dr_spell", "telegram: @dr_spell"),
        ("t e l e g r a m @dr_spell", "t e l e g r a m @dr_spell"),
        ("WhatsApp +4917012345", "WhatsApp +4917012345"),
        ("hacker (at) gmail (dot) com", "hacker (at) gmail (dot) com"),
        ("hacker at gmail dot com", "hacker at gmail dot com"),
        ("hacker@gmail.com", "hacker@gmail.com"),
        ("ring \uff0b\uff14\uff19 \uff13\uff10 \uff11\uff12\uff13\uff14\uff15\uff16", "\uff0b\uff14\uff19 \uff13\uff10 \uff11\uff12\uff13\uff14\uff15\uff16"),
    ],
)  # fmt: skip
def test_ways_to_be_reached_are_seen_in_disguise(text: str, contact: str) -> None:
    assert matched_texts(text, "contact") == [contact]


@pytest.mark.parametrize(
    "text",
    [
        "On 2019-12-31 and 31.12.2019 10:15 it was 12 345 678 people and 1,000,000 euros",
        "The years 1914 1918 1939 1945, the server 203.0.113.9, order 124923004",
        "That is a strong signal that people want this, at last",
        "Have a look at example.org, I work at home.",
        "One two three four five six seven eight, who do we appreciate",
        "Two or three people, maybe four, came at five",
    ],
)
def test_numbers_and_words_are_no_contact(text: str) -> None:
    assert "contact" not in find_signals(text)


def test_a_contact_in_disguise_is_counted_separately() -> None:
    assert "contact_disguised" not in find_signals("call +49 (30) 1234-5678, telegram: @dr_spell")
    assert (
        find_signals("hacker at gmail dot com, t e l e g r a m @x_y")["contact_disguised"].value
        == 2
    )


def test_a_field_that_people_do_not_see_was_filled_in() -> None:
    traces = SenderTraces(user_agent=FIREFOX)
    assert set(find_signals("Nice.", trap_filled=True, traces=traces)) == {"form_trap"}
    assert set(find_signals("Nice.", traces=traces)) == set()


@pytest.mark.parametrize(
    ("traces", "note"),
    [
        (SenderTraces(user_agent="python-requests/2.32"), "a program"),
        (SenderTraces(user_agent=FIREFOX.replace("Gecko", "HeadlessChrome/99")), "a program"),
        (SenderTraces(user_agent="x"), "no browser"),
        (SenderTraces(user_agent="Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"), "antique"),
        (SenderTraces(), None),  # a site's own server need not say
        (SenderTraces(user_agent=FIREFOX), None),
    ],
)
def test_a_browser_says_that_it_is_one(traces: SenderTraces, note: str | None) -> None:
    signal = find_signals("Nice.", traces=traces).get("user_agent_odd")
    assert (signal.note if signal else None) == note


def test_a_reply_comes_from_its_page() -> None:
    page = "https://www.herald.test.example.com/a"

    def odd(referrer: str) -> bool:
        traces = SenderTraces(user_agent=FIREFOX, referrer=referrer)
        return "referrer_odd" in find_signals("Nice.", page_url=page, traces=traces)

    assert odd("https://evil.org/")
    assert not odd("https://amp.example.com/a")
    assert not odd("")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Best Plumbers Service", "best plumbers service"),
        ("QuickBooks Support Number", "support number"),
        ("packers and movers", "packers and movers"),
        ("Cheap \u200bViagra", "cheap viagra"),
        ("one of many words that are no name", "8 words"),
        ("Robert Best", None),
        ("María del Carmen García López", None),
        ("J. R. R. Tolkien", None),
        ("The Cleaning Lady", None),
    ],
)
def test_keywords_are_no_name(name: str, expected: str | None) -> None:
    signal = find_signals("Nice.", author_name=name).get("seo_name")
    note = signal.note if signal else None
    assert note == expected or (note and expected and note in expected)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Buy cheap pills http://pills.example.com", "offers_medicines"),
        ("b\u200duy che\u00adap V1agra on\u200bline", "offers_medicines"),
        (
            "200 free  spins\nfor you, and instant payday loans online",
            "offers_gambling,offers_loans",
        ),
        ("Funding of up to $500,000. Invest $500 and get $5,000!", "offers_loans,offers_gains"),
        ("We offer SEO services for your website", "offers_reach"),
        ("Replica watches, Rolex and Omega", "offers_copies"),
        ("Write my paper for me", "offers_essays"),
        ("Dr. Ogun brought back my ex husband with a love spell, WhatsApp him", "offers_hackers"),
        ("#1 online casino, join now", "offers_gambling"),
        ("The #1 casino of the town has closed.", None),
        # The same words in the mouth of somebody who sells nothing.
        ("The regulator fined three online casinos; my mother was sold fake viagra pills.", None),
        ("Payday loans should be capped, and crypto is gambling and nothing else.", None),
        ("The seized replica watches were worth two million. Buying steroids is a crime.", None),
        ("He promised me a guaranteed return of 10 % if I buy in.", None),
        ("Bitcoin trader arrested yesterday, the BBC has the story: https://www.bbc.co.uk/x", None),
        ("Maybe local women are angry about the clinic closing, see https://example.org", None),
        ("Fake passports for sale were found by police: https://example.org/news", None),
        ("I support a guaranteed income for everyone: https://en.wikipedia.org/wiki/X", None),
        ("Overnight delivery of the ballots failed: https://www.usps.com/x", None),
    ],
)
def test_who_sells_says_so_and_who_writes_about_it_does_not(text: str, note: str | None) -> None:
    signal = find_signals(text).get("advertising")
    assert (signal.note if signal else None) == note
    if signal:
        assert signal.spans and all(text[span.start : span.end].strip() for span in signal.spans)


def test_honest_comments_that_name_what_is_sold_do_not_advertise() -> None:
    told = [
        text for text in (*HONEST, *HEADLINES, *QUOTING[::2]) if "advertising" in find_signals(text)
    ]
    assert told == []


def test_of_advertising_the_first_topics_are_named() -> None:
    text = "Buy viagra online, 100 free spins, instant payday loans online, double your bitcoin"
    signal = find_signals(text)["advertising"]
    assert signal.value == 4 and signal.note == "offers_medicines,offers_gambling,offers_loans"


def test_addresses_to_throw_away_are_known_with_their_subdomains() -> None:
    def note(domain: str) -> str | None:
        signal = find_signals("Nice.", traces=SenderTraces(email_domain=domain)).get(
            "disposable_email"
        )
        return signal.note if signal else None

    assert note("mailinator.com") == "mailinator.com"
    assert note("x.y.mailinator.com") == "mailinator.com"
    assert note("gmail.com") is None
    assert note("com") is None
    assert note("") is None


@pytest.mark.parametrize(
    "text",
    ["sdfkjh wqeqwxz kjhqwdx", "asdfgh asdfgh qwxcv", "Xqzvbn Wjkqxz pfqgtr"],
)
def test_gibberish_is_gibberish(text: str) -> None:
    assert find_signals(text)["gibberish"].value > 0.6


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog in strengths and rhythms",
        "Krzysztof Szczepański und Schwarzkopf beschweren sich über Rechtschreibung",
        "Wikipedia, NASDAQ, XHTML and WYSIWYG are words here",
    ],
)
def test_words_of_any_language_are_not(text: str) -> None:
    assert find_signals(text).get("gibberish", Signal("", 0, "")).value < 0.2


@pytest.mark.parametrize(
    ("text", "language", "note"),
    [
        ("Лучшие цены только здесь", "en", "Cyrillic"),
        ("Лучшие цены только здесь", "ru-RU", None),
        ("这是一条普通的评论，谢谢大家", "de", "Han"),
        ("Only the best prices here", "ru", "Latin"),
        ("Спасибо, Microsoft Windows", "ru", None),
        ("Лучшие цены только здесь", "", None),
        ("He said Москва", "en", None),
        ("Nur die besten Preise", "en", None),
    ],
)
def test_letters_of_another_alphabet_than_the_page(
    text: str, language: str, note: str | None
) -> None:
    signal = find_signals(text, language=language).get("foreign_script")
    assert (signal.note if signal else None) == note


FRAGMENTS = st.sampled_from(
    ["http://", "www.", ".com", "a.ru/", "@", "<a href=", ">", "[url=", "]", "](", "xn--", " dot ", " at ",
     "(at)", "hxxp://", "[::", "//@", "call ", "one ", "8OO", "555-", "t.me/", "whatsapp ", "İ", "ﷺ", "\u202e",
     "e\u0301", "😀", "м", "的", "1️⃣", "%", "\x00", "0x7f", "..", "-", ":99999", "ß"]
)  # fmt: skip
HOSTILE_TEXT = st.lists(FRAGMENTS | st.text(max_size=12), max_size=40).map("".join)


@given(
    text=HOSTILE_TEXT,
    name=HOSTILE_TEXT,
    url=HOSTILE_TEXT,
    language=st.sampled_from(["", "en", "ru", "xx-"]),
)
def test_whatever_is_written_nothing_breaks(text: str, name: str, url: str, language: str) -> None:
    comment = candidate(
        text, author_name=name, author_url=url, page_url=url, language=language,
        traces=SenderTraces(email_domain=name, user_agent=text, referrer=url),
        trap_filled=True,
    )  # fmt: skip
    (signals,) = Heuristics().measure([comment])
    assert len({signal.name for signal in signals}) == len(signals)
    for signal in signals:
        assert math.isfinite(signal.value)
        assert all(0 <= span.start < span.end <= len(text) for span in signal.spans)
        assert list(signal.spans) == sorted(signal.spans)
        assert len(signal.note) <= 80


@given(HOSTILE_TEXT)
def test_what_is_shown_as_a_link_leads_to_its_domain(text: str) -> None:
    for link in links_in(text).links:
        written = text[link.span.start : link.span.end]
        assert host_of(written.replace("\N{SOFT HYPHEN}", "")) == link.host
        assert link.domain == domain_of(link.host)
