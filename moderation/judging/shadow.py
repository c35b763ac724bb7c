"""What a site's candidate policy makes of the same findings; it is kept, and decides nothing."""

from moderation.domain.policy import Policy, decide
from moderation.domain.score import Findings
from moderation.policies import policy_in_force
from moderation.store.judging_queue import JudgingJob
from moderation.store.shadow_policies import ShadowOutcome


def shadow_outcome(job: JudgingJob, findings: Findings, default: Policy) -> ShadowOutcome | None:
    """Both policies on what was measured, whatever the page or the comment above it say. None without a candidate.

    default: for sites without a policy of their own.
    """
    if not job.shadow:
        return None
    candidate = policy_in_force(job.shadow, default)
    live, shadow = (
        decide(policy, findings) for policy in (policy_in_force(job.policy, default), candidate)
    )
    rules = {reason.code for reason in live.reasons} ^ {reason.code for reason in shadow.reasons}
    return ShadowOutcome(
        job.id,
        job.site_id,
        candidate.version,
        live.outcome.value,
        shadow.outcome.value,
        " ".join(sorted(rules)),
    )
