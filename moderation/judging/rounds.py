"""What of a claim is judged together, what alone, and what goes back to wait for its turn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from moderation.store.judging_queue import JudgingJob

# Characters. A text of so many may take a model seconds.
LONG = 10_000


@dataclass(frozen=True, slots=True)
class Rounds:
    """ordinary: judged together, first. alone: judged by itself after them. waiting: handed back."""

    ordinary: list[JudgingJob]
    alone: list[JudgingJob]
    waiting: list[JudgingJob]


def share_out(jobs: Sequence[JudgingJob], unfinished: Collection[str], max_attempts: int) -> Rounds:
    """Long texts, and those that may have killed a worker, come one at a time, after everything else.

    Ordinary comments so wait for one of them at most, and do not share its failure. unfinished: ids of jobs
    whose last attempt left no trace. One with more attempts than max_attempts is not measured any more.
    """
    ordinary: list[JudgingJob] = []
    apart: list[JudgingJob] = []
    for job in jobs:
        is_apart = len(job.text) >= LONG or job.id in unfinished
        (apart if is_apart and job.attempts <= max_attempts else ordinary).append(job)
    return Rounds(ordinary, apart[:1], apart[1:])
