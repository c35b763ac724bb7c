"""What the pages say of the profiles and of the numbers of decisions is what ships and what is computed."""

import re

import pytest

from gatehouse.evaluation.sources import PROFILES
from moderation.domain.policy import Policy
from moderation.domain.policy_advice import REMOVED_NEEDED, decisions_needed
from moderation.policies import load_policy
from moderation.scorers.site.taught_toxicity import MOST, corrected
from tests.docs.pages import ROOT

POLICIES = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
MODELS = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def threshold(policy: Policy, code: str) -> float | None:
    [rule] = [rule for rule in policy.rules if rule.code == code]
    return rule.conditions[0].at_least


def test_the_pages_tell_the_shipped_thresholds() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", MODELS, re.MULTILINE)
    assert [name for name, _ in rows] == list(PROFILES)
    assert {name: float(told) for name, told in rows} == {
        name: threshold(load_policy(name), "toxic") for name in PROFILES
    }
    assert re.findall(r"^\| `(\w+)` \| [a-z]", POLICIES, re.MULTILINE) == list(PROFILES)


def test_the_example_of_advice_begins_at_the_default_policys_thresholds() -> None:
    told = re.findall(r"^(\w+) +now hold at ([\d.]+):", POLICIES, re.MULTILINE)
    assert told
    newsroom = load_policy("newsroom")
    assert {code: float(number) for code, number in told} == {
        code: threshold(newsroom, code) for code, _ in told
    }


def test_what_lessons_hold_is_told_as_it_is() -> None:
    newsroom = load_policy("newsroom")
    [told] = re.findall(r"`toxic_here` holds from ([\d.]+) on in `newsroom`", MODELS)
    line = threshold(newsroom, "toxic_here")
    assert line == float(told)
    for name in set(PROFILES) - {"newsroom"}:
        assert threshold(load_policy(name), "toxic_here") == threshold(load_policy(name), "toxic")
    [pairs] = re.findall(
        r"([\d.]+) may become ([\d.]+), where `toxic_here` holds .*?, ([\d.]+) may not", MODELS
    )
    before, after, too_low = map(float, pairs)
    assert corrected(before, MOST) == pytest.approx(after, abs=0.005)
    assert corrected(before, MOST) >= float(told) > corrected(too_low, MOST)


def test_the_rule_that_is_named_for_its_first_condition_has_it() -> None:
    [(signal, code)] = re.findall(r"such as `(\w+)` of `(\w+)`", POLICIES)
    [rule] = [rule for rule in load_policy("newsroom").rules if rule.code == code]
    assert rule.conditions[0].signals == (signal,) and len(rule.conditions) > 1


def test_so_many_decisions_are_needed() -> None:
    needed = re.search(
        r"by people: (\d+), and (\d+) removals among them, to show 1 in (\d+)", POLICIES
    )
    assert needed
    decisions, removals, misses = map(int, needed.groups())
    assert (decisions, removals) == (2 * decisions_needed(misses), REMOVED_NEEDED)
    bound = re.search(r"to show 1 in (\d+) it takes (\d+) without a single error", POLICIES)
    assert bound and decisions_needed(int(bound[1])) == int(bound[2])
