"""/api/v1/policies: which policy is in force, setting another, and what it would have changed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.policy import Policy
from moderation.domain.policy_advice import MISSES, Advice
from moderation.domain.policy_scopes import SCOPE_LENGTH, WHOLE_SITE, ScopedPolicy
from moderation.policies import load_policy, policy_source, read_policy
from moderation.review import samples
from moderation.review.policy_advice import policy_advice
from moderation.review.policy_errors import ERRORS_DAYS, PolicyErrors, csv_of, policy_errors
from moderation.review.site_policy import (
    check_hours,
    list_versions,
    policy_of_site,
    scope_of,
    scoped_policies,
    set_policy,
    site_policy,
)
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.parameters import KEYED
from service.api.policy_record_schemas import (
    PolicyAdviceList,
    PolicyErrorsOut,
    advice_out,
    errors_out,
)
from service.api.policy_schemas import (
    PolicyIn,
    PolicyList,
    PolicyOut,
    PolicyTrialIn,
    PolicyTrialOut,
    PolicyVersionList,
    policy_trial_out,
)
from service.api.responses import IfPolicy, etag_header, if_match, precondition_failed, private_json
from service.api.serializers import iso
from service.http.broken_rules import BadParameter
from service.queues.policy_trials import try_policy

router = APIRouter(prefix="/api/v1", tags=["policies"], dependencies=KEYED)


@router.get(
    "/policies",
    summary="The policies in force, and the installation's",
    **described(PolicyList, headers=["ETag"]),
)
def read(request: Request, key: SecretKey) -> Response:
    """Every decision of a policy has its version and, where it is for a part of the site, its scope."""
    return _list(request, key.site_id)


def _list(request: Request, site_id: str) -> Response:
    state = request.app.state
    stored = site_policy(state.store, site_id)
    own = stored.toml
    items = [_policy_out("site", own, in_force=True)] if own else []
    items.append(
        _policy_out("installation", policy_source(state.settings.policy), in_force=not own)
    )
    items += [
        _policy_out(policy.scope, policy.toml, in_force=True)
        for policy in scoped_policies(state.store, site_id)
    ]
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
        "scope": scope,
        "name": name,
        "version": version,
        "in_force": in_force,
        "error": error,
        "toml": source,
    }


@router.post(
    "/policies/test",
    summary="What a policy would have changed",
    **described(PolicyTrialOut, 429, body=PolicyTrialIn),
)
async def try_out(
    request: Request, key: SecretKey, body: Annotated[PolicyTrialIn, json_body(PolicyTrialIn)]
) -> Response:
    """Applies it to what was measured of the site's comments of the last days, or of those in its scope; nothing is measured again, or stored.
    `complete` is false where there were more than it could look at in some seconds. While others try something out it
    may be 429.
    """
    try:
        policy = await run_in_threadpool(read_policy, body.policy)
        check_hours(policy, body.scope)
    except Invalid as error:
        raise Invalid(f"/policy: {error.message}", "/policy") from None
    scope = await run_in_threadpool(_scope, request, key.site_id, body.scope)
    answer: PolicyTrialOut = policy_trial_out(
        await try_policy(request, policy, key.site_id, body.days, scope)
    )
    return private_json(answer)


def _scope(request: Request, site_id: str, text: str) -> ScopedPolicy | None:
    """Raises Invalid with the pointer of the body's field."""
    try:
        return scope_of(request.app.state.store, site_id, text)
    except Invalid as error:
        raise Invalid(f"/scope: {error.message}", "/scope") from None


def _scope_named(request: Request, site_id: str, text: str) -> ScopedPolicy | None:
    """Raises BadParameter."""
    try:
        return scope_of(request.app.state.store, site_id, text)
    except Invalid as error:
        raise BadParameter("scope", error.message) from None


ScopeParameter = Annotated[str, Query(max_length=SCOPE_LENGTH)]


@router.get(
    "/policies/advice",
    summary="Thresholds that the site's decisions speak for",
    **described(PolicyAdviceList, 429),
)
async def advice(
    request: Request,
    key: SecretKey,
    misses: Annotated[int, Query(ge=5, le=1_000)] = MISSES,
    scope: ScopeParameter = "",
) -> Response:
    """For each threshold of the policy in force that holds: what it does now, and the highest one that misses at most one in
    `misses` with 95 % certainty; `better` is null where there is none, or where `more_decisions` or `more_removed` by
    people are missing. scope: of the policy for a part of the site. While others try something out it may be 429.
    """
    part = await run_in_threadpool(_scope_named, request, key.site_id, scope)
    found = await request.app.state.filter_trials.run(
        request, lambda _: _advice(request, key.site_id, misses, part)
    )
    body: PolicyAdviceList = {"items": [advice_out(advice) for advice in found]}
    return private_json(body)


def _advice(
    request: Request, site_id: str, misses: int, scope: ScopedPolicy | None
) -> list[Advice]:
    store, policy = request.app.state.store, _in_force(request, site_id, scope)
    return policy_advice(store, site_id, policy, scope=scope, now=now_ms(), misses=misses)


def _in_force(request: Request, site_id: str, scope: ScopedPolicy | None) -> Policy:
    state = request.app.state
    default = load_policy(state.settings.policy)
    return policy_of_site(state.store, site_id, default, scope.scope if scope else "")


@router.get(
    "/policies/errors",
    summary="How often people decided otherwise than each rule",
    **described(PolicyErrorsOut, 429, as_csv=True),
)
async def errors(
    request: Request,
    key: SecretKey,
    days: Annotated[int, Query(ge=1, le=365)] = ERRORS_DAYS,
    format: Literal["json", "csv"] = "json",
    scope: ScopeParameter = "",
) -> Response:
    """Of what a policy decided about comments of the last days. scope: of the policy for a part of the site. While others try something out it may be 429. With `format=csv` a line for the
    policy, for the weekly sample, and for each rule and score as text/csv.
    """
    part = await run_in_threadpool(_scope_named, request, key.site_id, scope)
    found = await request.app.state.filter_trials.run(
        request, lambda _: _errors(request, key.site_id, days, part)
    )
    blind = await run_in_threadpool(
        samples.estimate, request.app.state.store, key.site_id, now=now_ms()
    )
    if format == "csv":
        headers = {"Cache-Control": "private, no-store"}
        return Response(csv_of(found, blind), media_type="text/csv", headers=headers)
    answer: PolicyErrorsOut = errors_out(found, blind)
    return private_json(answer)


def _errors(request: Request, site_id: str, days: int, scope: ScopedPolicy | None) -> PolicyErrors:
    store, policy = request.app.state.store, _in_force(request, site_id, scope)
    return policy_errors(store, site_id, policy, scope=scope, now=now_ms(), days=days)


@router.put(
    "/policies",
    summary="Put a policy in force",
    **described(PolicyList, 412, body=PolicyIn, headers=["ETag"]),
)
def put(
    request: Request,
    key: SecretKey,
    body: Annotated[PolicyIn, json_body(PolicyIn)],
    seen: IfPolicy = "*",
) -> Response:
    """For the site of the key or a part of it, and for comments that are judged from now on; "" leaves it to the installation's, and a part to
    the site's. The most specific policy decides: a page's, else the longest section's, else a language's, else the site's. If-Match
    with the ETag of `GET /policies` keeps two from overwriting each other. A policy that misses its own `[bounds]` is a 422 with what
    was measured, unless `override` says why it shall be in force all the same. Every policy that was in force stays in the list
    of versions: to go back, put its TOML in force again.
    """
    store = request.app.state.store
    try:
        set_policy(
            store,
            key.site_id,
            body.policy,
            key.id,
            if_match(seen),
            scope=body.scope,
            override=body.override,
            now=now_ms(),
        )
    except Invalid as error:
        where = "/scope" if error.pointer == "/scope" else "/policy"
        raise Invalid(f"{where}: {error.message}", where) from None
    except Conflict as error:
        return precondition_failed(error)
    return _list(request, key.site_id)


@router.get(
    "/policies/versions",
    summary="The policies that the site has had",
    **described(PolicyVersionList),
)
def versions(request: Request, key: SecretKey, scope: ScopeParameter = "") -> Response:
    """The newest first, at most 50. scope: of those for a part of the site."""
    part = _scope_named(request, key.site_id, scope)
    found = list_versions(
        request.app.state.store, key.site_id, scope=part.scope if part else WHOLE_SITE
    )
    body: PolicyVersionList = {
        "items": [
            {
                "number": version.number,
                "scope": version.scope,
                "version": version.version,
                "set_by": version.set_by,
                "set_at": iso(version.set_at),
                "toml": version.toml,
            }
            for version in found
        ]
    }
    return private_json(body)
