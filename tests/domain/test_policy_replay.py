"""A policy decides everything, the same each time, never milder for a worse score, whatever the order of its rules; and a
replay decides as it does.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.policy import GRAVITY, Condition, Policy, Rule, decide
from moderation.domain.policy_lines import line_of
from moderation.domain.policy_replay import PolicyReplay
from moderation.domain.score import Findings, Signal
from moderation.domain.wilson import wilson_interval
from moderation.policies import PROFILES, load_policy, policy_in_force, read_policy

NAMES = ("toxicity", "threat", "spam", "links", "reputation", "filter:a", "filter:b", "unread")
# On thresholds, just below them and between.
VALUES = st.sampled_from([0.0, 1e-6, 0.25, 0.449999, 0.45, 0.5, 0.9, 1.0, 3.0]) | st.floats(0, 3)
THRESHOLDS = st.sampled_from([0.0, 0.25, 0.45, 0.5, 1.0])
# Of which more is worse: a condition `below` is on the others.
HARMFUL = ("toxicity", "threat", "spam", "links", "filter:a", "filter:b", "unread")


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    harmful = st.sampled_from([*HARMFUL[:5], "filter:*"])
    first = Condition(tuple(draw(st.lists(harmful, min_size=1, max_size=2))), draw(THRESHOLDS))
    others = st.builds(Condition, harmful.map(lambda name: (name,)), THRESHOLDS)
    spared = st.builds(Condition, st.just(("reputation",)), st.none(), THRESHOLDS)
    conditions = (first, *draw(st.lists(others | spared, max_size=2)))
    outcome = draw(st.sampled_from([Outcome.HOLD, Outcome.SPAM, Outcome.REJECT]))
    return Rule(draw(st.sampled_from("abcd")), conditions, outcome, "{value} {note} {links.note}")


POLICIES = st.builds(
    Policy,
    st.just("drawn"),
    st.lists(rules(), max_size=6).map(tuple),
    st.lists(st.sampled_from(["toxicity", "spam"]), max_size=2).map(tuple),
    st.just("v"),
) | st.sampled_from([load_policy(name) for name in ("newsroom", "children")])
SIGNALS = st.dictionaries(st.sampled_from([*NAMES, "language", "insult"]), VALUES)
FAILED = st.sampled_from([(), ("scorer",)])


def findings(values: dict[str, float], failed: tuple[str, ...] = ()) -> Findings:
    return Findings(tuple(Signal(name, value, "s") for name, value in values.items()), failed)


@given(POLICIES, SIGNALS, FAILED)
def test_deciding_is_total_and_deterministic(policy, values, failed):
    verdict = decide(policy, findings(values, failed))
    assert verdict == decide(policy, findings(values, failed))
    assert bool(verdict.reasons) == (verdict.outcome is not Outcome.APPROVE)
    shuffled = dict(sorted(values.items(), reverse=True))
    assert decide(policy, findings(shuffled, failed)).outcome is verdict.outcome


@given(POLICIES, SIGNALS, FAILED, st.sampled_from(HARMFUL), st.floats(0, 3))
def test_a_worse_score_never_has_a_milder_outcome(policy, values, failed, name, more):
    before = decide(policy, findings(values, failed))
    worse = values | {name: values.get(name, 0.0) + more}
    after = decide(policy, findings(worse, failed))
    unmeasured = set(policy.needs) - set(values)
    if name not in unmeasured:  # what was not measured is held, and may be filed once it is
        assert GRAVITY[after.outcome] >= GRAVITY[before.outcome]
    for condition in (condition for rule in policy.rules for condition in rule.conditions):
        # The premise: no policy that ships spares anybody for a signal that counts as harmful here.
        assert condition.below is None or not {*condition.signals} & set(HARMFUL)


@given(POLICIES, SIGNALS, FAILED, st.randoms())
def test_the_order_of_rules_changes_nothing(policy, values, failed, chance):
    shuffled = list(policy.rules)
    chance.shuffle(shuffled)
    ordered = decide(policy, findings(values, failed))
    other = decide(replace(policy, rules=tuple(shuffled)), findings(values, failed))
    assert other.outcome is ordered.outcome
    assert sorted(map(repr, other.reasons)) == sorted(map(repr, ordered.reasons))


@given(POLICIES, POLICIES, st.lists(st.tuples(SIGNALS, FAILED), min_size=1, max_size=5))
def test_a_replay_decides_as_the_policies_do(first, second, measured):
    replay = PolicyReplay((first, second))
    for values, failed in measured:
        written = [(name, repr(value)) for name, value in values.items()]
        replayed = replay.verdicts(written, bool(failed))
        for verdict, policy in zip(replayed, (first, second), strict=True):
            decided = decide(policy, findings(values, failed))
            assert verdict.outcome is decided.outcome
            assert {reason.code for reason in verdict.reasons} == {
                reason.code for reason in decided.reasons
            }


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ('name = "x"\n\n[[rules]]\ncode = "a"\n', 3, "lacks 'at_least'"),
        (
            'name = "x"\n[[rules]]\ncode = "a"\nsignal = "s"\nat_least = "1"\noutcome = "hold"\n'
            'message = "m"\n',
            5,
            "number",
        ),
        (
            'name = "x"\nbased_on = "newsroom"\n[thresholds]\ntoxic = 0.4\ntoxik = 0.4\n',
            5,
            "toxik",
        ),
        ('name = "x"\nbased_on = "newsroom"\n[thresholds]\ntoxic = "0.4"\n', 4, "number"),
        (
            'name = "x"\nbased_on = "newsroom"\n[[rules]]\ncode = "a"\nsignal = "s"\nat_least = 1\n'
            'outcome = "hlod"\nmessage = "m"\n',
            7,
            "outcome",
        ),
        (
            'name = "x"\n[[rules]]\ncode = "a"\nall = [\n  { signal = "a", at_least = 1 },\n'
            '  { signal = "b", above = 1 },\n]\noutcome = "hold"\nmessage = "m"\n',
            6,
            "above",
        ),
        ('nam = "x"\n', 1, "name"),
        ('name = "x"\nneeds = 3\n', 2, "needs"),
    ],
)
def test_an_error_names_the_line_and_the_reason(source, line, reason):
    with pytest.raises(Invalid) as caught:
        read_policy(source)
    assert caught.value.message.startswith(f"Line {line}: ")
    assert reason in caught.value.message


def test_what_is_no_toml_is_told_by_its_line():
    with pytest.raises(Invalid, match="line 2"):
        read_policy('name = "x"\nrules = = 3\n')


@given(st.text(), st.text())
def test_every_pointer_has_a_line(source, pointer):
    assert 1 <= line_of(source, pointer) <= max(1, len(source.splitlines()))


def test_a_sites_policy_may_be_based_on_a_profile():
    newsroom = load_policy("newsroom")
    own = policy_in_force(
        'name = "own"\nbased_on = "newsroom"\n[thresholds]\ntoxic = 0.1\n', newsroom
    )
    assert (own.name, len(own.rules)) == ("own", len(newsroom.rules))
    for profile in PROFILES:  # most are based on another themselves
        named = read_policy(f'name = "{profile}"\nbased_on = "{profile}"\n')
        assert named == load_policy(profile)
    assert policy_in_force("", newsroom) is newsroom
    broken = policy_in_force("name = ", newsroom)
    assert decide(broken, findings(dict.fromkeys(newsroom.needs, 0.0))).outcome is Outcome.HOLD


@pytest.mark.parametrize("link", ["links", "link_in_website", "link_in_name", "link_masked"])
def test_the_profile_for_children_holds_first_comments_and_every_link(link):
    children = load_policy("children")
    known = dict.fromkeys(children.needs, 0.0) | {"reputation": 0.22}
    assert decide(children, findings(known)).outcome is Outcome.APPROVE
    first = {name: value for name, value in known.items() if name != "reputation"}
    for values, code in ((first, "first_comment"), (known | {link: 1.0}, "any_link")):
        verdict = decide(children, findings(values))
        assert verdict.outcome is Outcome.HOLD
        assert code in {reason.code for reason in verdict.reasons}
        assert decide(load_policy("newsroom"), findings(values)).outcome is Outcome.APPROVE or (
            link == "link_in_name"
        )


def test_the_profiles_are_ever_stricter():
    rules_by_profile = {
        name: {rule.code: rule for rule in load_policy(name).rules if len(rule.conditions) == 1}
        for name in ("relaxed", "newsroom", "strict", "social", "children")
    }
    profiles = list(rules_by_profile)
    for code in ("toxic", "insult", "obscene", "identity_attack"):
        limits = [rules_by_profile[name][code].conditions[0].at_least for name in profiles]
        thresholds = [at_least for at_least in limits if at_least is not None]
        assert len(thresholds) == len(profiles), code
        assert thresholds == sorted(thresholds, reverse=True), code


def test_the_interval_is_wilsons():
    low, high = wilson_interval(5, 10)
    assert (round(low, 3), round(high, 3)) == (0.237, 0.763)
    assert wilson_interval(0, 100)[0] == 0.0
    assert wilson_interval(100, 100)[1] == pytest.approx(1.0)
