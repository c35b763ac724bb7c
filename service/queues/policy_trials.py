"""Trials of policies on a site's own comments, for the API and the console: bounded, and few at a time."""

import time

from fastapi import Request

from moderation.clock import now_ms
from moderation.domain.backtest import Backtest
from moderation.domain.durations import DAY_MS
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import ScopedPolicy
from moderation.policies import load_policy
from moderation.review.policy_backtest import BACKTEST_DAYS, backtest

TRIAL_LIMIT = 200_000  # comments
TRIAL_SECONDS = 8.0


async def try_policy(
    request: Request,
    policy: Policy | None,
    site_id: str,
    days: int = BACKTEST_DAYS,
    scope: ScopedPolicy | None = None,
) -> Backtest:
    """A policy beside the site's own or that of a scope, on the comments of the last days; None: no policy for the scope. Raises TooMany while others try something."""
    state = request.app.state
    now = now_ms()
    until = time.monotonic() + TRIAL_SECONDS
    found: Backtest = await state.filter_trials.run(
        request,
        lambda is_cancelled: backtest(
            state.store,
            policy,
            load_policy(state.settings.policy),
            {site_id},
            now - days * DAY_MS,
            scope=scope,
            now=now,
            limit=TRIAL_LIMIT,
            is_cancelled=lambda: is_cancelled() or time.monotonic() > until,
        ),
    )
    return found
