"""The figures of a model card against their definitions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatehouse.evaluation.evasions import DISGUISES
from gatehouse.evaluation.measures import (
    area,
    calibration_error,
    recall_at,
    reliability,
    share_with_interval,
)

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.5001, 0.9, 1.0]), st.sampled_from([1.0, 2.0, 9.5])),
    min_size=2,
    max_size=40,
)  # fmt: skip


@given(ROWS)
def test_area_is_the_share_of_pairs_in_order(rows: list[tuple[bool, float, float]]) -> None:
    yes = [(score, weight) for truth, score, weight in rows if truth]
    no = [(score, weight) for truth, score, weight in rows if not truth]
    assume(yes and no)
    pairs = [(a * b, 1.0 if p > n else 0.5 if p == n else 0.0) for p, a in yes for n, b in no]
    wanted = sum(mass * won for mass, won in pairs) / sum(mass for mass, _ in pairs)
    truth, scores, weights = (np.array(column) for column in zip(*rows, strict=True))
    assert area(truth, scores, weights) == pytest.approx(wanted)


def test_area_of_one_kind_is_not_a_number() -> None:
    assert np.isnan(area(np.array([True, True]), np.array([0.1, 0.2])))


def test_recall_is_counted_above_what_the_negatives_exceed() -> None:
    negatives = np.linspace(0, 0.99, 100)
    positives = np.array([0.2, 0.93, 0.96, 0.999])
    truth = np.array([False] * 100 + [True] * 4)
    scores = np.concatenate([negatives, positives])
    assert recall_at(truth, scores, 0.05) == 0.5
    assert recall_at(truth, scores, 0.01) == 0.25


def test_a_perfectly_calibrated_score_has_no_error_and_a_boastful_one_has() -> None:
    random_ = np.random.default_rng(1)
    scores = random_.random(50_000)
    truth = random_.random(50_000) < scores
    assert calibration_error(truth, scores) < 0.01
    assert calibration_error(truth, np.sqrt(scores)) > 0.1
    assert all(abs(predicted - true) < 0.03 for predicted, true, _ in reliability(truth, scores))


def test_weights_stand_for_rows() -> None:
    truth = np.array([True, False, False, False])
    scores = np.array([0.5, 0.5, 0.5, 0.5])
    short = calibration_error(truth[:2], scores[:2], np.array([1.0, 3.0]))
    assert calibration_error(truth, scores) == pytest.approx(short) == pytest.approx(0.25)


def test_every_word_of_three_letters_is_disguised_in_38_ways() -> None:
    texts = {name: disguise("You fucking idiot, go away") for name, disguise in DISGUISES.items()}
    assert len(texts) == 38
    assert len(set(texts.values())) == len(texts)
    assert texts["reversed words"] == "uoY gnikcuf toidi, go yawa"
    assert texts["Markdown bold inside"] == "Y**ou** fuc**king** id**iot**, go aw**ay**"
    assert texts["pig latin"] == "ouyay uckingfay idiotway, go awayway"


def test_a_share_comes_with_wilsons_interval() -> None:
    assert share_with_interval(0, 100) == "0.0 % (0.0-3.7 %) of 100"
    assert share_with_interval(5, 10) == "50.0 % (23.7-76.3 %) of 10"
    assert share_with_interval(0, 0) == "none"
