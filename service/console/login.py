"""Logging in and out: by password, or by a link that works once and only when its button is pressed."""

import os
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import second_factor, sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, TooMany, Unauthenticated
from service.console import session
from service.console.known_device import device_of, remember_device
from service.console.language import _
from service.console.pages import (
    ENDED_UNDONE,
    URL,
    login_page,
    next_page,
    page_router,
    pages,
    redirect,
)
from service.console.session import Form, SignedForm, posted_form, signed_form
from service.http.client_address import client_address, flood_unit

router = page_router()
CODE_URL = f"{URL}/login/code"

PostedCode = Annotated[Form, Depends(posted_form("code", "next"))]
Posted = Annotated[Form, Depends(posted_form("email", "password", "link", "next"))]


@router.get("/login")
async def show_form(
    request: Request, link: str = "", next: str = "", ended: str = "", out: str = ""
) -> Response:
    """The form. Opening a link does not use it up, because mail scanners open every link.

    ended: given where a form came too late, after the session. out: after logging out.
    """
    error = ENDED_UNDONE if ended else ""
    return login_page(request, link=link[:100], wanted=next, error=error, is_out=bool(out))


@router.post("/login")
async def with_password(request: Request, form: Posted) -> Response:
    email, wanted = form.get("email", "")[:500], form.get("next", "")
    store = request.app.state.store
    try:
        _check_visit(request, form)
        counts = _counts(request, email)
        for kind, key in counts:  # the address first: past its limit it counts against no account
            await request.app.state.limits.allow(kind, key)
        token = await run_in_threadpool(
            sign_in.with_password,
            store,
            email,
            form.get("password", ""),
            now=now_ms(),
            entropy=os.urandom,
            old=session.session_cookie(request),
        )
    except (Forbidden, Unauthenticated, TooMany) as error:
        return try_again(request, error, email=email, wanted=wanted)
    for kind, key in counts:  # limits are for failures
        await request.app.state.limits.forget(kind, key)
    return await run_in_threadpool(entered, request, token, wanted)


@router.post("/login/link")
async def with_link(request: Request, form: Posted) -> Response:
    """A valid link always works, whatever was guessed before: nobody guesses one. Wrong ones are counted."""
    link, store = form.get("link", ""), request.app.state.store
    try:
        _check_visit(request, form)
        token = await run_in_threadpool(
            sign_in.with_link,
            store,
            link,
            now=now_ms(),
            entropy=os.urandom,
            old=session.session_cookie(request),
        )
    except Unauthenticated as error:
        return await _wrong_link(request, error)
    except Forbidden as error:
        return try_again(request, error, link=link[:100])
    return await run_in_threadpool(entered, request, token, "")


def entered(request: Request, token: str, wanted: str) -> Response:
    """Into the console, or to the question for the code of a second factor."""
    signed = sign_in.session_of(request.app.state.store, token, now_ms())
    if signed is not None:
        return _signed_in(request, token, wanted, signed.email)
    is_chosen = next_page(wanted) != next_page("")
    response = redirect(f"{CODE_URL}?{urlencode({'next': wanted})}" if is_chosen else CODE_URL)
    session.start_session(request, response, token)
    return response


@router.get("/login/code")
def code_page(request: Request, next: str = "") -> Response:
    """Asks a person who gave the right password, or used a link, for the code of their second factor."""
    email = sign_in.who_awaits(request.app.state.store, session.session_cookie(request), now_ms())
    return _code_page(request, email, next) if email else redirect(f"{URL}/login")


@router.post("/login/code")
async def with_code(request: Request, form: PostedCode) -> Response:
    """A valid recovery code always works, whatever was guessed before: nobody guesses one. Others are counted apart from
    passwords, and those of a browser that has logged in before by themselves: no stranger keeps anybody out.
    """
    store, token = request.app.state.store, session.session_cookie(request)
    code, wanted = form.get("code", ""), form.get("next", "")
    email = await run_in_threadpool(sign_in.who_awaits, store, token, now_ms())
    if not email:
        return login_page(request, 401, error="That took too long. Please log in again.")
    session.check_token(token, form.get("csrf", ""))
    counts = [("login", f"code:{key}") for _, key in _counts(request, email)]
    limits = request.app.state.limits
    try:
        if not second_factor.is_recovery_code(code):
            for kind, key in counts:
                await limits.allow(kind, key)
        new = await run_in_threadpool(
            sign_in.with_code, store, token, code, now=now_ms(), entropy=os.urandom
        )
    except (Unauthenticated, TooMany) as error:
        return await run_in_threadpool(_code_page, request, email, wanted, error)
    for kind, key in counts:
        await limits.forget(kind, key)
    return _signed_in(request, new, wanted, email)


def _code_page(
    request: Request, email: str, wanted: str, error: Unauthenticated | TooMany | None = None
) -> Response:
    status, message, headers = 200, "", {}
    if isinstance(error, TooMany):
        minutes = max(1, round(error.retry_after / 60))
        status, headers = 429, {"Retry-After": str(error.retry_after)}
        message = _("Too many attempts. Wait %(n)s min, or use a recovery code.", n=minutes)
    elif error is not None:
        status, message = 401, error.message
        headers = {"WWW-Authenticate": 'Form realm="console"'}
    return pages.page(
        "login_code.html",
        status,
        headers,
        email=email,
        error=message,
        wanted=next_page(wanted),
        form_token=session.masked(
            session.form_token(session.session_cookie(request)), os.urandom(32)
        ),
    )


async def _wrong_link(request: Request, error: Unauthenticated) -> Response:
    try:
        await request.app.state.limits.allow("login", f"link:{source(request) or 'unknown'}")
    except TooMany as too_many:
        return try_again(request, too_many, by_link=True)
    return try_again(request, error)


@router.post("/logout")
def log_out(
    request: Request, posted: Annotated[SignedForm, Depends(signed_form(account=True))]
) -> Response:
    visitor, _ = posted
    sign_in.sign_out(request.app.state.store, visitor.token)
    provider = request.app.state.provider
    response = redirect(f"{URL}/login?out=1" if provider else f"{URL}/login")
    session.end_session(request, response)
    return response


def _check_visit(request: Request, form: Form) -> None:
    try:
        session.check_token(session.visit_cookie(request), form.get("csrf", ""))
    except Forbidden:
        raise Forbidden("Your browser did not keep the log-in cookie. Please try again.") from None


def _counts(request: Request, email: str) -> list[tuple[str, str]]:
    """What an attempt with a password counts against, as (limit, key), under keyed hashes.

    A browser that has logged in to the account before is counted by itself alone, so that nobody else's
    guesses keep it out. Where no address is known, the account stands for it.
    """
    if device := device_of(request, email):
        return [("login", f"device:{device}")]
    account = request.app.state.store.crypto.email_key(email)
    address = source(request)
    return [
        ("login", f"from:{address}" if address else f"account:{account}"),
        ("account", account),
    ]


def source(request: Request) -> str:
    """The keyed hash of where a request comes from, '' where that is unknown."""
    state = request.app.state
    unit = flood_unit(client_address(request, state.trusted))
    keyed: str = state.store.crypto.address_key(unit)
    return keyed


def try_again(
    request: Request,
    error: Forbidden | Unauthenticated | TooMany,
    *,
    email: str = "",
    link: str = "",
    wanted: str = "",
    by_link: bool = False,
) -> Response:
    """The log-in page with what went wrong. by_link: whether it was a link that failed; then no link is advised."""
    if isinstance(error, TooMany):
        minutes = max(1, round(error.retry_after / 60))
        message = (
            _("Too many attempts. Wait %(n)s min.", n=minutes)
            if by_link
            else _("Too many attempts. Wait %(n)s min, or use a log-in link.", n=minutes)
        )
        return login_page(request, 429, error=message, email=email, retry_after=error.retry_after)
    status = 403 if isinstance(error, Forbidden) else 401
    return login_page(request, status, error=error.message, email=email, link=link, wanted=wanted)


def _signed_in(request: Request, token: str, wanted: str, email: str) -> Response:
    is_chosen = next_page(wanted) != next_page("")
    response = redirect(next_page(wanted if is_chosen else session.kept_wanted(request)))
    session.forget_wanted(response)
    session.start_session(request, response, token)
    remember_device(request, response, email)
    return response
