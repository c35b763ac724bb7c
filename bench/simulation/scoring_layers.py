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
    scorer_unavailable scoring_failed""")


@dataclass(frozen=True, slots=True)
class Layer:
    """name: as printed. scorers: names. campaigns: moderators decide them as one. learns: from moderators."""

    name: str
    scorers: frozenset[str]
    campaigns: bool
    learns: bool


def layers() -> list[Layer]:
    """From text alone to everything. A layer whose scorers this version lacks is left out."""
    here = {one.name for one in build_scorers("bundled")}
    found: list[Layer] = []
    scorers: set[str] = set()
    for name, added in _ADDED.items():
        if added and not here.intersection(added):
            continue
        scorers |= here.intersection(added)
        campaigns = "memory" in scorers
        found.append(Layer(name, frozenset(scorers), campaigns, name == "+ learning"))
    return found


class CachedScorer:
    """Measures each text once for all layers: toxicity depends on the text alone."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._known: dict[str, tuple[Signal, ...] | None] = {}

    @property
    def name(self) -> str:
        return self._scorer.name

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...] | None]:
        new = [one for one in batch if one.text not in self._known]
        if new:
            found = self._scorer.measure(new)
            self._known |= {one.text: what for one, what in zip(new, found, strict=True)}
        return [self._known[one.text] for one in batch]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


def toxicity() -> tuple[Scorer, ...]:
    """The word list and the bundled model."""
    return tuple(CachedScorer(one) for one in build_scorers("bundled") if one.name in _TOXICITY)


def pipeline_of(
    layer: Layer, prior: Path, lessons: Lessons = no_lessons, before: Sequence[Scorer] = ()
) -> ScorerPipeline:
    """The scorers of a layer, in the service's order. before: toxicity scorers, where wanted."""
    learned = SpamModel(lessons, prior)
    own = [
        learned if one.name == learned.name else one
        for one in build_scorers("bundled")
        if one.name in layer.scorers
    ]
    return ScorerPipeline((*before, *own), timeout=300)


def policy_of(pipeline: ScorerPipeline) -> Policy:
    """The default policy, without needs that the pipeline cannot measure."""
    policy = load_policy("newsroom")
    toxic = "bundled" in pipeline.names
    return replace(policy, needs=tuple(one for one in policy.needs if toxic or one != "toxicity"))
