"""Judging a batch of comments: claim, load what is known, score, decide, record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from moderation.domain.comment import GONE
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome
from moderation.domain.ids import Entropy
from moderation.domain.policy import Policy, PolicyVerdict
from moderation.domain.score import Findings
from moderation.judging import context
from moderation.judging.context import JudgingContext
from moderation.judging.rounds import share_out
from moderation.judging.shadow import shadow_outcome
from moderation.judging.verdicts import (
    MAX_ATTEMPTS,
    actor_of,
    below_parent,
    gave_up,
    in_force_for,
    verdict_of,
)
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.text_sketch import sketches
from moderation.store import (
    addresses,
    decision_events,
    decisions,
    judging_queue,
    outbox,
    policy_scopes,
    proposals,
    search_index,
    second_opinions,
    shadow_policies,
)
from moderation.store.candidates import candidates_of
from moderation.store.decisions import Standing
from moderation.store.judging_queue import JudgingJob
from moderation.store.shadow_policies import ShadowOutcome
from moderation.store.sql.engine import Connection, Store

# ms until the next attempt, by attempts made: a restart heals within the first, an outage in the last.
RETRY_AFTER = (5_000, 30_000, 120_000, 600_000)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one call did: how many jobs it claimed, decisions it recorded and deliveries it queued.

    comment_ids: of those that are judged now, whether or not that changed anything. alone: how many of the
    claimed were judged by themselves, as they may take long. unexplained: ids of those whose decision still lacks
    the spans of a reason (evidence.py).
    """

    claimed: int = 0
    decided: int = 0
    deliveries: int = 0
    comment_ids: tuple[str, ...] = ()
    alone: int = 0
    unexplained: tuple[str, ...] = ()


def judge(
    store: Store,
    pipeline: ScorerPipeline,
    policy: Policy,
    *,
    lease: str,
    lease_ms: int,
    limit: int,
    now: Callable[[], int],
    entropy: Entropy,
) -> Judged:
    """Takes up to `limit` due revisions, judges them and records what was found and decided.

    What is known of their authors, links and similar comments is read first. Scorers run outside any
    transaction. Findings, the decision, its event and deliveries, and what is kept of the text are
    written in one. A job whose lease was lost meanwhile is dropped: another worker has it.
    A person's decision stands; the findings are then kept as advice. What may take long is judged by itself,
    after the others, one revision a call; the rest of that kind is handed back.
    """
    with store.write() as connection:
        jobs = judging_queue.claim(connection, lease, now(), now() + lease_ms, limit)
        rounds = share_out(jobs, judging_queue.unfinished(connection, jobs), MAX_ATTEMPTS)
        judging_queue.hand_back(connection, lease, [job.id for job in rounds.waiting])
    first, second = (
        _judge_jobs(store, pipeline, policy, jobs_of_round, lease, now, entropy)
        for jobs_of_round in (rounds.ordinary, rounds.alone)
    )
    return Judged(
        first.claimed + second.claimed,
        first.decided + second.decided,
        first.deliveries + second.deliveries,
        first.comment_ids + second.comment_ids,
        second.claimed,
        first.unexplained + second.unexplained,
    )


def _judge_jobs(
    store: Store,
    pipeline: ScorerPipeline,
    policy: Policy,
    jobs: Sequence[JudgingJob],
    lease: str,
    now: Callable[[], int],
    entropy: Entropy,
) -> Judged:
    if not jobs:
        return Judged()
    # A job that was taken more often than MAX_ATTEMPTS took its worker down each time.
    spent = [job for job in jobs if job.attempts > MAX_ATTEMPTS]
    fresh = [job for job in jobs if job.attempts <= MAX_ATTEMPTS]
    candidates = candidates_of(store, fresh)
    with store.read() as connection:
        known = context.load_context(
            connection, list(zip(candidates, sketches(candidates), strict=True)), now()
        )
        policies = policy_scopes.policies_of(
            connection, {job.site_id: (job.policy, job.policy_scopes) for job in jobs}, policy
        )
    candidates = [
        replace(candidate, history=history)
        for candidate, history in zip(candidates, known.histories, strict=True)
    ]
    measured = pipeline.measure(candidates) if fresh else []
    in_force = [
        in_force_for(job, findings, policies[job.site_id])
        for job, findings in zip(fresh, measured, strict=True)
    ]
    judgements = [
        _Judgement(
            job,
            findings,
            *verdict_of(job, candidate, findings, pipeline, decides),
            shadow_outcome(job, findings, decides, policy),
        )
        for job, candidate, findings, decides in zip(
            fresh, candidates, measured, in_force, strict=True
        )
    ]
    judgements += [
        _Judgement(
            job,
            Findings(failed=pipeline.names),
            gave_up(),
            actor_of(in_force_for(job, Findings(), policies[job.site_id])),
        )
        for job in spent
    ]
    with store.write() as connection:
        return _record(connection, judgements, known, lease, now(), entropy)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """One job with what was measured, what the policy says, and what the site's candidate would."""

    job: JudgingJob
    findings: Findings
    verdict: PolicyVerdict
    actor: Actor
    shadow: ShadowOutcome | None = None

    @property
    def retry_after(self) -> int | None:
        """Milliseconds until it is worth another try; None when it is done."""
        if not self.findings.failed or self.job.attempts >= MAX_ATTEMPTS:
            return None
        return RETRY_AFTER[self.job.attempts - 1]

    def decision(self, standing: Standing, current: Decision | None, now: int) -> Decision | None:
        """What to add to the comment's history; None where it stays as it stands."""
        decided_by_person = standing.decided_by == ActorKind.MODERATOR
        if decided_by_person or standing.status in GONE:
            return None
        if standing.revision != self.job.revision or _is_same(current, self.verdict):
            return None
        return standing.next_decision(self.verdict.outcome, self.actor, self.verdict.reasons, now)


def _record(
    connection: Connection,
    judgements: Sequence[_Judgement],
    known: JudgingContext,
    lease: str,
    now: int,
    entropy: Entropy,
) -> Judged:
    """Writes what this lease still holds, and hands back or finishes its jobs."""
    revisions = {judgement.job.id: judgement.job.revision for judgement in judgements}
    held = judging_queue.still_leased(connection, lease, revisions)
    ours = [judgement for judgement in judgements if judgement.job.id in held]
    context.save_context(connection, known, held, now, entropy)
    # With what they answer, which is not decided about meanwhile.
    parent_ids = {judgement.job.parent_id for judgement in ours} - {""}
    standings = decisions.standings(connection, sorted(held | parent_ids))
    new = _new_decisions(connection, ours, standings, now)
    decisions.add_findings(
        connection,
        [
            (judgement.job.id, judgement.job.revision, judgement.job.attempts, judgement.findings)
            for judgement in ours
        ],
        now,
    )
    measured = {judgement.job.id: judgement.findings for judgement in ours}
    decisions.append(connection, new, standings, measured)
    shadow_policies.add_outcomes(connection, [each.shadow for each in ours if each.shadow])
    # Its language is known now.
    edited = [judgement.job.id for judgement in ours if judgement.job.revision > 1]
    search_index.note_due(connection, edited)
    approved = [decision.comment_id for decision in new if decision.outcome is Outcome.APPROVE]
    judging_queue.judge_replies_again(connection, approved, now)
    held_now = {
        decision.comment_id: standings[decision.comment_id].site_id
        for decision in new
        if decision.outcome is Outcome.HOLD
    }
    context.reopen_campaigns(connection, known, held_now, now)
    asking = {judgement.job.id for judgement in ours if judgement.job.asks_opinion}
    second_opinions.ask(connection, asking & held_now.keys(), now)
    deliveries = _announce(connection, new, standings, entropy)
    due_again = {
        judgement.job.id: now + judgement.retry_after for judgement in ours if judgement.retry_after
    }
    done = sorted(held - due_again.keys())
    judging_queue.finish(connection, done)
    addresses.forget(connection, done)
    judging_queue.postpone(connection, due_again)
    comment_ids = tuple(judgement.job.id for judgement in ours)
    unexplained = tuple(
        decision.comment_id
        for decision in new
        if any(reason.spans_due for reason in decision.reasons)
    )
    return Judged(len(judgements), len(new), deliveries, comment_ids, unexplained=unexplained)


def _new_decisions(
    connection: Connection,
    judgements: Sequence[_Judgement],
    standings: Mapping[str, Standing],
    now: int,
) -> list[Decision]:
    ids = {judgement.job.id for judgement in judgements}
    decided = [id for id in sorted(ids) if standings[id].sequence > 0]
    # A proposal is a person's word as well: what a machine says meanwhile is advice. Nobody proposes before the first decision.
    proposed = proposals.open_of(connection, decided)
    latest = decisions.latest(connection, decided)
    statuses = {id: standing.status for id, standing in standings.items()}
    new = []
    # By their ids: most comments come before what answers them.
    for judgement in sorted(judgements, key=lambda judged: judged.job.id):
        id = judgement.job.id
        if id in proposed:
            continue
        verdict = below_parent(judgement.verdict, statuses.get(judgement.job.parent_id))
        judgement = replace(judgement, verdict=verdict)
        if decision := judgement.decision(standings[id], latest.get(id), now):
            new.append(decision)
            statuses[id] = decision.status
    return new


def _announce(
    connection: Connection,
    new: Sequence[Decision],
    standings: Mapping[str, Standing],
    entropy: Entropy,
) -> int:
    """Queues the events of decisions for the sites that have endpoints; returns how many deliveries."""
    if not outbox.has_listeners(connection, {standing.site_id for standing in standings.values()}):
        return 0
    made = [(decision, standings[decision.comment_id]) for decision in new]
    return decision_events.put(connection, made, entropy)


def _is_same(current: Decision | None, verdict: PolicyVerdict) -> bool:
    """Whether a rescore says nothing new: the same outcome for the same codes."""
    return (
        current is not None
        and current.outcome is verdict.outcome
        and [reason.code for reason in current.reasons]
        == [reason.code for reason in verdict.reasons]
    )
