"""The published calibration: monotone, with 0.8 where a person should look, and printed in the docs."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Outcome
from moderation.policies import load_policy
from service.compat.perspective.attributes import ANCHORS, ATTRIBUTES, calibrated, score, table

PAGE = Path(__file__).parents[3] / "docs" / "compat" / "perspective.md"
probabilities = st.floats(0, 1)


@given(label=st.sampled_from(sorted(ANCHORS)), lower=probabilities, higher=probabilities)
def test_no_two_comments_change_places(label, lower, higher):
    lower, higher = sorted((lower, higher))
    assert 0 <= calibrated(label, lower) <= calibrated(label, higher) <= 1
    if higher - lower > 1e-9:
        assert calibrated(label, lower) < calibrated(label, higher)


def test_coral_s_default_is_where_the_newsroom_looks():
    held: dict[str, float] = {}
    for rule in load_policy("newsroom").rules:
        [condition, *more] = rule.conditions
        if rule.outcome is Outcome.HOLD and not more and condition.at_least is not None:
            for label in ANCHORS.keys() & set(condition.signals):
                held[label] = min(condition.at_least, held.get(label, 1.0))
    assert {"toxicity", "insult", "threat"} <= held.keys()
    for label, threshold in held.items():
        assert 0.7 <= calibrated(label, threshold) <= 0.9, label
    for label in ANCHORS:
        assert calibrated(label, 0.0) == 0.0 and calibrated(label, 1.0) == 1.0


def test_every_attribute_has_calibrated_labels():
    for name, labels in ATTRIBUTES.items():
        assert labels and set(labels) <= ANCHORS.keys()
        assert score(name, lambda _: 0.5) is not None
        assert score(name, lambda _: None) is None


def test_the_page_shows_what_the_code_does():
    assert table() in PAGE.read_text()
