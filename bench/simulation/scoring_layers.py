"""The layers that are compared, each with one more part of the service's own scorers and policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from moderation.domain.lesson import Lessons, no_lessons
from moderation.domain.policy import Policy
from moderation.domain.score import Candidate, Scorer, Signal, Span
from moderation.policies import load_policy
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.heuristic import word_set
from moderation.scorers.spam.spam_model import SpamModel

# What is in a layer that was not in the one before, by the scorers' names.
_ADDED = {
    "text alone": ("language", "learned"),
    "+ signals": ("filters", "signs", "spam"),
    "+ campaigns": ("memory",),
    "+ reputation": ("reputation",),
    "+ learning": (),
}
_TOXICITY = ("wordlist", "bundled", "detoxify")
# Reasons that are not about spam.
OTHER_REASONS = word_set("""toxic severely_toxic threat insult obscene identity_attack wordlist language_unsupported premoderated
    scorer_unavailable scoring_failed parent_held parent_removed""")


@dataclass(frozen=True, slots=True)
class Layer:
    """name: as printed. scorers: names. campaigns: moderators decide them as one. learns: from moderators."""

    name: str
    scorers: frozenset[str]
    campaigns: bool
    learns: bool


def layers() -> list[Layer]:
    """From text alone to everything. A layer whose scorers this version lacks is left out."""
    available = {scorer.name for scorer in build_scorers("bundled")}
    result: list[Layer] = []
    scorers: set[str] = set()
    for name, added in _ADDED.items():
        if added and not available.intersection(added):
            continue
        scorers |= available.intersection(added)
        campaigns = "memory" in scorers
        result.append(Layer(name, frozenset(scorers), campaigns, name == "+ learning"))
    return result


class CachedScorer:
    """Measures each text once for all layers: toxicity depends on the text alone."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._known: dict[str, tuple[Signal, ...] | None] = {}

    @property
    def name(self) -> str:
        return self._scorer.name

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...] | None]:
        new = [candidate for candidate in batch if candidate.text not in self._known]
        if new:
            signals = self._scorer.measure(new)
            self._known |= {
                candidate.text: measured for candidate, measured in zip(new, signals, strict=True)
            }
        return [self._known[candidate.text] for candidate in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


def toxicity() -> tuple[Scorer, ...]:
    """The word list and the bundled model."""
    return tuple(
        CachedScorer(scorer) for scorer in build_scorers("bundled") if scorer.name in _TOXICITY
    )


def pipeline_of(
    layer: Layer, prior: Path, lessons: Lessons = no_lessons, before: Sequence[Scorer] = ()
) -> ScorerPipeline:
    """The scorers of a layer, in the service's order. before: toxicity scorers, where wanted."""
    learned = SpamModel(lessons, prior)
    scorers = [
        learned if scorer.name == learned.name else scorer
        for scorer in build_scorers("bundled")
        if scorer.name in layer.scorers
    ]
    return ScorerPipeline((*before, *scorers), timeout=300)


def policy_of(pipeline: ScorerPipeline) -> Policy:
    """The default policy, without needs that the pipeline cannot measure."""
    policy = load_policy("newsroom")
    toxic = "bundled" in pipeline.names
    return replace(
        policy, needs=tuple(need for need in policy.needs if toxic or need != "toxicity")
    )
