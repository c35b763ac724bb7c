"""A model that is evaluated: its scores on texts, and what a policy holds because of them alone."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gatehouse.evaluation.sets import LABELS
from moderation.domain.normalise import normalise
from moderation.domain.policy import Policy, decide
from moderation.domain.score import Candidate, Findings, Scorer, Signal, measure_all
from moderation.scorers.language import Language
from moderation.scorers.pipeline import ScorerPipeline

# One line of a table: what was measured, and the figure.
Line = tuple[str, str]
_BATCH = 64


class EvaluatedModel:
    """progress: called with the number of texts after each batch.

    texts: how many were scored. cpu_seconds: of this process for scoring them, normalising included.
    """

    def __init__(
        self,
        scorer: Scorer,
        policy: Policy,
        progress: Callable[[int], None],
        whole: tuple[ScorerPipeline, Policy] | None = None,
    ) -> None:
        self._scorer, self._policy, self._progress = scorer, policy, progress
        self._whole = whole
        self.cpu_seconds = 0.0
        self.texts = 0

    def signals(self, texts: Sequence[str]) -> list[tuple[Signal, ...]]:
        """The scorer's signals for each text."""
        started = time.process_time()
        signals: list[tuple[Signal, ...]] = []
        for first in range(0, len(texts), _BATCH):
            batch = [Candidate(text, normalise(text)) for text in texts[first : first + _BATCH]]
            signals += measure_all(self._scorer, batch)
            self._progress(len(batch))
        self.cpu_seconds += time.process_time() - started
        self.texts += len(texts)
        return signals

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels) in the order of LABELS; 0 where the model has no such label."""
        table = []
        for signals in self.signals(texts):
            by_label = {signal.name: signal.value for signal in signals}
            table.append([by_label.get(label, 0.0) for label in LABELS])
        return np.array(table)

    def findings(self, texts: Sequence[str], page: str = "en") -> list[Findings]:
        """What all scorers measure, on a page in this language. Raises ValueError without them."""
        if self._whole is None:
            raise ValueError("There are no scorers beside the model.")
        found: list[Findings] = []
        for first in range(0, len(texts), _BATCH):
            batch = texts[first : first + _BATCH]
            found += self._whole[0].measure(
                [Candidate(text, normalise(text), language=page) for text in batch]
            )
            self._progress(len(batch))
        return found

    @property
    def has_policy(self) -> bool:
        """Whether there are all scorers and the whole policy, and not the model alone."""
        return self._whole is not None

    def held_by_all(self, texts: Sequence[str], page: str = "en") -> NDArray[np.bool_]:
        """Whether the whole policy holds each text: word list, phrases, language and spam included."""
        return np.array([bool(codes) for codes in self.reasons(texts, page)])

    def reasons(self, texts: Sequence[str], page: str = "en") -> list[frozenset[str]]:
        """The codes of the rules by which the whole policy holds each text. Raises ValueError without scorers."""
        if self._whole is None:
            raise ValueError("There are no scorers beside the model.")
        policy = self._whole[1]
        return [
            frozenset(reason.code for reason in decide(policy, found).reasons)
            for found in self.findings(texts, page)
        ]

    def share_unsupported(self, texts: Sequence[str], page: str) -> float:
        """The share of texts in a language that the model has not learned. page: the site's language code."""
        languages = frozenset(getattr(self._scorer, "languages", ()))
        measured = Language(languages).measure(
            [Candidate(text, normalise(text), language=page) for text in texts]
        )
        unsupported = [
            any(signal.name == "language_unsupported" for signal in signals) for signals in measured
        ]
        return sum(unsupported) / len(unsupported)

    def held(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the policy holds a comment with each row of scores."""
        return np.array([bool(decide(self._policy, _findings(row)).reasons) for row in scores])


def _findings(scores: NDArray[np.float64]) -> Findings:
    return Findings(
        tuple(
            Signal(label, float(value), "eval", "eval")
            for label, value in zip(LABELS, scores, strict=True)
        )
    )


def toxicity_only(policy: Policy) -> Policy:
    """The policy's rules about toxicity labels; it needs nothing else."""
    rules = tuple(
        rule
        for rule in policy.rules
        if all(set(condition.signals) <= set(LABELS) for condition in rule.conditions)
    )
    return Policy(policy.name, rules, (), policy.version)
