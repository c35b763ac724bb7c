"""Normalise, score, decide, record: a batch of revisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from moderation.domain.comment import PageState, Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.errors import Invalid
from moderation.domain.event import Event, decision_event
from moderation.domain.policy import Policy, Verdict, decide, parse_policy
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Candidate, Findings
from moderation.judging import context
from moderation.judging.context import JudgingContext
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.text_sketch import sketches
from moderation.store import addresses, decisions, judging_queue, outbox
from moderation.store.candidates import candidate_of
from moderation.store.decisions import Standing
from moderation.store.filters import filters_of
from moderation.store.judging_queue import JudgingJob
from moderation.store.sql.engine import Store

MAX_ATTEMPTS = 5
# ms until the next attempt, by attempts made: a restart heals within the first, an outage in the last.
RETRY_AFTER = (5_000, 30_000, 120_000, 600_000)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one call did. claimed: jobs taken; decided: decisions recorded; told: deliveries queued.

    comment_ids: of those that are judged now, whether or not that changed anything.
    """

    claimed: int = 0
    decided: int = 0
    told: int = 0
    comment_ids: tuple[str, ...] = ()


def judge(
    store: Store,
    panel: ScorerPipeline,
    policy: Policy,
    *,
    lease: str,
    lease_ms: int,
    limit: int,
    now: Callable[[], int],
    entropy: Callable[[int], bytes],
) -> Judged:
    """Takes up to `limit` due revisions, judges them and records what was found and decided.

    What is known of their authors, links and likes is read first. Scorers run outside any transaction.
    What was measured, the decision, its event and deliveries, and what is remembered of the text are
    written in one. Work whose lease was lost meanwhile is dropped: somebody else does it.
    A person's decision stands; the findings are then kept as advice.
    """
    with store.write() as connection:
        jobs = judging_queue.claim(connection, lease, now(), now() + lease_ms, limit)
    if not jobs:
        return Judged()
    # A job that was taken more often than MAX_ATTEMPTS took its worker down each time.
    spent = [job for job in jobs if job.attempts > MAX_ATTEMPTS]
    fresh = [job for job in jobs if job.attempts <= MAX_ATTEMPTS]
    own = filters_of(store, {job.site_id: job.filters_version for job in fresh})
    candidates = [candidate_of(job, store.seal, filters=own[job.site_id]) for job in fresh]
    with store.read() as connection:
        recalled = context.load_context(
            connection, list(zip(candidates, sketches(candidates), strict=True)), now()
        )
    candidates = [
        replace(one, history=history)
        for one, history in zip(candidates, recalled.histories, strict=True)
    ]
    found = panel.measure(candidates) if fresh else []
    judged = [
        _Judgement(job, what, *_verdict(job, candidate, what, panel, policy))
        for job, candidate, what in zip(fresh, candidates, found, strict=True)
    ]
    judged += [
        _Judgement(job, Findings(failed=panel.names), _gave_up(()), _actor(_policy_of(job, policy)))
        for job in spent
    ]
    return _record(store, judged, recalled, lease, now(), entropy)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """One job with what was found and what the policy says."""

    job: JudgingJob
    found: Findings
    verdict: Verdict
    actor: Actor

    @property
    def again_after(self) -> int | None:
        """Milliseconds until it is worth another try; None when it is done."""
        if not self.found.failed or self.job.attempts >= MAX_ATTEMPTS:
            return None
        return RETRY_AFTER[self.job.attempts - 1]

    def decision(self, standing: Standing, current: Decision | None, now: int) -> Decision | None:
        """What to add to the comment's history; None where it stays as it stands."""
        decided_by_person = standing.decided_by == ActorKind.MODERATOR
        if decided_by_person or standing.status is Status.ERASED:
            return None
        if standing.revision != self.job.revision or _same(current, self.verdict):
            return None
        return Decision(
            comment_id=self.job.id,
            sequence=standing.sequence + 1,
            revision=self.job.revision,
            outcome=self.verdict.outcome,
            actor=self.actor,
            reasons=self.verdict.reasons,
            created_at=now,
        )


@lru_cache(maxsize=1024)
def _parsed(source: str) -> Policy:
    return parse_policy(source)


def _policy_of(job: JudgingJob, default: Policy) -> Policy:
    if not job.policy:
        return default
    try:
        return _parsed(job.policy)
    except Invalid:
        # One site's broken policy holds that site's comments, and nobody else's.
        return replace(default, needs=(*default.needs, "the site's own policy"))


def _actor(policy: Policy) -> Actor:
    return Actor(ActorKind.POLICY, policy.name, policy.version)


def _verdict(
    job: JudgingJob, candidate: Candidate, found: Findings, panel: ScorerPipeline, default: Policy
) -> tuple[Verdict, Actor]:
    policy = _policy_of(job, default)
    verdict = decide(policy, found)
    if job.page_state is PageState.PREMODERATED and verdict.outcome is Outcome.APPROVE:
        premoderated = Reason(
            ReasonCode.PREMODERATED, "Every comment on this page waits for a person."
        )
        verdict = Verdict(Outcome.HOLD, (premoderated,))
    if found.failed and job.attempts >= MAX_ATTEMPTS:
        return _gave_up(verdict.reasons), _actor(policy)
    shown = tuple(_with_evidence(one, candidate, found, panel) for one in verdict.reasons)
    return replace(verdict, reasons=shown), _actor(policy)


def _gave_up(reasons: tuple[Reason, ...]) -> Verdict:
    failed = Reason(ReasonCode.SCORING_FAILED, f"Could not be measured in {MAX_ATTEMPTS} attempts.")
    others = tuple(one for one in reasons if one.code != ReasonCode.SCORER_UNAVAILABLE)
    return Verdict(Outcome.HOLD, (failed, *others))


def _with_evidence(
    reason: Reason, candidate: Candidate, found: Findings, panel: ScorerPipeline
) -> Reason:
    """The reason with the spans behind it: sought only for what a person will see."""
    signal = found.get(reason.label)
    if reason.spans or signal is None or not signal.is_score:
        return reason
    return replace(reason, spans=panel.explain(candidate, signal.scorer, signal.name))


def _record(
    store: Store,
    judged: Sequence[_Judgement],
    recalled: JudgingContext,
    lease: str,
    now: int,
    entropy: Callable[[int], bytes],
) -> Judged:
    with store.write() as connection:
        held = judging_queue.still_leased(connection, lease, [one.job.id for one in judged])
        ours = [one for one in judged if one.job.id in held]
        context.save_context(connection, recalled, held, now, entropy)
        standings = decisions.standings(connection, sorted(held))
        current = decisions.latest(connection, [id for id in held if standings[id].sequence > 0])
        new = [
            decision
            for one in ours
            if (decision := one.decision(standings[one.job.id], current.get(one.job.id), now))
        ]
        decisions.add_findings(
            connection,
            [(one.job.id, one.job.revision, one.job.attempts, one.found) for one in ours],
            now,
        )
        decisions.append(connection, new)
        told = 0
        if outbox.has_listeners(connection, {one.site_id for one in standings.values()}):
            events = [_event(one, standings[one.comment_id]) for one in new]
            told = outbox.put(connection, events, entropy)
        again = [(one.job.id, after) for one in ours if (after := one.again_after)]
        done = sorted(held - {id for id, _ in again})
        judging_queue.finish(connection, done)
        addresses.forget(connection, done)
        judging_queue.postpone(connection, [(id, now + after) for id, after in again])
    return Judged(len(judged), len(new), told, tuple(one.job.id for one in ours))


def _event(decision: Decision, standing: Standing) -> Event:
    return decision_event(
        decision, standing.site_id, standing.page, standing.parent_id, standing.status
    )


def _same(current: Decision | None, verdict: Verdict) -> bool:
    """Whether a rescore says nothing new: the same outcome for the same codes."""
    return (
        current is not None
        and current.outcome is verdict.outcome
        and [one.code for one in current.reasons] == [one.code for one in verdict.reasons]
    )
