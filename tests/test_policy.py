"""Policies: read strictly, decided gravely, never approving what was not measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.policy import decide, parse_policy
from moderation.domain.score import Findings, Signal
from moderation.policies import load_policy

SOURCE = """
name = "house"
needs = ["toxicity"]
[[rules]]
code = "toxic"
signal = "toxicity"
at_least = 0.8
outcome = "hold"
message = "{value} of {threshold}"
[[rules]]
code = "list"
signal = "wordlist:*"
at_least = 1
outcome = "reject"
message = "{note}"
"""
HOUSE = parse_policy(SOURCE)
FLOATS = st.floats(0, 1)


def found(*signals, failed=()):
    return Findings(tuple(Signal(name, value, "s", note="n") for name, value in signals), failed)


@given(FLOATS)
def test_a_threshold_is_reached_or_not(value):
    verdict = decide(HOUSE, found(("toxicity", value)))
    assert (verdict.outcome is Outcome.HOLD) == (value >= 0.8)
    assert bool(verdict.reasons) == (verdict.outcome is not Outcome.APPROVE)


@given(
    st.lists(st.tuples(st.sampled_from(["toxicity", "wordlist:a", "links"]), FLOATS)), st.booleans()
)
def test_what_was_not_measured_is_never_approved(signals, failed):
    verdict = decide(HOUSE, found(*signals, failed=("scorer",) if failed else ()))
    if failed or "toxicity" not in {name for name, _ in signals}:
        assert verdict.outcome is Outcome.HOLD
        assert verdict.reasons[0].code == "scorer_unavailable"


def test_the_gravest_outcome_wins_and_every_rule_gives_its_reason():
    verdict = decide(HOUSE, found(("toxicity", 0.95), ("wordlist:en", 2)))
    assert verdict.outcome is Outcome.REJECT
    assert [(r.code, r.message) for r in verdict.reasons] == [
        ("toxic", "0.95 of 0.8"),
        ("list", "n"),
    ]


def test_the_version_follows_the_content_not_the_spelling():
    assert parse_policy(SOURCE + "# a comment\n").version == HOUSE.version
    assert parse_policy(SOURCE.replace("0.8", "0.81")).version != HOUSE.version


@pytest.mark.parametrize(
    ("source", "pointer"),
    [
        ("name = ", ""),
        ("", "/name"),
        ('name = "x"\nneeds = "toxicity"', "/needs"),
        ('name = "x"\nrules = 3', "/rules"),
        ('name = "x"\n[[rules]]\ncode = "c"', "/rules/0/at_least"),
        (SOURCE.replace('"hold"', '"aprove"'), "/rules/0/outcome"),
        (SOURCE.replace('"hold"', '"approve"'), "/rules/0/outcome"),
        (SOURCE.replace("0.8", '"0.8"'), "/rules/0/at_least"),
        (SOURCE.replace("0.8", "true"), "/rules/0/at_least"),
        (SOURCE + 'colour = "red"', "/rules/1/colour"),
    ],
)
def test_a_policy_that_makes_no_sense_names_the_field(source, pointer):
    with pytest.raises(Invalid) as caught:
        parse_policy(source)
    assert caught.value.pointer == pointer


def test_the_shipped_profile_needs_toxicity_and_approves_nothing_by_rule():
    newsroom = load_policy("newsroom")
    assert "toxicity" in newsroom.needs
    with pytest.raises(Invalid):
        load_policy("no-such-profile")
