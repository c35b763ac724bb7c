"""Policies are parsed strictly, decide by the gravest rule, and never approve what was not measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.policy import decide, parse_policy
from moderation.domain.score import Findings, Signal, Span
from moderation.policies import load_policy

SOURCE = """
name = "test"
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
POLICY = parse_policy(SOURCE)
FLOATS = st.floats(0, 1)


def combined(*conditions, message="m"):
    return f"""
    name = "test"
    [[rules]]
    code = "blatant"
    all = [{", ".join(conditions)}]
    outcome = "reject"
    message = "{message}"
    """


BLATANT = parse_policy(
    combined(
        '{ signal = ["campaign", "filter:*"], at_least = 1 }',
        '{ signal = "links", at_least = 1 }',
        '{ signal = "reputation", below = 0.5 }',
        message="{name} {note}: {links} links to {links.note}, {nothing} {nothing.note}{reputation.}.",
    )
)


def findings(*signals, failed=()):
    return Findings(tuple(Signal(name, value, "s", note="n") for name, value in signals), failed)


@given(FLOATS)
def test_a_threshold_is_reached_or_not(value):
    verdict = decide(POLICY, findings(("toxicity", value)))
    assert (verdict.outcome is Outcome.HOLD) == (value >= 0.8)
    assert bool(verdict.reasons) == (verdict.outcome is not Outcome.APPROVE)


@given(
    st.lists(st.tuples(st.sampled_from(["toxicity", "wordlist:a", "links"]), FLOATS)), st.booleans()
)
def test_what_was_not_measured_is_never_approved(signals, failed):
    verdict = decide(POLICY, findings(*signals, failed=("scorer",) if failed else ()))
    if failed or "toxicity" not in {name for name, _ in signals}:
        assert verdict.outcome is Outcome.HOLD
        assert verdict.reasons[0].code == "scorer_unavailable"


def test_the_gravest_outcome_wins_and_every_rule_gives_its_reason():
    verdict = decide(POLICY, findings(("toxicity", 0.95), ("wordlist:en", 2)))
    assert verdict.outcome is Outcome.REJECT
    assert [(r.code, r.message) for r in verdict.reasons] == [
        ("toxic", "0.95 of 0.8"),
        ("list", "n"),
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [(0.998, "0.99"), (1.0, "1"), (0.9, "0.90"), (0.991, "0.99")]
)
def test_a_score_below_one_is_not_rounded_to_one(value, shown):
    (reason,) = decide(POLICY, findings(("toxicity", value))).reasons
    assert reason.message == f"{shown} of 0.8"


@given(
    campaign=st.none() | FLOATS,
    listed=st.none() | st.floats(0, 3),
    links=st.none() | st.integers(0, 3),
    reputation=st.none() | FLOATS,
)
def test_a_combined_rule_needs_all_of_its_conditions(campaign, listed, links, reputation):
    """What was not measured is 0; any of several names is enough."""
    values = {"campaign": campaign, "filter:x": listed, "links": links, "reputation": reputation}
    signals = [(name, float(value)) for name, value in values.items() if value is not None]
    verdict = decide(BLATANT, findings(*signals))
    expected = (
        max(campaign or 0, listed or 0) >= 1 and (links or 0) >= 1 and (reputation or 0) < 0.5
    )
    assert (verdict.outcome is Outcome.REJECT) == expected
    assert len(verdict.reasons) == expected


def test_the_reason_of_a_combined_rule_names_its_signals():
    signals = (
        Signal("filter:casino", 1.0, "filters", note="casino", spans=(Span(5, 9),)),
        Signal("links", 2.0, "spam", note="evil.example", spans=(Span(0, 4), Span(5, 9))),
    )
    (reason,) = decide(BLATANT, Findings(signals)).reasons
    assert reason.message == "filter:casino casino: 2 links to evil.example, 0 {reputation.}."
    assert (reason.label, reason.value, reason.threshold) == ("filter:casino", 1.0, 1.0)
    assert reason.spans == (Span(0, 4), Span(5, 9))


def test_the_version_follows_the_content_not_the_spelling():
    assert parse_policy(SOURCE + "# a comment\n").version == POLICY.version
    assert parse_policy(SOURCE.replace("0.8", "0.81")).version != POLICY.version


@pytest.mark.parametrize(
    ("source", "pointer"),
    [
        ("name = ", ""),
        ("", "/name"),
        ('name = "x"\nneeds = "toxicity"', "/needs"),
        ('name = "x"\nrules = 3', "/rules"),
        ('name = "x"\n[[rules]]\ncode = "c"', "/rules/0/at_least"),
        ('name = "x"\nrules = ["toxicity"]', "/rules/0"),
        ('name = "x"\nbased_on = 3', "/based_on"),
        (combined('{ signal = "a", at_least = 1 }', "3"), "/rules/0/all/1"),
        (SOURCE.replace('"hold"', '"aprove"'), "/rules/0/outcome"),
        (SOURCE.replace('"hold"', '"approve"'), "/rules/0/outcome"),
        (SOURCE.replace("0.8", '"0.8"'), "/rules/0/at_least"),
        (SOURCE.replace("0.8", "true"), "/rules/0/at_least"),
        (SOURCE + 'colour = "red"', "/rules/1/colour"),
        (SOURCE.replace('signal = "toxicity"', "signal = []"), "/rules/0/signal"),
        (combined('{ signal = "links", at_least = 1 }'), "/rules/0/all"),
        (
            combined('{ signal = "a", below = 1 }', '{ signal = "b", at_least = 1 }'),
            "/rules/0/all/0",
        ),
        (combined('{ signal = "a", at_least = 1 }', '{ signal = "b" }'), "/rules/0/all/1"),
        (combined('{ signal = "a", at_least = 1 }', "{ at_least = 1 }"), "/rules/0/all/1/signal"),
        (
            combined('{ signal = "a", at_least = 1 }', '{ signal = "b", at_least = "1" }'),
            "/rules/0/all/1/at_least",
        ),
        (
            combined('{ signal = "a", at_least = 1 }', '{ signals = "b", at_least = 1 }'),
            "/rules/0/all/1/signals",
        ),
    ],
)
def test_the_error_of_an_invalid_policy_names_the_field(source, pointer):
    with pytest.raises(Invalid) as caught:
        parse_policy(source)
    assert caught.value.pointer == pointer


def test_the_shipped_profile_needs_toxicity_and_approves_nothing_by_rule():
    newsroom = load_policy("newsroom")
    assert "toxicity" in newsroom.needs
    with pytest.raises(Invalid):
        load_policy("no-such-profile")


@given(share=st.floats(0.01, 1), toxicity=FLOATS)
def test_what_was_not_read_whole_is_held_whatever_the_rules_say(share, toxicity):
    verdict = decide(POLICY, findings(("toxicity", toxicity), ("unread", share)))
    assert verdict.outcome is Outcome.HOLD
    reason = verdict.reasons[-1]
    assert (reason.code, reason.label, reason.value) == ("too_long_to_judge", "unread", share)
    assert reason.message.startswith("Too long for the toxicity model to read")


_BASE = """
name = "base"
needs = ["toxicity"]
[[rules]]
code = "toxic"
signal = "toxicity"
at_least = 0.5
outcome = "hold"
message = "Toxic."
"""


def test_a_policy_based_on_another_has_its_rules_with_other_thresholds() -> None:
    source = 'name = "own"\nbased_on = "base"\n[thresholds]\ntoxic = 0.25\n'
    policy = parse_policy(source, {"base": _BASE}.__getitem__)
    assert (policy.name, policy.needs) == ("own", ("toxicity",))
    assert [rule.conditions[0].at_least for rule in policy.rules] == [0.25]
    assert policy.version != parse_policy(_BASE).version


@pytest.mark.parametrize(
    ("line", "pointer"), [("thresholds = 0.25", "/thresholds"), ('rules = "toxic"', "/rules")]
)
def test_what_a_policy_adds_to_its_base_has_a_shape(line: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_policy(f'name = "own"\nbased_on = "base"\n{line}', {"base": _BASE}.__getitem__)
    assert refused.value.pointer == pointer


def test_a_threshold_of_no_rule_is_refused() -> None:
    source = 'name = "own"\nbased_on = "base"\n[thresholds]\ntoxik = 0.25\n'
    with pytest.raises(Invalid, match="toxik"):
        parse_policy(source, {"base": _BASE}.__getitem__)


@pytest.mark.parametrize("name", ["newsroom", "social", "strict", "children", "relaxed"])
def test_every_profile_that_ships_can_be_read(name: str) -> None:
    policy = load_policy(name)
    assert policy.name == name
    own = {"first_comment", "any_link"} if name == "children" else set()
    assert {rule.code for rule in policy.rules} == own | {
        rule.code for rule in load_policy("newsroom").rules
    }
