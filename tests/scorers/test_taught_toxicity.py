"""What lessons may do to a toxicity score: raise it, by so much at most, and nothing else."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.lesson import Lesson, Lessons
from moderation.domain.score import Signal
from moderation.scorers.models.vectors import pack_vector, unpack_vector
from moderation.scorers.site.taught_toxicity import (
    FEWEST,
    MOST,
    Example,
    ModelCorrection,
    TaughtToxicity,
    corrected,
    fit_correction,
    pack_correction,
    unpack_correction,
)
from tests.scorers.candidates import candidate
from tests.scorers.test_contract import ScorerContract

SHA = "0f" * 32
NUMBERS = st.lists(
    st.floats(-1e6, 1e6, width=32) | st.sampled_from([math.inf, -math.inf, math.nan]),
    min_size=64,
    max_size=64,
)


def lessons_of(correction: ModelCorrection | None) -> Lessons:
    lesson = Lesson("site_1", 4, "prior", 60, 0, 0, toxicity=pack_correction(correction))
    return lambda site_ids: {"site_1": lesson}


class TestTaughtToxicity(ScorerContract):
    of = (TaughtToxicity,)

    @pytest.fixture
    def scorer(self) -> TaughtToxicity:
        return TaughtToxicity(lessons_of(ModelCorrection(SHA, np.ones(64, np.float32), 0.0)))


@given(direction=NUMBERS, level=st.floats(width=32), vector=st.binary(min_size=64, max_size=64))
def test_no_lesson_adds_more_than_its_bound_or_takes_anything(
    direction: list[float], level: float, vector: bytes
) -> None:
    added = ModelCorrection(SHA, np.array(direction, np.float32), level).of(vector)
    assert 0 <= added <= MOST


@given(score=st.floats(0, 1), added=st.floats(0, MOST))
def test_a_corrected_score_is_never_lower_and_held_only_if_it_was_near(
    score: float, added: float
) -> None:
    after = corrected(score, added)
    assert score - 1e-3 <= after <= 1
    if score < 0.15:
        assert after < 0.45


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=64))
def test_a_vector_is_kept_to_the_fiftieth_of_a_deviation(numbers: list[float]) -> None:
    kept = unpack_vector(pack_vector(np.array([numbers]), [7]))
    assert np.abs(kept - np.clip(numbers, -5, 5)).max() <= 0.0201
    assert pack_vector(np.zeros((0, 64)), []) == b"" and unpack_vector(b"").size == 0


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 120),
    share=st.floats(0, 1),
    side=st.integers(0, 127),
    score=st.floats(0, 1),
)
def test_any_decisions_make_a_finite_correction_or_none(
    seed: int, count: int, share: float, side: int, score: float
) -> None:
    """Also where all vectors of a kind are alike, or all scores. The same decisions make the same one."""
    chance = np.random.default_rng(seed)
    is_toxic = chance.random(count) < share
    numbers = chance.integers(-127, 128, (count, 64)).astype(np.int8)
    numbers[:, : side // 2] = np.where(is_toxic, side, -side).astype(np.int8)[:, None]
    examples = [
        Example(row.tobytes(), score, bool(truth), 1.0)
        for row, truth in zip(numbers, is_toxic, strict=True)
    ]
    correction = fit_correction(SHA, examples)
    few = min(is_toxic.sum(), count - is_toxic.sum()) < FEWEST
    assert correction is None or not few
    if correction is not None:
        assert np.isfinite(correction.direction).all() and math.isfinite(correction.level)
        packed = pack_correction(correction)
        read = unpack_correction(packed)
        assert read and read.sha256 == SHA and pack_correction(read) == packed
        assert pack_correction(fit_correction(SHA, examples)) == packed


@pytest.mark.parametrize("seed", range(5))
def test_decisions_by_chance_make_no_correction_and_those_about_a_kind_do(seed: int) -> None:
    """Half of the comments are removed: that half of what would be held was removed proves nothing."""
    chance = np.random.default_rng(seed)
    numbers = chance.integers(-60, 61, (200, 64)).astype(np.int8)
    is_toxic = chance.permutation(200) < 100

    def fitted(side: int) -> ModelCorrection | None:
        numbers[:, 0] = np.where(is_toxic, side, -side)
        rows = zip(numbers, is_toxic, strict=True)
        return fit_correction(
            SHA, [Example(row.tobytes(), 0.3, bool(bad), 1.0) for row, bad in rows]
        )

    assert fitted(0) is None
    assert fitted(80) is not None


def test_nothing_is_said_without_a_vector_or_a_lesson() -> None:
    toxic = Signal("toxicity", 0.3, "bundled", "model-1", SHA, vector=bytes([25]) * 64)
    comment = candidate("A remark", site_id="site_1", signals=(toxic,))
    eager = TaughtToxicity(lessons_of(ModelCorrection(SHA, np.ones(64, np.float32), 0.0)))
    [[signal]] = eager.measure([comment])
    assert signal.value == pytest.approx(corrected(0.3, MOST)) and not signal.is_score
    without = Signal("toxicity", 0.3, "bundled", "model-1", SHA)
    assert eager.measure([candidate("A remark", site_id="site_1", signals=(without,))]) == [()]
    assert eager.measure([candidate("A remark", site_id="site_2", signals=(toxic,))]) == [()]
    assert TaughtToxicity(lessons_of(None)).measure([comment]) == [()]
    mild = TaughtToxicity(lessons_of(ModelCorrection(SHA, -np.ones(64, np.float32), 0.0)))
    assert mild.measure([comment]) == [()]  # what is tolerated here is still what it was
