"""What a site's candidate policy makes of the same findings; it is kept, and decides nothing."""

from moderation.domain.policy import Policy, decide, in_closed_hours
from moderation.domain.policy_scopes import WHOLE_SITE
from moderation.domain.score import Findings
from moderation.policies import policy_in_force
from moderation.policies.scoped import InForce
from moderation.store.judging_queue import JudgingJob
from moderation.store.shadow_policies import ShadowOutcome


def shadow_outcome(
    job: JudgingJob, findings: Findings, in_force: InForce, default: Policy
) -> ShadowOutcome | None:
    """Both policies on what was measured, whatever the state of the page or the comment above it say. None without a candidate, and for
    a comment that the site's own policy does not decide about: the candidate would take the place of that one.

    default: for sites without a policy of their own.
    """
    if not job.shadow or in_force.scope != WHOLE_SITE:
        return None
    candidate = policy_in_force(job.shadow, default)
    live, shadow = (
        in_closed_hours(decide(policy, findings), policy.closed_hours, job.came_in)
        for policy in (in_force.policy, candidate)
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
