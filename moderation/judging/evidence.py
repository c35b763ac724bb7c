"""The evidence of decisions that are recorded: the words behind a score, sought once no comment waits.

A model finds them by reading the text again without each word, which takes as long as judging it. The mark of what is
missing stands in the decision (`spans_due`), so that a worker that dies in between loses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from moderation.domain.decision import Reason
from moderation.domain.ids import timed_id
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import evidence, judging_queue
from moderation.store.evidence import Unexplained
from moderation.store.sql.engine import Store

# Looked for at once, ids in memory and decisions explained between two commits.
FOUND_LIMIT, SAVED_TOGETHER = 1_000, 8
# A worker that starts looks at the comments of so long. One that runs: at those decided between these ages.
_STARTED_LOOKS_AT = 7 * 24 * 3_600_000
_OTHERS_HAVE_DONE_BY, _RUNNING_LOOKS_AT = 60_000, 600_000


def find_unexplained(store: Store, now: int, *, started: bool) -> list[str]:
    """Ids of comments whose decisions lack evidence, as a dead worker left them. now: ms.

    started: the first look of a process. Later ones leave what is fresh to the workers that decided it.
    """
    age = _STARTED_LOOKS_AT if started else _RUNNING_LOOKS_AT
    after = timed_id("cmt", now - age, bytes(10))
    before = now if started else now - _OTHERS_HAVE_DONE_BY
    with store.read() as connection:
        return evidence.waiting(connection, after, before, FOUND_LIMIT)


def explain_decisions(
    store: Store, pipeline: ScorerPipeline, comment_ids: Sequence[str], now: Callable[[], int]
) -> set[str]:
    """Adds the missing evidence of some comments' decisions; stops as soon as a comment is due to be judged, or is being
    judged by another worker, whose processors this would take.

    The ids that are done with: at most SAVED_TOGETHER, and one unless a comment was due at once. What cannot be explained
    has no evidence.
    """
    chosen = list(comment_ids[:SAVED_TOGETHER])
    if not chosen:
        return set()
    with store.read() as connection:
        decisions = evidence.unexplained(connection, chosen)
    done = set(chosen) - {decision.comment_id for decision in decisions}
    explained: list[tuple[Unexplained, Sequence[Reason]]] = []
    for decision in decisions:
        with store.read() as connection:
            if judging_queue.is_undecided(connection, now()):
                break
        explained.append((decision, _with_evidence(decision, pipeline)))
        done.add(decision.comment_id)
    if explained:
        with store.write() as connection:
            evidence.save(connection, explained)
    return done


def _with_evidence(decision: Unexplained, pipeline: ScorerPipeline) -> list[Reason]:
    candidate = Candidate(decision.text, normalise(decision.text), parent_text=decision.parent_text)
    reasons = []
    for reason in decision.reasons:
        signal = decision.findings.get(reason.label)
        if reason.spans_due and signal is not None:
            reason = replace(reason, spans=pipeline.explain(candidate, signal.scorer, signal.name))
        reasons.append(reason)
    return reasons
