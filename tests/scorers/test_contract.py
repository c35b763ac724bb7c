"""What every scorer promises, asked of every scorer."""

import itertools
import math
import time
from collections.abc import Collection
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages
from types import ModuleType
from typing import ClassVar

import pytest
from typing_extensions import is_protocol

import moderation.scorers
import tests.scorers
import workers
from moderation.domain.errors import Invalid
from moderation.domain.score import Candidate, Scorer
from moderation.scorers.build import build_scorers
from moderation.scorers.models.author_names import WithAuthorNames
from moderation.scorers.pipeline import ScorerPipeline
from tests.scorers.candidates import COSTLY, HOSTILE, PROSE, candidate

ORDINARY = (
    "The minister is a liar and should resign.",
    "You f\u200bucking 1d10t, go kill yourself",
    "Buy now at http://example.com and https://example.org, call +1 888 555 1234",
    "Das ist ein ganz gewöhnlicher Satz über den Bahnhof.",
)
COST_RATIO = 2.0  # CPU of any text over that of prose of its length


class ScorerContract:
    """Inherited by the tests of any scorer: give it a `scorer` fixture. of: the classes that it asks."""

    of: ClassVar[Collection[type]]
    cost_floor: ClassVar[float] = 0.05  # CPU seconds that are noise beside the cost of prose

    def test_is_asked_of_what_it_says(self, scorer: Scorer) -> None:
        assert type(scorer) in self.of

    def test_has_a_short_stable_name(self, scorer: Scorer) -> None:
        assert scorer.name.isidentifier()
        assert len(scorer.name) <= 20

    def test_nothing_in_nothing_out(self, scorer: Scorer) -> None:
        assert scorer.measure([]) == []

    def test_one_tuple_per_candidate_in_order(self, scorer: Scorer) -> None:
        batch = [candidate(text) for text in (*ORDINARY, "", *reversed(ORDINARY))]
        together = scorer.measure(batch)
        assert len(together) == len(batch)
        for item, signals in zip(batch, together, strict=True):
            (alone,) = scorer.measure([item])
            assert [signal.name for signal in signals] == [signal.name for signal in alone]
            assert [s.value for s in signals] == pytest.approx([s.value for s in alone], abs=1e-5)
            assert [s.spans for s in signals] == [s.spans for s in alone]

    @pytest.mark.parametrize("text", [*HOSTILE.values(), *ORDINARY], ids=[*HOSTILE, *"abcd"])
    def test_values_are_finite_and_spans_lie_inside(self, scorer: Scorer, text: str) -> None:
        (signals,) = scorer.measure([candidate(text)])
        names = [signal.name for signal in signals]
        assert len(names) == len(set(names))
        for signal in signals:
            assert signal.scorer == scorer.name
            assert math.isfinite(signal.value)
            if signal.is_score:
                assert 0 <= signal.value <= 1
            assert all(0 <= span.start < span.end <= len(text) for span in signal.spans)

    @pytest.mark.parametrize("text", [*HOSTILE.values(), *ORDINARY], ids=[*HOSTILE, *"abcd"])
    def test_explains_inside_the_text_and_always_the_same(self, scorer: Scorer, text: str) -> None:
        comment = candidate(text)
        for label in (scorer.name, "toxicity", "no such label"):
            spans = scorer.explain(comment, label)
            assert all(0 <= span.start < span.end <= len(text) for span in spans)
            assert spans == scorer.explain(comment, label)

    def test_an_unknown_label_has_no_explanation(self, scorer: Scorer) -> None:
        assert scorer.explain(candidate(ORDINARY[1]), "no such label") == ()

    @pytest.mark.timeout(600)
    def test_no_text_costs_much_more_than_prose(self, scorer: Scorer) -> None:
        """CPU of the worst texts of 65 kB, compared with prose of that length in the same run.

        Measuring may cost twice as much, and explaining no more than that.
        """
        scorer.measure([candidate(text) for text in ORDINARY])  # loads what is loaded at first use
        prose = _cpu_seconds(scorer, candidate(_unseen(PROSE)))
        limit = COST_RATIO * prose + self.cost_floor
        for name, text in COSTLY.items():
            measured = explained = math.inf
            for _ in range(3):  # others work on this machine as well: the best of each counts
                worst = candidate(_unseen(text))
                measured = min(measured, _cpu_seconds(scorer, worst))
                begun = time.process_time()
                scorer.explain(worst, "toxicity")
                explained = min(explained, time.process_time() - begun)
                if max(measured, explained) < limit:
                    break
            assert measured < limit, (name, measured, prose)
            assert explained < limit, (name, explained, prose)


SCORERS = build_scorers("bundled")


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name, scope="class")
class TestBuiltScorers(ScorerContract):
    """The scorers that need nothing but this package."""

    of = tuple(type(scorer) for scorer in SCORERS)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_text_costs_little(self, scorer: Scorer, text: str) -> None:
        """Four times the text may cost about four times as much; sixteen would be quadratic."""
        part, whole = candidate(text[: len(text) // 4]), candidate(text)
        scorer.measure([part])  # loads what is loaded at first use
        small = large = math.inf
        for _ in range(5):  # others work on this machine as well: the best of each counts
            small = min(small, _cpu_seconds(scorer, part))
            large = min(large, _cpu_seconds(scorer, whole))
            if large < 9 * small + 0.02:
                return
        pytest.fail(f"{large:.3f} s, and {small:.3f} s for a quarter of the text")


# Those that read names as well, by themselves.
ALONE = tuple(scorer.scorer for scorer in SCORERS if isinstance(scorer, WithAuthorNames))


@pytest.mark.parametrize("scorer", ALONE, ids=lambda scorer: scorer.name, scope="class")
class TestWithoutNames(ScorerContract):
    """What it costs is asked above: texts of nobody go to these as they are."""

    of = tuple(type(scorer) for scorer in ALONE)
    test_no_text_costs_much_more_than_prose = None


_turns = itertools.count(101, 101)


def _unseen(text: str) -> str:
    """The same letters from another one on: scorers remember what they have measured in other tests."""
    turn = next(_turns) % len(text)
    return f"{text[turn:]} {text[:turn]}"


def _cpu_seconds(scorer: Scorer, candidate: Candidate) -> float:
    begun = time.process_time()
    scorer.measure([candidate])
    return time.process_time() - begun


# Modules that need the extra `detoxify`, and have no contract to keep.
_WITH_TORCH = {"tests.scorers.checkpoints", "tests.scorers.test_convert"}


def _classes(package: ModuleType) -> set[type]:
    """The classes in a package that measure and explain."""
    names = [module.name for module in walk_packages(package.__path__, f"{package.__name__}.")]
    return {
        kind
        for name in names
        if name not in _WITH_TORCH or find_spec("torch")
        for module in [import_module(name)]
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__
        if hasattr(kind, "measure") and hasattr(kind, "explain")
        if kind is not ScorerPipeline and not is_protocol(kind)  # it asks scorers, and is none
    }


def test_every_scorer_there_is_keeps_the_contract() -> None:
    _classes(tests.scorers)  # imports the tests, and with them everyone who inherits
    tested = {kind for each in ScorerContract.__subclasses__() for kind in each.of}
    assert tested >= {type(scorer) for scorer in build_scorers("bundled")}
    assert tested == _classes(moderation.scorers) | _classes(workers)


def test_every_scorer_is_built_once_in_order() -> None:
    assert [scorer.name for scorer in build_scorers("bundled")] == [
        "language",
        "wordlist",
        "phrases",
        "names",
        "filters",
        "memory",
        "reputation",
        "spam",
        "bundled",
        "taught_toxicity",
        "learned",
    ]
    assert [scorer.name for scorer in build_scorers("detoxify:original")][-3] == "detoxify"


@pytest.mark.parametrize("model", ["", "detoxify", "detoxify:", "gpt"])
def test_unknown_models_are_refused(model: str) -> None:
    with pytest.raises(Invalid, match="toxicity model"):
        build_scorers(model)
