"""Whether a policy keeps to its own bounds, by what people decided about a site's comments."""

from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy import Policy
from moderation.domain.policy_bounds import MeasuredBound
from moderation.domain.policy_replay import PolicyReplay
from moderation.domain.policy_scopes import ScopedPolicy
from moderation.review.past_decisions import LookedAt, past_in_scope
from moderation.store.sql.engine import Store

BOUNDS_DAYS = 365
BOUNDS_LIMIT = 20_000  # decided comments: a second


def measured_bounds(
    store: Store,
    site_id: str,
    policy: Policy,
    scope: ScopedPolicy | None = None,
    *,
    now: int,
    limit: int = BOUNDS_LIMIT,
) -> list[MeasuredBound]:
    """Each bound of a policy with what people decided in the last year; [] where it has none. What counts as a decision is the same
    as for advice (past_decisions.LookedAt), but for the weekly sample, which is not looked at. scope: that the policy would be for, None for the whole site; only comments count that it
    would decide about. now: ms.
    """
    if not policy.bounds:
        return []
    filed = wrongly_filed = passed = wrongly_passed = 0
    replay, people = PolicyReplay((policy,)), LookedAt()
    since = timed_id("cmt", max(0, now - BOUNDS_DAYS * DAY_MS), bytes(10))
    with store.read() as connection:
        for past in past_in_scope(connection, site_id, scope, since, limit, by_people=True):
            if (removed := people.removed(past)) is None:
                continue
            [verdict] = replay.verdicts(past.signals, past.failed)
            if verdict.outcome is Outcome.APPROVE:
                passed += 1
                wrongly_passed += removed
            elif verdict.outcome is not Outcome.HOLD:
                filed += 1
                wrongly_filed += not removed
    shares = {
        "wrongly_rejected": Share(wrongly_filed, filed),
        "wrongly_passed": Share(wrongly_passed, passed),
    }
    return [MeasuredBound(bound, shares[bound.name]) for bound in policy.bounds]
