"""/api/v1/policies: which policy is in force, setting another, and what it would have changed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.policies import policy_source, read_policy
from moderation.review.site_policy import list_versions, set_policy, site_policy
from service.access.keys import SecretKey
from service.api.answers import describe_answer
from service.api.bodies import describe_body, json_body
from service.api.parameters import KEYED
from service.api.policy_schemas import (
    PolicyIn,
    PolicyList,
    PolicyOut,
    PolicyTrialIn,
    PolicyTrialOut,
    PolicyVersionList,
    policy_trial_out,
)
from service.api.responses import (
    IfPolicy,
    etag_header,
    if_match,
    precondition_failed,
    private_json,
)
from service.api.serializers import iso
from service.queues.policy_trials import try_policy

router = APIRouter(prefix="/api/v1", tags=["policies"], dependencies=KEYED)


@router.get(
    "/policies",
    summary="The policy in force, and the installation's",
    openapi_extra=describe_answer(PolicyList, headers=["ETag"]),
)
def read(request: Request, key: SecretKey) -> Response:
    """Every decision of a policy has its version."""
    return _list(request, key.site_id)


def _list(request: Request, site_id: str) -> Response:
    state = request.app.state
    stored = site_policy(state.store, site_id)
    own = stored.toml
    items = [_policy_out("site", own, in_force=True)] if own else []
    items.append(
        _policy_out("installation", policy_source(state.settings.policy), in_force=not own)
    )
    body: PolicyList = {"items": items}
    return private_json(body, 200, etag_header("p", stored.number))


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
    answer: PolicyTrialOut = policy_trial_out(
        await try_policy(request, policy, key.site_id, body.days)
    )
    return private_json(answer)


@router.put(
    "/policies",
    summary="Put a policy in force",
    openapi_extra=describe_body(PolicyIn) | describe_answer(PolicyList, 412, headers=["ETag"]),
)
def put(
    request: Request,
    key: SecretKey,
    body: Annotated[PolicyIn, Depends(json_body(PolicyIn))],
    seen: IfPolicy = "*",
) -> Response:
    """For the site of the key, and for comments that are judged from now on; "" leaves it to the installation's. If-Match
    with the ETag of `GET /policies` keeps two from overwriting each other. Every policy that was in force stays in the list
    of versions: to go back, put its TOML in force again.
    """
    store = request.app.state.store
    try:
        set_policy(store, key.site_id, body.policy, key.id, if_match(seen), now=now_ms())
    except Invalid as error:
        raise Invalid(f"/policy: {error.message}", "/policy") from None
    except Conflict as error:
        return precondition_failed(error)
    return _list(request, key.site_id)


@router.get(
    "/policies/versions",
    summary="The policies that the site has had",
    openapi_extra=describe_answer(PolicyVersionList),
)
def versions(request: Request, key: SecretKey) -> Response:
    """The newest first, at most 50."""
    body: PolicyVersionList = {
        "items": [
            {
                "number": each.number,
                "version": each.version,
                "set_by": each.set_by,
                "set_at": iso(each.set_at),
                "toml": each.toml,
            }
            for each in list_versions(request.app.state.store, key.site_id)
        ]
    }
    return private_json(body)
