"""One's own account under /console/account: the second factor, recovery codes, where one is logged in."""

import io
import os
from typing import Annotated

import segno
from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.accounts import moderators, second_factor
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid, TooMany
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.mentions import mention_views
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.session import (
    CurrentAccount,
    SignedForm,
    Visitor,
    must_have_factor,
    signed_form,
)

router = page_router("/account")

Posted = Annotated[
    SignedForm,
    Depends(signed_form("secret", "code", "proof", "session", account=True)),
]
NOTICES = {
    "off": N_("The second factor is removed: your password or a link is enough from now on."),
    "ended": N_("That session is ended."),
}


@router.get("")
def account_page(request: Request, visitor: CurrentAccount, did: QueryName = "") -> Response:
    """The account of the visitor. did: what was just done."""
    return _account(request, visitor, notice=NOTICES.get(did, ""))


@router.get("/second-factor")
def setup_page(request: Request, visitor: CurrentAccount) -> Response:
    """A new secret as QR code and as text. Nothing is kept of it until a code of it proves that it was taken."""
    if visitor.signed.has_second_factor:
        return redirect(f"{URL}/account")
    return _setup(request, visitor, second_factor.new_secret(os.urandom))


@router.post("/second-factor")
def set_up(request: Request, posted: Posted) -> Response:
    """Puts the secret in use; the page that answers shows the recovery codes, once."""
    visitor, form = posted
    store, signed = request.app.state.store, visitor.signed
    sealed = form.get("secret", "")
    try:
        codes = second_factor.turn_on(
            store,
            signed.moderator_id,
            sealed,
            form.get("code", ""),
            now=now_ms(),
            entropy=os.urandom,
        )
    except Conflict:
        return redirect(f"{URL}/account")
    except Invalid as error:
        secret = second_factor.opened(store.crypto, signed.moderator_id, sealed)
        secret = secret or second_factor.new_secret(os.urandom)
        return _setup(request, visitor, secret, form_error(error))
    return _account(request, visitor, codes=codes)


@router.post("/second-factor/remove")
async def remove(request: Request, posted: Posted) -> Response:
    """Wants the password or a code: a browser that was left logged in is not enough."""
    visitor, form = posted
    store, who = request.app.state.store, visitor.signed.moderator_id
    try:
        await _count_proof(request, who)
        await run_in_threadpool(
            second_factor.turn_off, store, who, form.get("proof", ""), now=now_ms()
        )
    except (Invalid, TooMany) as error:
        return await run_in_threadpool(_refused, request, visitor, "remove", error)
    await _forget_proof(request, who)
    return redirect(f"{URL}/account?did=off#notice")


@router.post("/recovery-codes")
async def recovery_codes(request: Request, posted: Posted) -> Response:
    """Ten others; the page that answers shows them, once."""
    visitor, form = posted
    store, who = request.app.state.store, visitor.signed.moderator_id
    try:
        await _count_proof(request, who)
        codes = await run_in_threadpool(
            second_factor.new_recovery_codes,
            store,
            who,
            form.get("proof", ""),
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Invalid, TooMany) as error:
        return await run_in_threadpool(_refused, request, visitor, "codes", error)
    await _forget_proof(request, who)
    return await run_in_threadpool(_account, request, visitor, codes=codes)


@router.post("/sessions")
def end_session(request: Request, posted: Posted) -> Response:
    visitor, form = posted
    moderators.end_own_session(
        request.app.state.store, visitor.signed.moderator_id, form.get("session", "")
    )
    return redirect(f"{URL}/account?did=ended#notice")


async def _count_proof(request: Request, moderator_id: str) -> None:
    """Whoever found a browser logged in guesses no more often than at the log-in."""
    await request.app.state.limits.allow("login", f"proof:{moderator_id}")


async def _forget_proof(request: Request, moderator_id: str) -> None:
    await request.app.state.limits.forget("login", f"proof:{moderator_id}")


def _refused(request: Request, visitor: Visitor, what: str, error: Invalid | TooMany) -> Response:
    """The account's page again. what: the form that was refused."""
    status = 429 if isinstance(error, TooMany) else 422
    return _account(request, visitor, status, error=FormError(what, error.message))


def _account(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    *,
    notice: str = "",
    codes: list[str] | None = None,
    error: FormError | None = None,
) -> Response:
    """codes: new recovery codes, which are shown this once."""
    store, signed = request.app.state.store, visitor.signed
    return pages.page(
        "account.html",
        status,
        visitor=visitor,
        factor=second_factor.state_of(store, signed.moderator_id),
        is_wanted=must_have_factor(request, signed),
        sessions=moderators.own_sessions(store, signed.moderator_id, now_ms()),
        mentions=mention_views(request, visitor),
        notice=notice,
        codes=codes or [],
        error=error or NO_ERROR,
    )


def _setup(
    request: Request, visitor: Visitor, secret: str, error: FormError | None = None
) -> Response:
    signed = visitor.signed
    picture = io.BytesIO()
    # On white in a dark page as well: cameras want it so.
    segno.make(second_factor.setup_url(secret, signed.email), error="m", micro=False).save(
        picture, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgns=False, nl=False
    )
    return pages.page(
        "second_factor.html",
        422 if error else 200,
        visitor=visitor,
        qr=picture.getvalue().decode(),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        sealed=second_factor.seal(request.app.state.store.crypto, signed.moderator_id, secret),
        is_wanted=must_have_factor(request, signed),
        error=error or NO_ERROR,
    )
