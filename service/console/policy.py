"""A site's policies under /console/policy, its own and those for parts of it: read, tried on the last weeks, saved after that, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.backtest import Backtest
from moderation.domain.comment import PageState
from moderation.domain.errors import Conflict, Invalid, TooMany
from moderation.domain.policy import Policy
from moderation.domain.policy_advice import MISSES, in_words, missing_in_words
from moderation.domain.policy_bounds import MeasuredBound
from moderation.domain.policy_edit import thresholds_of
from moderation.domain.policy_scopes import WHOLE_SITE, ScopedPolicy
from moderation.domain.roles import Action
from moderation.policies import PROFILES, load_policy, policy_source, read_policy
from moderation.review import site_policy
from moderation.review.page_states import get_default
from moderation.review.policy_advice import policy_advice
from moderation.review.policy_bounds import measured_bounds
from moderation.review.score_histograms import BINS, score_histograms
from service.console import policy_modes, policy_view
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import URL, page_router, redirect
from service.console.policy_scope import (
    KIND_WORDS,
    KindAsked,
    ScopeAsked,
    asked_scope,
    scope_in_words,
)
from service.console.presenters import person_name
from service.console.sentences import translated
from service.console.session import Form, read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form
from service.queues.policy_trials import try_policy

router = page_router("/policy")

_ADVICE_LIMIT = 5_000  # decided comments; a page has less patience than a program
_CONFLICT = N_(
    "Somebody else has set another policy meanwhile. Nothing was changed; the policy in force is below."
)
_UNSEEN = N_("Try the policy first: what it would change has to be seen before it is saved.")

Posted = Annotated[
    PostedForm,
    Depends(
        request_form(
            *policy_view.NAMES,
            *policy_modes.NAMES,
            may=Action.CHANGE_POLICY,
            limit=policy_view.FORM_LIMIT,
        )
    ),
]
Did = Annotated[str, Query(max_length=10, pattern="^[a-z]*$")]


@router.get("")
def policy_page(
    request: CurrentRequest,
    did: Did = "",
    scope: ScopeAsked = "",
    kind: KindAsked = "",
    value: ScopeAsked = "",
) -> Response:
    """The policy of the site, or of a part of it that a link or the form at the end names."""
    request.require(Action.SEE_POLICY)
    asked = asked_scope(scope, kind, value)
    try:
        part = _part(request, asked)
    except Invalid as broken:
        attempt = _Attempt(error=FormError("value", broken.message), status=422)
        return _page(request, attempt, asked=asked)
    return _page(request, part=part, did=did)


@router.post("/try")
async def try_out(posted: Posted) -> Response:
    """Tries what was typed: thresholds, the TOML or a profile. htmx gets the trial alone."""
    request, form = posted
    attempt = _Attempt(form.get("toml", "").replace("\r\n", "\n"), form)
    part = await run_in_threadpool(_part, request, form.get("scope", ""))
    try:
        toml = _wanted(form)
        attempt = replace(attempt, toml=toml)
        tried = await run_in_threadpool(_parsed, request, part, toml)
        site_policy.check_hours(tried if toml else None, form.get("scope", ""))
        instead = None if part and not toml else tried
        attempt = replace(
            attempt, found=await try_policy(request.plain, instead, request.site_id, scope=part)
        )
        # In a place of those that try something: while a slider is dragged many are asked for and given up.
        bounds = await request.plain.app.state.filter_trials.run(
            request.plain,
            lambda _: measured_bounds(request.store, request.site_id, tried, part, now=now_ms()),
        )
        attempt = replace(attempt, bounds=bounds)
    except (Invalid, TooMany) as broken:
        status = 429 if isinstance(broken, TooMany) else 422
        attempt = replace(attempt, error=form_error(broken), status=status)
    return await run_in_threadpool(_page, request, attempt, part)


@router.post("")
def save(posted: Posted) -> Response:
    """Puts in force what was tried."""
    request, form = posted
    toml = form.get("toml", "").replace("\r\n", "\n")
    part = _part(request, form.get("scope", ""))
    if form.get("seen") != _parsed(request, part, toml).version:
        attempt = _Attempt(toml, form, FormError(message=_UNSEEN), 422)
        return _page(request, attempt, part)
    return _set(request, toml, form, part, "saved")


@router.post("/back")
def go_back(posted: Posted) -> Response:
    """Puts an earlier version in force again."""
    request, form = posted
    earlier = read_number(form, "back", "version it goes back to")
    version = site_policy.earlier_version(request.store, request.site_id, earlier)
    part = _part(request, version.scope)
    return _set(request, version.toml, form, part, "back")


def _set(
    request: SiteRequest, toml: str, form: Form, part: ScopedPolicy | None, did: str
) -> Response:
    scope = part.scope if part else WHOLE_SITE
    seen = read_number(form, "number", "version it follows")
    who, site_id = request.moderator_id, request.site_id
    override = form.get("override", "")
    if override.strip():
        request.require(Action.OVERRIDE_BOUNDS)
    try:
        site_policy.set_policy(
            request.store, site_id, toml, who, seen, scope=scope, override=override, now=now_ms()
        )
    except Conflict:
        attempt = _Attempt(error=FormError(message=_CONFLICT), status=409)
        return _page(request, attempt, part)
    except site_policy.BoundsMissed as missed:
        error = FormError(message=f"Nothing was changed. {missed.message}")
        return _page(request, _Attempt(toml, form, error, 422), part)
    return redirect(_url(site_id, scope, did=did) + "#notice")


def _url(site_id: str, scope: str, **more: str) -> str:
    query = {"site": site_id, **({"scope": scope} if scope else {}), **more}
    return f"{URL}/policy?{urlencode(query)}"


def _part(request: SiteRequest, scope: str) -> ScopedPolicy | None:
    """The part of the site that a form or a link names; None for the whole. Raises Invalid."""
    return site_policy.scope_of(request.store, request.site_id, scope)


def _parsed(request: SiteRequest, part: ScopedPolicy | None, toml: str) -> Policy:
    """toml: '' for the policy that is in force where there is none of its own."""
    state = request.plain.app.state
    default = load_policy(state.settings.policy)
    if toml:
        return read_policy(toml)
    return site_policy.policy_of_site(state.store, request.site_id, default) if part else default


def _wanted(form: Form) -> str:
    """The TOML that a form asks for. Raises Invalid."""
    toml = form.get("toml", "").replace("\r\n", "\n")
    if form.get("do") == "profile":
        profile = form.get("profile", "")
        if profile and profile not in PROFILES:
            raise Invalid("The form does not say which profile.")
        return f'name = "{profile}"\nbased_on = "{profile}"\n' if profile else ""
    if not toml.strip():
        raise Invalid("Line 1: A policy needs a name.", "/toml")
    try:
        policy = read_policy(toml)
    except Invalid as error:
        raise Invalid(error.message, "/toml") from None
    if form.get("do") == "modes":
        return policy_modes.typed_modes(toml, policy, form, form.get("scope", ""))
    return policy_view.typed_toml(policy, form) if form.get("do") == "thresholds" else toml


def _starting_point(installation: str) -> str:
    """The TOML that a site without a policy of its own begins with."""
    if installation in PROFILES:
        return f'name = "own"\nbased_on = "{installation}"\n'
    return policy_source(installation)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What was typed or tried, and what came of it. toml: None for what is in force. found, bounds: of a trial."""

    toml: str | None = None
    form: Form | None = None
    error: FormError = NO_ERROR
    status: int = 200
    found: Backtest | None = None
    bounds: Sequence[MeasuredBound] = ()


def _page(
    request: SiteRequest,
    attempt: _Attempt = _Attempt(),
    part: ScopedPolicy | None = None,
    did: str = "",
    asked: str = "",
) -> Response:
    """The page, or for htmx what a trial found. part: of the site, None for the whole. asked: what was named as a part of
    it and is none.
    """
    state, toml, form, found = request.plain.app.state, attempt.toml, attempt.form, attempt.found
    scope = part.scope if part else WHOLE_SITE
    values: dict[str, Any] = {
        "error": attempt.error,
        "trial": policy_view.trial_view(found) if found else None,
        "tried_toml": toml,
        "bounds": attempt.bounds,
        "version": found.tried.version if found else "",
        "scope": scope,
        "part": scope_in_words(scope),
        "share": policy_view.share_in_words,
    }
    stored = site_policy.site_policy(state.store, request.site_id, scope)
    values["in_force_number"] = stored.number
    values["is_fragment"] = bool(request.plain.headers.get("hx-request"))
    if values["is_fragment"]:
        return request.answer("policy_trial.html", **values)  # htmx shows nothing of a 422
    own = site_policy.site_policy(state.store, request.site_id).toml
    below = own if part else ""  # what the part has without a policy
    shown = (stored.toml if toml is None else toml) or below
    shown = shown or _starting_point(state.settings.policy)
    policy, flaw = None, ""
    typed_modes = form if form and form.get("do") == "modes" else None
    modes = None
    try:
        policy = read_policy(shown)
        modes = policy_modes.modes_form(shown, policy, scope, typed_modes)
    except Invalid as broken:
        flaw = broken.message
    signals = [threshold.signal for threshold in thresholds_of(policy)] if policy else []
    now = now_ms()
    advice = (
        policy_advice(
            state.store, request.site_id, policy, scope=part, now=now, limit=_ADVICE_LIMIT
        )
        if policy
        else []
    )
    histograms = score_histograms(state.store, request.site_id, signals, scope=part, now=now)
    versions = site_policy.list_versions(state.store, request.site_id, scope=scope)
    names = sign_in.emails_of(state.store, {version.set_by for version in versions})
    if flaw and attempt.error == NO_ERROR:
        values["error"] = FormError("toml", flaw)
    return request.answer(
        "policy.html",
        attempt.status,
        **values,
        policy=policy,
        toml=shown,
        is_own=bool(stored.toml),
        installation=load_policy(state.settings.policy),
        scopes=policy_view.scopes_view(site_policy.scoped_policies(state.store, request.site_id)),
        kinds=KIND_WORDS,
        asked=asked.partition(":"),
        scope_url=lambda scope: _url(request.site_id, scope),
        profiles=PROFILES,
        sliders=policy_view.sliders_of(
            policy, histograms, {advised.code: advised for advised in advice}, form
        )
        if policy
        else [],
        misses=MISSES,
        in_words=lambda effect: translated(in_words(effect)),
        missing_in_words=lambda advice: translated(missing_in_words(advice)),
        bins=BINS,
        modes=modes,
        modes_module=policy_modes,
        is_premoderated=get_default(state.store, request.site_id).state is PageState.PREMODERATED,
        hours=policy_view.hours_in_words(policy.closed_hours)
        if policy and policy.closed_hours
        else "",
        sentences=[policy_view.sentence(rule) for rule in policy.rules] if policy else [],
        versions=[(version, person_name(version.set_by, names)) for version in versions],
        did=did,
    )
