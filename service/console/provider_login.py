"""Logging in with a provider (OpenID Connect): the way there under /console/login/provider, and back."""

import os
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import provider_sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, NotFound, TooMany, Unauthenticated, Unavailable
from service.access.provider import ATTEMPT_MS, LoginAttempt, Provider
from service.console import session
from service.console.login import entered, source, try_again
from service.console.pages import login_page, next_page, page_router, redirect
from service.http.client_address import is_https

router = page_router("/login/provider")

_COOKIE, _PATH = "gatehouse_provider", "/console/login/provider"


def the_provider(request: Request) -> Provider:
    """Raises NotFound where none is set."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("People log in here with a password or a link.")
    return provider


Here = Annotated[Provider, Depends(the_provider)]


@router.get("")
def begin(request: Request, provider: Here, next: str = "") -> Response:
    """Sends the browser to the provider. A link, not a form: pages here may send forms to nobody else. Nothing is kept but in the cookie."""
    try:
        url, sealed = provider.begin(next_page(next), now_ms())
    except Unavailable as error:
        return login_page(request, 503, error=error.message, wanted=next)
    response = redirect(url)
    response.set_cookie(
        _COOKIE,
        sealed,
        max_age=ATTEMPT_MS // 1_000,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return response


@router.get("/back")
async def come_back(request: Request, provider: Here) -> Response:
    """Opens a session for whom the provider knows, if this browser went there.

    Failures of those who went there are counted, apart from wrong passwords. Others are not: any page on the web could send
    its visitors here, and keep a whole newsroom out.
    """
    limits, counted = (
        request.app.state.limits,
        ("login", f"provider:{source(request) or 'unknown'}"),
    )
    try:
        state = request.query_params.get("state", "")
        attempt = provider.attempt(request.cookies.get(_COOKIE, ""), state, now_ms())
        await limits.allow(*counted)
        response = await run_in_threadpool(_signed_in, request, provider, attempt)
        await limits.forget(*counted)
    except (Forbidden, Unauthenticated, TooMany) as error:
        response = try_again(request, error)
    except Unavailable as error:
        response = login_page(request, 503, error=error.message)
    response.delete_cookie(_COOKIE, path=_PATH, httponly=True, samesite="lax")
    return response


def _signed_in(request: Request, provider: Provider, attempt: LoginAttempt) -> Response:
    known = provider.finish(attempt, dict(request.query_params))
    token = provider_sign_in.with_provider(
        request.app.state.store,
        known,
        attempt.state,
        attempt.expires_at,
        provider.domains,
        provider.gives,
        now=now_ms(),
        entropy=os.urandom,
        old=session.session_cookie(request),
    )
    return entered(request, token, attempt.wanted)
