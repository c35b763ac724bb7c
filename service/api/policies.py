"""/api/v1/policies: which policy is in force, and what another one would have changed."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid
from moderation.policies import load_policy, policy_source, read_policy
from moderation.review.policy_backtest import backtest, own_policy
from service.access.keys import SecretKey
from service.api.answers import describe_answer
from service.api.bodies import describe_body, json_body
from service.api.parameters import KEYED
from service.api.policy_schemas import (
    PolicyList,
    PolicyOut,
    PolicyTrialIn,
    PolicyTrialOut,
    policy_trial_out,
)
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1", tags=["policies"], dependencies=KEYED)

TRIAL_LIMIT = 200_000  # comments
TRIAL_SECONDS = 8.0


@router.get(
    "/policies",
    summary="The policy in force, and the installation's",
    openapi_extra=describe_answer(PolicyList),
)
def read(request: Request, key: SecretKey) -> Response:
    """Every decision of a policy has its version."""
    state = request.app.state
    own = own_policy(state.store, key.site_id)
    items = [_policy_out("site", own, in_force=True)] if own else []
    items.append(
        _policy_out("installation", policy_source(state.settings.policy), in_force=not own)
    )
    body: PolicyList = {"items": items}
    return private_json(body)


def _policy_out(scope: str, source: str, *, in_force: bool) -> PolicyOut:
    name = version = error = None
    try:
        policy = read_policy(source)
        name, version = policy.name, policy.version
    except Invalid as broken:
        error = broken.message
    return {
        "scope": "site" if scope == "site" else "installation",
        "name": name,
        "version": version,
        "in_force": in_force,
        "error": error,
        "toml": source,
    }


@router.post(
    "/policies/test",
    summary="What a policy would have changed",
    openapi_extra=describe_body(PolicyTrialIn) | describe_answer(PolicyTrialOut, 429),
)
async def try_out(
    request: Request,
    key: SecretKey,
    body: Annotated[PolicyTrialIn, Depends(json_body(PolicyTrialIn))],
) -> Response:
    """Applies it to what was measured of the site's comments of the last days; nothing is measured again, or stored.
    `complete` is false where there were more than it could look at in some seconds. While others try something out it
    may be 429.
    """
    try:
        policy = read_policy(body.policy)
    except Invalid as error:
        raise Invalid(f"/policy: {error.message}", "/policy") from None
    state = request.app.state
    now = now_ms()
    until = time.monotonic() + TRIAL_SECONDS
    found = await state.filter_trials.run(
        request,
        lambda is_cancelled: backtest(
            state.store,
            policy,
            load_policy(state.settings.policy),
            {key.site_id},
            now - body.days * DAY_MS,
            now=now,
            limit=TRIAL_LIMIT,
            is_cancelled=lambda: is_cancelled() or time.monotonic() > until,
        ),
    )
    answer: PolicyTrialOut = policy_trial_out(found)
    return private_json(answer)
