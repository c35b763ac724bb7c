"""What a policy makes of the findings about one comment."""

from dataclasses import replace

from moderation.domain.comment import REMOVED, PageState, Status
from moderation.domain.decision import Actor, ActorKind, Outcome, Reason
from moderation.domain.policy import PolicyVerdict, decide, in_closed_hours
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Candidate, Findings
from moderation.policies.scoped import InForce, SitePolicies
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store.judging_queue import JudgingJob

MAX_ATTEMPTS = 5


def actor_of(in_force: InForce) -> Actor:
    """The policy as the actor of a decision."""
    policy = in_force.policy
    return Actor(ActorKind.POLICY, policy.name, policy.version, in_force.scope)


def in_force_for(job: JudgingJob, findings: Findings, policies: SitePolicies) -> InForce:
    """The policy that decides about a comment. policies: of its site."""
    if not policies.are_scoped:
        return policies.whole_site
    language = findings.get("language")
    return policies.of_comment(job.page_id, job.page_url, language.note if language else "")


def verdict_of(
    job: JudgingJob,
    candidate: Candidate,
    findings: Findings,
    pipeline: ScorerPipeline,
    in_force: InForce,
) -> tuple[PolicyVerdict, Actor]:
    """What the policy in force makes of the findings, and the policy as the one who decides.

    After the last attempt a comment is held whatever was measured.
    """
    verdict = decide(in_force.policy, findings)
    if verdict.outcome is Outcome.APPROVE and (waits := _waits_for_a_person(job)):
        verdict = PolicyVerdict(Outcome.HOLD, (waits,))
    verdict = in_closed_hours(verdict, in_force.hours, job.came_in)
    if findings.failed and job.attempts >= MAX_ATTEMPTS:
        return gave_up(verdict.reasons), actor_of(in_force)
    reasons = tuple(
        _with_evidence(reason, candidate, findings, pipeline) for reason in verdict.reasons
    )
    return replace(verdict, reasons=reasons), actor_of(in_force)


def _waits_for_a_person(job: JudgingJob) -> Reason | None:
    """Why a comment waits whatever was measured; None where it does not."""
    if job.page_state is PageState.PREMODERATED:
        return Reason(ReasonCode.PREMODERATED, "Every comment on this page waits for a person.")
    if job.unproven:
        return Reason(
            ReasonCode.UNPROVEN, "It came by a form without a script, so without a proof of work."
        )
    return None


def below_parent(verdict: PolicyVerdict, parent_status: Status | None) -> PolicyVerdict:
    """What a verdict becomes below a comment of this status: nothing is published that answers what
    readers do not see. parent_status: None for a comment that answers none.
    """
    if verdict.outcome is not Outcome.APPROVE or parent_status in (None, Status.APPROVED):
        return verdict
    if parent_status in REMOVED:
        code, what = ReasonCode.PARENT_REMOVED, "has been removed"
    else:
        code, what = ReasonCode.PARENT_HELD, "is not decided yet"
    return PolicyVerdict(Outcome.HOLD, (Reason(code, f"The comment that it answers {what}."),))


def gave_up(reasons: tuple[Reason, ...] = ()) -> PolicyVerdict:
    """Holds a comment that could not be measured, for this and the other reasons."""
    failed = Reason(ReasonCode.SCORING_FAILED, f"Could not be measured in {MAX_ATTEMPTS} attempts.")
    others = tuple(reason for reason in reasons if reason.code != ReasonCode.SCORER_UNAVAILABLE)
    return PolicyVerdict(Outcome.HOLD, (failed, *others))


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
