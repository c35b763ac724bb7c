"""Normalise, score, decide, record: a batch of revisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from moderation.domain.comment import PageState, Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.delivery import decision_event
from moderation.domain.policy import Policy, Verdict, decide, parse_policy
from moderation.domain.score import Candidate, Findings
from moderation.domain.text import normalise
from moderation.scorers.panel import Panel
from moderation.store import decisions, outbox, work
from moderation.store.engine import Store
from moderation.store.work import Job

MAX_ATTEMPTS = 5
# ms until the next attempt, by attempts made: a restart heals within the first, an outage in the last.
RETRY_AFTER = (5_000, 30_000, 120_000, 600_000)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one call did. claimed: jobs taken; decided: decisions recorded; told: deliveries queued."""

    claimed: int = 0
    decided: int = 0
    told: int = 0


def judge(
    store: Store,
    panel: Panel,
    policy: Policy,
    *,
    lease: str,
    lease_ms: int,
    limit: int,
    now: Callable[[], int],
    entropy: Callable[[int], bytes],
) -> Judged:
    """Takes up to `limit` due revisions, judges them and records what was found and decided.

    Scorers run outside any transaction. What was measured, the decision, its event and deliveries
    are written in one. Work whose lease was lost meanwhile is dropped: somebody else does it.
    A person's decision stands; the findings are then kept as advice.
    """
    with store.write() as connection:
        jobs = work.claim(connection, lease, now(), now() + lease_ms, limit)
    if not jobs:
        return Judged()
    spent = [job for job in jobs if job.attempts > MAX_ATTEMPTS]
    fresh = [job for job in jobs if job.attempts <= MAX_ATTEMPTS]
    candidates = [_candidate(job) for job in fresh]
    found = panel.measure(candidates) if fresh else []
    verdicts = [
        _verdict(job, candidate, what, panel, _policy_of(job, policy))
        for job, candidate, what in zip(fresh, candidates, found, strict=True)
    ]
    # A job that was taken more often than MAX_ATTEMPTS took its worker down each time.
    verdicts += [_gave_up(()) for _ in spent]
    found += [Findings(failed=panel.names) for _ in spent]
    return _record(store, fresh + spent, found, verdicts, policy, lease, now(), entropy)


def _candidate(job: Job) -> Candidate:
    return Candidate(
        job.text,
        normalise(job.text),
        language=job.language,
        author_name=job.author_name,
        author_url=job.author_url,
        page_url=job.page_url,
    )


@lru_cache(maxsize=1024)
def _parsed(source: str) -> Policy:
    return parse_policy(source)


def _policy_of(job: Job, default: Policy) -> Policy:
    return _parsed(job.policy) if job.policy else default


def _verdict(
    job: Job, candidate: Candidate, found: Findings, panel: Panel, policy: Policy
) -> Verdict:
    verdict = decide(policy, found)
    if job.page_state is PageState.PREMODERATED and verdict.outcome is Outcome.APPROVE:
        premoderated = Reason("premoderated", "Every comment on this page waits for a person.")
        verdict = Verdict(Outcome.HOLD, (premoderated,))
    if found.failed and job.attempts >= MAX_ATTEMPTS:
        return _gave_up(verdict.reasons)
    return replace(
        verdict,
        reasons=tuple(_with_evidence(one, candidate, found, panel) for one in verdict.reasons),
    )


def _gave_up(reasons: tuple[Reason, ...]) -> Verdict:
    failed = Reason("scoring_failed", f"Could not be measured in {MAX_ATTEMPTS} attempts.")
    others = tuple(one for one in reasons if one.code != "scorer_unavailable")
    return Verdict(Outcome.HOLD, (failed, *others))


def _with_evidence(reason: Reason, candidate: Candidate, found: Findings, panel: Panel) -> Reason:
    """The reason with the spans behind it: sought only for what a person will see."""
    signal = found.get(reason.label)
    if reason.spans or signal is None or not signal.is_score:
        return reason
    return replace(reason, spans=panel.explain(candidate, signal.scorer, signal.name))


def _record(
    store: Store,
    jobs: Sequence[Job],
    found: Sequence[Findings],
    verdicts: Sequence[Verdict],
    policy: Policy,
    lease: str,
    now: int,
    entropy: Callable[[int], bytes],
) -> Judged:
    ids = [job.comment_id for job in jobs]
    with store.write() as connection:
        ours = work.still_leased(connection, lease, ids)
        standings = decisions.standings(connection, sorted(ours))
        current = decisions.latest(connection, [id for id in ours if standings[id].sequence > 0])
        new: list[Decision] = []
        events = []
        kept: list[tuple[str, int, int, Findings]] = []
        done: list[str] = []
        again: list[tuple[str, int]] = []
        for job, what, verdict in zip(jobs, found, verdicts, strict=True):
            if job.comment_id not in ours:
                continue
            standing = standings[job.comment_id]
            kept.append((job.comment_id, job.revision, job.attempts, what))
            if what.failed and job.attempts < MAX_ATTEMPTS:
                again.append((job.comment_id, now + RETRY_AFTER[job.attempts - 1]))
            else:
                done.append(job.comment_id)
            if standing.decided_by == ActorKind.MODERATOR or standing.status is Status.ERASED:
                continue
            if standing.revision != job.revision or _same(current.get(job.comment_id), verdict):
                continue
            actor = _policy_of(job, policy)
            decision = Decision(
                comment_id=job.comment_id,
                sequence=standing.sequence + 1,
                revision=job.revision,
                outcome=verdict.outcome,
                actor=Actor(ActorKind.POLICY, actor.name, actor.version),
                reasons=verdict.reasons,
                created_at=now,
            )
            new.append(decision)
            events.append(
                decision_event(
                    decision, standing.site_id, standing.page, standing.parent_id, standing.status
                )
            )
        decisions.add_findings(connection, kept, now)
        decisions.append(connection, new)
        told = outbox.put(connection, events, entropy)
        work.finish(connection, done)
        work.postpone(connection, again)
    return Judged(len(jobs), len(new), told)


def _same(current: Decision | None, verdict: Verdict) -> bool:
    """Whether a rescore says nothing new: the same outcome for the same codes."""
    return (
        current is not None
        and current.outcome is verdict.outcome
        and [one.code for one in current.reasons] == [one.code for one in verdict.reasons]
    )
