"""Scores imported comments while no new one waits: for search, backtests and learning; their states stay."""

from collections.abc import Callable

from moderation.domain.comment import GONE
from moderation.judging.rounds import share_out
from moderation.judging.verdicts import MAX_ATTEMPTS
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import decisions, imported_comments, judging_queue, search_index
from moderation.store.candidates import candidates_of
from moderation.store.sql.engine import Store


def score_imported(
    store: Store,
    pipeline: ScorerPipeline,
    *,
    lease_ms: int,
    limit: int,
    now: Callable[[], int],
) -> int:
    """Measures up to `limit` imported comments and keeps the findings; how many, 0 where none waits.

    No policy is asked and nothing is decided, sent elsewhere or counted. What is known of authors and copies is left
    out: imports are compared with nothing. A long text is measured by itself. One that could not be measured
    MAX_ATTEMPTS times stays without scores; a worker that takes a job has it for lease_ms.
    """
    with store.write() as connection:
        claimed = imported_comments.claim_unscored(connection, now(), now() + lease_ms, limit)
        # The jobs' number of attempts is theirs here, too: it tells findings of one comment apart.
        jobs = judging_queue.jobs_of(connection, claimed)
        rounds = share_out(
            jobs, [id for id, attempts in claimed.items() if attempts > 1], MAX_ATTEMPTS
        )
        chosen = [job for job in rounds.ordinary or rounds.alone if job.attempts <= MAX_ATTEMPTS]
        kept = {job.id for job in chosen}
        spent = [id for id, attempts in claimed.items() if attempts > MAX_ATTEMPTS]
        imported_comments.hand_back(connection, claimed.keys() - kept - set(spent))
        imported_comments.finish_scoring(connection, spent)
    if not chosen:
        return len(spent)
    candidates = candidates_of(store, chosen)
    measured = pipeline.measure(candidates, asks_others=False)
    with store.write() as connection:
        standings = decisions.standings(connection, sorted(kept))
        found = [
            (job.id, job.revision, job.attempts, findings)
            for job, findings in zip(chosen, measured, strict=True)
            if job.id in standings and standings[job.id].status not in GONE
        ]
        decisions.add_findings(connection, found, now())
        search_index.note_due(connection, [id for id, *_ in found])  # their language is known now
        again = {id for id, _, attempts, job in found if job.failed and attempts < MAX_ATTEMPTS}
        imported_comments.finish_scoring(connection, kept - again)
    return len(chosen) + len(spent)
