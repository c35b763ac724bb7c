"""A site's own filters: what can be an entry, what it matches, and what it must not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.errors import Invalid
from moderation.domain.filter import (
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
    FilterSet,
    entries_to_hash,
)
from moderation.domain.score import SenderTraces, Signal
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.scorers.site.filters import CompiledFilter
from moderation.scorers.spam.heuristics import Heuristics
from tests.scorers.candidates import HOSTILE, candidate

WORDS, PATTERNS, DOMAINS = FilterKind.WORDS, FilterKind.PATTERNS, FilterKind.DOMAINS
EMAILS, NETWORKS = FilterKind.EMAILS, FilterKind.NETWORKS
ANYWHERE = tuple(FilterField)


def draft(kind: FilterKind, *entries: str, **more: Any) -> FilterDraft:
    defaults = {"name": "list", "action": FilterAction.HOLD} | more
    return FilterDraft(kind=kind, entries=entries, **defaults)


def matches_of(filter_draft: FilterDraft, text: str = "", **more: Any) -> list[str]:
    """What is matched: the words in the text, or the field where it is elsewhere."""
    keys = {entry: f"hash of {entry}" for _, entry in entries_to_hash(filter_draft)}
    matches = CompiledFilter(filter_draft, keys).places(candidate(text, **more))
    return [
        text[match.span.start : match.span.end] if match.span else match.field for match in matches
    ]


@pytest.mark.parametrize(
    ("entries", "text", "matched"),
    [
        (["cialis"], "A specialist sells Cialis and C1alis, socialist", ["Cialis", "C1alis"]),
        (["*cialis*"], "A specialist", ["specialist"]),
        (["free  gift*"], "FREE\ngiftcards", ["FREE\ngiftcards"]),
        (["# nothing", "", "idiot # that word"], "you i.d.i.o.t", ["i.d.i.o.t"]),
        (["größe"], "Die GRÖSSE und die Größe", ["Größe"]),
        (["казино"], "Лучшее казино!", ["казино"]),
    ],
)
def test_words_are_found_whole_as_written_and_in_disguise(
    entries: list[str], text: str, matched: list[str]
) -> None:
    assert matches_of(draft(WORDS, *entries), text) == matched


def test_what_is_found_inside_an_exception_does_not_count() -> None:
    listed = draft(PATTERNS, "cialis", exceptions=("specialist*", "social* # and socialist"))
    assert matches_of(listed, "specialists, socialists and cialis") == ["cialis"]
    assert matches_of(draft(WORDS, "*cialis*", exceptions=("specialist",)), "specialist") == []


def test_patterns_are_regular_expressions_without_regard_to_case() -> None:
    listed = draft(PATTERNS, r"buy\s+(now|today)", r"\d{3}-\d{4}", "# not this: .*")
    assert matches_of(listed, "BUY  now, call 555-1234") == ["BUY  now", "555-1234"]
    assert matches_of(draft(PATTERNS, "x*y?z"), "xyz") == ["xyz"]


def test_words_and_patterns_look_in_the_chosen_fields() -> None:
    by = {"author_name": "Casino Royale", "author_url": "https://casino.example.com"}
    assert matches_of(draft(WORDS, "casino"), "Nice.", **by) == []
    assert matches_of(draft(WORDS, "casino", fields=ANYWHERE), "Nice.", **by) == ["name", "website"]
    named = draft(PATTERNS, "^casino", fields=(FilterField.NAME,))
    assert matches_of(named, "casino", **by) == ["name"]
    assert matches_of(named, "casino", author_name="C\u200basino") == ["name"]


def test_a_filter_for_a_language_leaves_other_pages_alone() -> None:
    gift = draft(WORDS, "gift", languages=("en", "pt-BR"))
    assert [matches_of(gift, "gift", language=language) for language in ("en-GB", "pt-br", "de", "", "pt")] == [
        ["gift"], ["gift"], [], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "text", "matched"),
    [
        ("evil.com", "http://a.evil.com/x and notevil.com", ["http://a.evil.com/x"]),
        ("https://www.evil.com/path", "www.evil.com", ["www.evil.com"]),
        ("*.evil.com", "evil.com/x", ["evil.com/x"]),
        (".xyz", "cheap.xyz and http://xyz.com", ["cheap.xyz"]),
        ("münchen.de", "http://xn--mnchen-3ya.de/ http://MÜNCHEN.de/", ["http://xn--mnchen-3ya.de/", "http://MÜNCHEN.de/"]),
        ("evil.com", "evil dot com", ["evil dot com"]),
        ("evil.com", "https://evil.com@good.org https://good.com@evil.com/", ["https://good.com@evil.com/"]),
    ],
)  # fmt: skip
def test_domains_are_found_with_what_lies_under_them(
    entry: str, text: str, matched: list[str]
) -> None:
    assert matches_of(draft(DOMAINS, entry), text) == matched


def test_domains_are_found_in_names_and_websites_too() -> None:
    by = {"author_name": "visit evil.com", "author_url": "https://a.evil.com/"}
    assert matches_of(draft(DOMAINS, "evil.com", fields=ANYWHERE), "", **by) == ["name", "website"]


def test_domains_of_the_text_are_found_in_the_website_too() -> None:
    by = {"author_name": "visit evil.com", "author_url": "https://a.evil.com/"}
    assert matches_of(draft(DOMAINS, "evil.com"), "", **by) == ["website"]
    named = draft(DOMAINS, "evil.com", fields=(FilterField.NAME,))
    assert matches_of(named, "", **by) == ["name"]


@pytest.mark.parametrize(
    ("entry", "website"),
    [
        ("evil.com", "HTTPS://www.EVIL.com.:8443/x"),
        ("evil.com", "https://good.org@evil.com/"),
        ("münchen.de", "https://xn--mnchen-3ya.de/"),
        ("xn--mnchen-3ya.de", "https://MÜNCHEN.de/"),
        ("xn--strae-oqa.de", "https://straße.de/"),  # where browsers go, not strasse.de
        ("straße.de", "https://straße.de/"),
    ],
)
def test_a_website_is_found_where_readers_would_be_led(entry: str, website: str) -> None:
    assert matches_of(draft(DOMAINS, entry), "", author_url=website) == ["website"]
    assert matches_of(draft(DOMAINS, "other.de"), "", author_url=website) == []


def test_links_to_trusted_domains_do_not_count() -> None:
    trust = Filter(
        "ours", DOMAINS, FilterAction.TRUST, ("Herald.com # ours", ".gov"), id="flt_1", site_id="s"
    )
    text = "http://www.herald.com/a http://nasa.gov/b http://other.org/c"
    comment = candidate(text, filters=FilterSet("s", 1, (trust,)))
    (signals,) = Heuristics().measure([comment])
    links = next(signal for signal in signals if signal.name == "links")
    assert (links.value, links.note) == (1, "other.org")
    assert FilterSignals().measure([comment]) == [()]


def test_emails_are_known_by_their_hash_or_their_domain() -> None:
    listed = draft(EMAILS, "Troll@Example.com", "@mail.spam.org")
    assert matches_of(listed, traces=SenderTraces(email_key="hash of troll@example.com")) == [
        "e-mail"
    ]
    assert matches_of(listed, traces=SenderTraces(email_domain="x.mail.spam.org")) == ["e-mail"]
    assert (
        matches_of(listed, traces=SenderTraces(email_domain="example.com", email_key="other")) == []
    )
    assert matches_of(listed, traces=SenderTraces()) == []


@pytest.mark.parametrize(
    ("entry", "traces", "matches"),
    [
        (
            "203.0.113.9",
            SenderTraces(address_key="hash of 203.0.113.9", network="203.0.113.0/24"),
            True,
        ),
        ("203.0.113.9", SenderTraces(address_key="another", network="203.0.113.0/24"), False),
        ("203.0.113.77/24", SenderTraces(network="203.0.113.0/24"), True),
        ("203.0.0.0/16 # them", SenderTraces(network="203.0.113.0/24"), True),
        ("203.0.0.0/16", SenderTraces(network="203.1.113.0/24"), False),
        ("2001:db8::/32", SenderTraces(network="2001:db8:5::/48"), True),
        ("2001:db8::/32", SenderTraces(network="203.0.113.0/24"), False),
        ("2001:db8::1", SenderTraces(address_key="hash of 2001:db8::1"), True),
        ("10.0.0.0/8", SenderTraces(), False),
        ("::ffff:203.0.113.9", SenderTraces(address_key="hash of 203.0.113.9"), True),
        ("::ffff:203.0.0.0/112", SenderTraces(network="203.0.113.0/24"), True),
        ("::ffff:203.0.0.0/112", SenderTraces(network="203.1.113.0/24"), False),
    ],
)
def test_networks_are_matched_as_far_as_addresses_are_kept(
    entry: str, traces: SenderTraces, matches: bool
) -> None:
    assert matches_of(draft(NETWORKS, entry), traces=traces) == ["network"] * matches


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        (draft(WORDS, "ok", "a*"), "/entries/1"),
        (draft(WORDS, "x" * 201), "/entries/0"),
        (draft(WORDS, "ok", exceptions=("?",)), "/exceptions/0"),
        (draft(WORDS, "", "# only a comment"), "/entries"),
        (draft(WORDS, *["ab"] * 20_001), "/entries"),
        (draft(WORDS, "ok", name=""), "/name"),
        (draft(WORDS, "ok", name="two\nlines"), "/name"),
        (draft(WORDS, "ok", languages=("English!",)), "/languages/0"),
        (draft(WORDS, "ok", fields=()), "/fields"),
        (draft(WORDS, "ok", action=FilterAction.TRUST), "/action"),
        (draft(PATTERNS, "ok", "(unclosed"), "/entries/1"),
        (draft(PATTERNS, r"(?=lookahead)"), "/entries/0"),
        (draft(PATTERNS, r"(a)\1"), "/entries/0"),
        (draft(PATTERNS, "x*"), "/entries/0"),
        (draft(PATTERNS, "."), "/entries/0"),
        (draft(PATTERNS, "(((a{1,100}){1,100}){1,100})"), "/entries/0"),
        (draft(PATTERNS, "y" * 501), "/entries/0"),
        (draft(PATTERNS, *["ab"] * 201), "/entries"),
        (draft(DOMAINS, "co.uk"), "/entries/0"),
        (draft(DOMAINS, "evil.com", "not a domain"), "/entries/1"),
        (draft(DOMAINS, "."), "/entries/0"),
        (draft(DOMAINS, "evil.com", exceptions=("good.com",)), "/exceptions"),
        (draft(EMAILS, "nobody"), "/entries/0"),
        (draft(EMAILS, "@com"), "/entries/0"),
        (draft(NETWORKS, "203.0.113.0/28"), "/entries/0"),
        (draft(NETWORKS, "0.0.0.0/0"), "/entries/0"),
        (draft(NETWORKS, "here"), "/entries/0"),
    ],
)
def test_what_cannot_be_a_filter_is_refused_with_the_entry(bad: FilterDraft, pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        CompiledFilter(bad, {})
    assert caught.value.pointer == pointer
    assert caught.value.message.endswith(".")


def a_set(*filters: Filter, version: int = 1) -> FilterSet:
    return FilterSet("site_1", version, filters)


def test_one_signal_an_action_names_the_filters_and_their_versions() -> None:
    filters = (
        Filter("casino", WORDS, FilterAction.SPAM, ("casino",), version=3),
        Filter("gifts", PATTERNS, FilterAction.SPAM, ("gift ?card",), version=1),
        Filter("names", WORDS, FilterAction.HOLD, ("minister",), version=2),
    )
    comment = candidate("The minister's casino: giftcard!", filters=a_set(*filters))
    assert FilterSignals().measure([comment]) == [
        (
            Signal("filter_spam", 2.0, "filters", spans=spans_of(comment.text, "casino", "giftcard"),
                   note="casino (version 3), gifts (version 1)"),
            Signal("filter_hold", 1.0, "filters", spans=spans_of(comment.text, "minister"),
                   note="names (version 2)"),
        )
    ]  # fmt: skip
    assert FilterSignals().explain(comment, "filter_hold") == spans_of(comment.text, "minister")


def spans_of(text: str, *words: str) -> Any:
    from moderation.domain.score import Span

    return tuple(Span(text.index(word), text.index(word) + len(word)) for word in words)


def test_a_new_version_is_compiled_anew() -> None:
    scorer = FilterSignals()
    before = Filter("list", WORDS, FilterAction.HOLD, ("casino",))
    after = Filter("list", WORDS, FilterAction.HOLD, ("poker",))

    def measured(filters: FilterSet) -> bool:
        return bool(scorer.measure([candidate("poker", filters=filters)])[0])

    assert not measured(a_set(before, version=1))
    assert measured(a_set(after, version=2))
    assert not measured(FilterSet())


@given(
    kind=st.sampled_from(list(FilterKind)),
    entries=st.lists(st.text(max_size=30) | st.sampled_from(["a.com", "ab*", "x+y", "@a.com", "10.0.0.0/8"]), max_size=5),
    text=st.text(max_size=60) | st.sampled_from(["http://a.com abc xxy", "İ" * 9, "x" * 99]),
    name=st.text(max_size=20),
)  # fmt: skip
def test_a_filter_is_refused_or_works(
    kind: FilterKind, entries: list[str], text: str, name: str
) -> None:
    try:
        compiled = CompiledFilter(draft(kind, *entries, fields=ANYWHERE), {})
    except Invalid:
        return
    comment = candidate(
        text,
        author_name=name,
        author_url=text,
        traces=SenderTraces(network="10.1.2.0/24"),
    )
    for match in compiled.places(comment):
        if match.span:
            assert 0 <= match.span.start < match.span.end <= len(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_meets_every_kind_of_filter(text: str) -> None:
    filters = (
        Filter("w", WORDS, FilterAction.HOLD, ("a", "ab*", "one", "idiot", "co"), ("a b",), fields=ANYWHERE),
        Filter("p", PATTERNS, FilterAction.SPAM, ("(a|b)+c", "(x+x+)+y", ".{50}z", r"\w+\s\w+"), fields=ANYWHERE),
        Filter("d", DOMAINS, FilterAction.REJECT, ("a.co", ".com"), fields=ANYWHERE),
    )  # fmt: skip
    (signals,) = FilterSignals().measure(
        [candidate(text, author_name=text[:245], filters=a_set(*filters))]
    )
    for signal in signals:
        assert signal.value <= 600
        assert all(0 <= span.start < span.end <= len(text) for span in signal.spans)
