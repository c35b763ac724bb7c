"""The worker of these tests: the real Celery app, with one scripted scorer.

Scoring a text with 'takes 500 ms' takes that long; one with 'breaks' raises an error that quotes it. SAID in
the environment is the score of every text, so that decisions show which of two workers made them.
"""

import os
import re
import time
from collections.abc import Sequence

from moderation.domain.score import Candidate, Signal, Span
from moderation.policies import load_policy
from workers import worker
from workers.app import app

__all__ = ["app"]


class ScriptedScorer:
    name = "scripted"

    def measure(self, batch: Sequence[Candidate]) -> list[tuple[Signal, ...]]:
        for candidate in batch:
            if "breaks" in candidate.text:
                raise ValueError(candidate.text)
            if takes := re.search(r"takes (\d+) ms", candidate.text):
                time.sleep(int(takes[1]) / 1000)
        score = float(os.environ.get("SAID", "0"))
        needed = load_policy("newsroom").needs
        return [
            tuple(Signal(name, score, self.name, "scripted-1", "0" * 64) for name in needed)
            for _ in batch
        ]

    def explain(self, candidate: Candidate, label: str) -> tuple[Span, ...]:
        return ()


worker.build_scorers = lambda *_, **__: (ScriptedScorer(),)  # type: ignore[attr-defined]  # what it imports
