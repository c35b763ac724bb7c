"""Logging in and out: by password, or by a link that works once and only when its button is pressed."""

import os
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, TooMany, Unauthenticated
from service.console import session
from service.console.pages import URL, PageRoute, login_page, next_page, redirect
from service.console.session import Form, SignedForm, posted_form, signed_form
from service.http.client_address import client_address, flood_unit

router = APIRouter(route_class=PageRoute)

Posted = Annotated[Form, Depends(posted_form("email", "password", "link", "next"))]


@router.get("/login")
async def show_form(request: Request, link: str = "", next: str = "") -> Response:
    """The form. Opening a link does not use it up, because mail scanners open every link."""
    return login_page(request, link=link[:100], wanted=next)


@router.post("/login")
async def with_password(request: Request, form: Posted) -> Response:
    email, wanted = form.get("email", "")[:500], form.get("next", "")
    store = request.app.state.store
    try:
        _check_visit(request, form)
        await _count_attempt(request, store.crypto.email_key(email))
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
        return _try_again(request, error, email=email, wanted=wanted)
    return _signed_in(request, token, wanted)


@router.post("/login/link")
async def with_link(request: Request, form: Posted) -> Response:
    link = form.get("link", "")
    try:
        _check_visit(request, form)
        await _count_attempt(request, "")
        token = await run_in_threadpool(
            sign_in.with_link,
            request.app.state.store,
            link,
            now=now_ms(),
            entropy=os.urandom,
            old=session.session_cookie(request),
        )
    except Unauthenticated as error:
        return _try_again(request, error)
    except (Forbidden, TooMany) as error:
        return _try_again(request, error, link=link[:100])
    return _signed_in(request, token, "")


@router.post("/logout")
def log_out(request: Request, posted: Annotated[SignedForm, Depends(signed_form())]) -> Response:
    visitor, _ = posted
    sign_in.sign_out(request.app.state.store, visitor.token)
    response = redirect(f"{URL}/login")
    session.end_session(request, response)
    return response


def _check_visit(request: Request, form: Form) -> None:
    try:
        session.check_token(session.visit_cookie(request), form.get("csrf", ""))
    except Forbidden:
        raise Forbidden("Your browser did not keep the log-in cookie. Please try again.") from None


async def _count_attempt(request: Request, account: str) -> None:
    """Counts an attempt, per account and per address, under keyed hashes of both."""
    state = request.app.state
    if account:
        await state.limits.allow("login", f"account:{account}")
    if address := client_address(request, state.trusted):
        await state.limits.allow(
            "login", f"from:{state.store.crypto.address_key(flood_unit(address))}"
        )


def _try_again(
    request: Request,
    error: Forbidden | Unauthenticated | TooMany,
    *,
    email: str = "",
    link: str = "",
    wanted: str = "",
) -> Response:
    if isinstance(error, TooMany):
        minutes = max(1, round(error.retry_after / 60))
        message = f"Too many attempts. Wait {minutes} min, or use a log-in link."
        return login_page(
            request, 429, error=message, email=email, link=link, retry_after=error.retry_after
        )
    status = 403 if isinstance(error, Forbidden) else 401
    return login_page(request, status, error=error.message, email=email, link=link, wanted=wanted)


def _signed_in(request: Request, token: str, wanted: str) -> Response:
    response = redirect(next_page(wanted))
    session.start_session(request, response, token)
    return response
