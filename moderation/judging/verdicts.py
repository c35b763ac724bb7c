"""What a policy makes of the findings about one comment."""

from dataclasses import replace

from moderation.domain.comment import REMOVED, PageState, Status
from moderation.domain.decision import Actor, ActorKind, Outcome, Reason
from moderation.domain.policy import Policy, Verdict, decide
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Candidate, Findings
from moderation.policies import policy_in_force
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store.judging_queue import JudgingJob

MAX_ATTEMPTS = 5


def actor_of(policy: Policy) -> Actor:
    """The policy as the actor of a decision."""
    return Actor(ActorKind.POLICY, policy.name, policy.version)


def verdict_of(
    job: JudgingJob,
    candidate: Candidate,
    findings: Findings,
    pipeline: ScorerPipeline,
    default: Policy,
) -> tuple[Verdict, Actor]:
    """What the site's policy makes of the findings, and the policy as the one who decides.

    default: for sites without a policy of their own. After the last attempt a comment is held whatever
    was measured.
    """
    policy = policy_in_force(job.policy, default)
    verdict = decide(policy, findings)
    if job.page_state is PageState.PREMODERATED and verdict.outcome is Outcome.APPROVE:
        premoderated = Reason(
            ReasonCode.PREMODERATED, "Every comment on this page waits for a person."
        )
        verdict = Verdict(Outcome.HOLD, (premoderated,))
    if findings.failed and job.attempts >= MAX_ATTEMPTS:
        return gave_up(verdict.reasons), actor_of(policy)
    reasons = tuple(
        _with_evidence(reason, candidate, findings, pipeline) for reason in verdict.reasons
    )
    return replace(verdict, reasons=reasons), actor_of(policy)


def below_parent(verdict: Verdict, parent_status: Status | None) -> Verdict:
    """What a verdict becomes below a comment of this status: nothing is published that answers what
    readers do not see. parent_status: None for a comment that answers none.
    """
    if verdict.outcome is not Outcome.APPROVE or parent_status in (None, Status.APPROVED):
        return verdict
    if parent_status in REMOVED:
        code, what = ReasonCode.PARENT_REMOVED, "has been removed"
    else:
        code, what = ReasonCode.PARENT_HELD, "is not decided yet"
    return Verdict(Outcome.HOLD, (Reason(code, f"The comment that it answers {what}."),))


def gave_up(reasons: tuple[Reason, ...] = ()) -> Verdict:
    """Holds a comment that could not be measured, for this and the other reasons."""
    failed = Reason(ReasonCode.SCORING_FAILED, f"Could not be measured in {MAX_ATTEMPTS} attempts.")
    others = tuple(reason for reason in reasons if reason.code != ReasonCode.SCORER_UNAVAILABLE)
    return Verdict(Outcome.HOLD, (failed, *others))


def _with_evidence(
    reason: Reason, candidate: Candidate, findings: Findings, pipeline: ScorerPipeline
) -> Reason:
    """The reason with the spans behind it: sought only for what a person will see.

    Not now where that takes passes of a model: see evidence.py.
    """
    signal = findings.get(reason.label)
    if reason.spans or signal is None or not signal.is_score:
        return reason
    if pipeline.explains_slowly(signal.scorer):
        return replace(reason, spans_due=True)
    return replace(reason, spans=pipeline.explain(candidate, signal.scorer, signal.name))
