"""A site's policy under /console/policy: read, tried on the last weeks, saved after that, and taken back."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.backtest import Backtest
from moderation.domain.errors import Conflict, Invalid, TooMany
from moderation.domain.policy import Policy
from moderation.domain.policy_advice import MISSES, in_words, missing_in_words
from moderation.domain.policy_bounds import MeasuredBound
from moderation.domain.policy_edit import thresholds_of
from moderation.domain.roles import Action
from moderation.domain.samples import LARGEST
from moderation.policies import PROFILES, load_policy, policy_source, read_policy
from moderation.review import samples, site_policy
from moderation.review.policy_advice import policy_advice
from moderation.review.policy_bounds import measured_bounds
from moderation.review.policy_errors import ERRORS_DAYS, PolicyErrors, policy_errors
from moderation.review.score_histograms import BINS, score_histograms
from moderation.store.moderators import Membership
from service.console import policy_view
from service.console.form_error import FormError, form_error
from service.console.language import N_
from service.console.pages import URL, CurrentSite, page_router, pages, redirect
from service.console.presenters import person_name
from service.console.sentences import translated
from service.console.session import (
    CurrentVisitor,
    Form,
    SignedForm,
    Visitor,
    read_number,
    signed_form,
)
from service.queues.policy_trials import try_policy

router = page_router("/policy")

_ADVICE_LIMIT = 5_000  # decided comments; a page has less patience than a program
_CONFLICT = N_(
    "Somebody else has set another policy meanwhile. Nothing was changed; the policy in force is below."
)
_UNSEEN = N_("Try the policy first: what it would change has to be seen before it is saved.")

Posted = Annotated[
    SignedForm, Depends(signed_form(*policy_view.NAMES, limit=policy_view.FORM_LIMIT))
]
Did = Annotated[str, Query(max_length=10, pattern="^[a-z]*$")]


@router.get("")
def policy_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, did: Did = ""
) -> Response:
    membership.require(Action.SEE_POLICY)
    return _page(request, visitor, membership, did=did)


@router.get("/record")
async def record_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite
) -> Response:
    """How often people decided otherwise than each rule."""
    membership.require(Action.SEE_POLICY)
    state = request.app.state

    def count(_: object) -> PolicyErrors:
        default = load_policy(state.settings.policy)
        policy = site_policy.policy_of_site(state.store, membership.site_id, default)
        return policy_errors(state.store, membership.site_id, policy, now=now_ms())

    found = await state.filter_trials.run(request, count)
    return await run_in_threadpool(
        pages.page,
        "policy_record.html",
        visitor=visitor,
        site=membership,
        found=found,
        days=ERRORS_DAYS,
        share=policy_view.share_in_words,
        blind=await run_in_threadpool(
            samples.estimate, state.store, membership.site_id, now=now_ms()
        ),
        largest=LARGEST,
    )


@router.post("/sample")
def set_sample(request: Request, posted: Posted) -> Response:
    """Sets how many comments a week's blind sample has."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.CHANGE_POLICY)
    size = read_number(form, "size", "size of the sample")
    store, who = request.app.state.store, visitor.signed.moderator_id
    samples.set_size(store, membership.site_id, size, who)
    return redirect(f"{URL}/policy/record?site={membership.site_id}#sample")


@router.post("/try")
async def try_out(request: Request, posted: Posted) -> Response:
    """Tries what was typed: thresholds, the TOML or a profile. htmx gets the trial alone."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.CHANGE_POLICY)
    toml, error, found, status = form.get("toml", "").replace("\r\n", "\n"), FormError(), None, 200
    bounds: list[MeasuredBound] = []
    try:
        toml = _wanted(request, form)
        tried = _parsed(request, toml)
        found = await try_policy(request, tried, membership.site_id)
        bounds = await run_in_threadpool(
            measured_bounds, request.app.state.store, membership.site_id, tried, now=now_ms()
        )
    except (Invalid, TooMany) as broken:
        error, status = form_error(broken), 429 if isinstance(broken, TooMany) else 422
    return await run_in_threadpool(
        _page, request, visitor, membership, toml, form, error, found, status, bounds=bounds
    )


@router.post("")
def save(request: Request, posted: Posted) -> Response:
    """Puts in force what was tried."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.CHANGE_POLICY)
    toml = form.get("toml", "").replace("\r\n", "\n")
    if form.get("seen") != _parsed(request, toml).version:
        error = FormError(message=_UNSEEN)
        return _page(request, visitor, membership, toml, form, error, status=422)
    return _set(request, visitor, membership, toml, form, "saved")


@router.post("/back")
def go_back(request: Request, posted: Posted) -> Response:
    """Puts an earlier version in force again."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.CHANGE_POLICY)
    earlier = read_number(form, "back", "version it goes back to")
    toml = site_policy.toml_of_version(request.app.state.store, membership.site_id, earlier)
    return _set(request, visitor, membership, toml, form, "back")


def _set(
    request: Request, visitor: Visitor, membership: Membership, toml: str, form: Form, did: str
) -> Response:
    seen = read_number(form, "number", "version it follows")
    who, site_id = visitor.signed.moderator_id, membership.site_id
    override = form.get("override", "")
    if override.strip():
        membership.require(Action.OVERRIDE_BOUNDS)
    try:
        site_policy.set_policy(
            *(request.app.state.store, site_id, toml, who, seen), override=override, now=now_ms()
        )
    except Conflict:
        return _page(request, visitor, membership, error=FormError(message=_CONFLICT), status=409)
    except site_policy.BoundsMissed as missed:
        error = FormError(message=f"Nothing was changed. {missed.message}")
        return _page(request, visitor, membership, toml, form, error, status=422)
    return redirect(f"{URL}/policy?site={site_id}&did={did}#notice")


def _parsed(request: Request, toml: str) -> Policy:
    """toml: '' for the installation's policy."""
    return read_policy(toml) if toml else load_policy(request.app.state.settings.policy)


def _wanted(request: Request, form: Form) -> str:
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
    return policy_view.typed_toml(policy, form) if form.get("do") == "thresholds" else toml


def _starting_point(installation: str) -> str:
    """The TOML that a site without a policy of its own begins with."""
    if installation in PROFILES:
        return f'name = "own"\nbased_on = "{installation}"\n'
    return policy_source(installation)


def _page(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    toml: str | None = None,
    form: Form | None = None,
    error: FormError | None = None,
    found: Backtest | None = None,
    status: int = 200,
    did: str = "",
    bounds: Sequence[MeasuredBound] = (),
) -> Response:
    """The page, or for htmx what a trial found. toml: what was typed or tried, None for what is in force."""
    state = request.app.state
    values: dict[str, Any] = {
        "visitor": visitor,
        "site": membership,
        "error": error or FormError(),
        "trial": policy_view.trial_view(found) if found else None,
        "tried_toml": toml,
        "bounds": bounds,
        "version": found.tried.version if found else "",
    }
    stored = site_policy.site_policy(state.store, membership.site_id)
    values["in_force_number"] = stored.number
    values["is_fragment"] = bool(request.headers.get("hx-request"))
    if values["is_fragment"]:
        return pages.page("policy_trial.html", **values)  # htmx shows nothing of a 422
    shown = (stored.toml if toml is None else toml) or _starting_point(state.settings.policy)
    policy, flaw = None, ""
    try:
        policy = read_policy(shown)
    except Invalid as broken:
        flaw = broken.message
    signals = [threshold.signal for threshold in thresholds_of(policy)] if policy else []
    now = now_ms()
    advice = (
        policy_advice(state.store, membership.site_id, policy, now=now, limit=_ADVICE_LIMIT)
        if policy
        else []
    )
    histograms = score_histograms(state.store, membership.site_id, signals, now=now)
    versions = site_policy.list_versions(state.store, membership.site_id)
    names = sign_in.emails_of(state.store, {version.set_by for version in versions})
    if error is None and flaw:
        values["error"] = FormError("toml", flaw)
    return pages.page(
        "policy.html",
        status,
        **values,
        policy=policy,
        toml=shown,
        is_own=bool(stored.toml),
        installation=load_policy(state.settings.policy),
        profiles=PROFILES,
        sliders=policy_view.sliders_of(
            policy, histograms, {each.code: each for each in advice}, form if error else None
        )
        if policy
        else [],
        misses=MISSES,
        in_words=lambda effect: translated(in_words(effect)),
        missing_in_words=lambda advice: translated(missing_in_words(advice)),
        bins=BINS,
        sentences=[policy_view.sentence(rule) for rule in policy.rules] if policy else [],
        versions=[(version, person_name(version.set_by, names)) for version in versions],
        did=did,
    )
