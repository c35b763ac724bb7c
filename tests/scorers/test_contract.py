"""What every scorer promises, asked of every scorer."""

import math
import time
from collections.abc import Callable

import pytest

from moderation.domain.errors import Invalid
from moderation.domain.score import Scorer
from moderation.scorers.bundled import Bundled
from moderation.scorers.filters import Filters
from moderation.scorers.language import Language
from moderation.scorers.learned import Learned
from moderation.scorers.memory import Memory
from moderation.scorers.roster import roster
from moderation.scorers.spam import Spam
from moderation.scorers.wordlist import Wordlist, read_entries
from tests.scorers.candidates import HOSTILE, candidate

SCORERS: dict[str, Callable[[], Scorer]] = {
    "bundled": Bundled,
    "filters": Filters,
    "language": lambda: Language(frozenset({"en"})),
    "learned": Learned,
    "memory": Memory,
    "spam": Spam,
    "wordlist": lambda: Wordlist(read_entries()),
}
ORDINARY = (
    "The minister is a liar and should resign.",
    "You f\u200bucking 1d10t, go kill yourself",
    "Buy now at http://example.com and https://example.org, call +1 888 555 1234",
    "Das ist ein ganz gewöhnlicher Satz über den Bahnhof.",
)


class ScorerContract:
    """Inherited by the tests of any scorer: give it a `scorer` fixture."""

    def test_has_a_short_stable_name(self, scorer: Scorer) -> None:
        assert scorer.name.isidentifier()
        assert len(scorer.name) <= 20

    def test_nothing_in_nothing_out(self, scorer: Scorer) -> None:
        assert scorer.measure([]) == []

    def test_one_tuple_per_candidate_in_order(self, scorer: Scorer) -> None:
        batch = [candidate(text) for text in (*ORDINARY, "", *reversed(ORDINARY))]
        together = scorer.measure(batch)
        assert len(together) == len(batch)
        for one, found in zip(batch, together, strict=True):
            (alone,) = scorer.measure([one])
            assert [signal.name for signal in found] == [signal.name for signal in alone]
            assert [s.value for s in found] == pytest.approx([s.value for s in alone], abs=1e-5)
            assert [s.spans for s in found] == [s.spans for s in alone]

    @pytest.mark.parametrize("text", [*HOSTILE.values(), *ORDINARY], ids=[*HOSTILE, *"abcd"])
    def test_values_are_finite_and_spans_lie_inside(self, scorer: Scorer, text: str) -> None:
        (found,) = scorer.measure([candidate(text)])
        names = [signal.name for signal in found]
        assert len(names) == len(set(names))
        for signal in found:
            assert signal.scorer == scorer.name
            assert math.isfinite(signal.value)
            if signal.is_score:
                assert 0 <= signal.value <= 1
            assert all(0 <= span.start < span.end <= len(text) for span in signal.spans)

    @pytest.mark.parametrize("text", [*HOSTILE.values(), *ORDINARY], ids=[*HOSTILE, *"abcd"])
    def test_explains_inside_the_text_and_always_the_same(self, scorer: Scorer, text: str) -> None:
        one = candidate(text)
        for label in (scorer.name, "toxicity", "no such label"):
            spans = scorer.explain(one, label)
            assert all(0 <= span.start < span.end <= len(text) for span in spans)
            assert spans == scorer.explain(one, label)

    def test_an_unknown_label_has_no_explanation(self, scorer: Scorer) -> None:
        assert scorer.explain(candidate(ORDINARY[1]), "no such label") == ()


@pytest.mark.parametrize(
    "scorer", [make() for make in SCORERS.values()], ids=SCORERS, scope="class"
)
class TestEveryScorer(ScorerContract):
    """The scorers that need nothing but this package."""

    def test_hostile_text_costs_little(self, scorer: Scorer) -> None:
        scorer.measure([candidate("loads what is loaded at first use")])
        for name, text in HOSTILE.items():
            one = candidate(text)
            begun = time.process_time()
            scorer.measure([one])
            # A second is ten times what the slowest took; anything quadratic takes minutes.
            assert time.process_time() - begun < 1, name


def test_the_roster_has_every_scorer_once() -> None:
    assert [scorer.name for scorer in roster("bundled")] == [
        "language",
        "wordlist",
        "filters",
        "memory",
        "reputation",
        "spam",
        "bundled",
        "learned",
    ]
    assert [scorer.name for scorer in roster("detoxify:original")][-2] == "detoxify"


@pytest.mark.parametrize("model", ["", "detoxify", "detoxify:", "gpt"])
def test_the_roster_refuses_models_it_does_not_know(model: str) -> None:
    with pytest.raises(Invalid, match="toxicity model"):
        roster(model)
