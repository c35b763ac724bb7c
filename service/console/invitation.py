"""Accepting an invitation, under /console/invitation: by its link, with a new account or the one that is logged in."""

import os
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from moderation.accounts import invitations, passwords, sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from service.console import session
from service.console.pages import URL, page_router, pages, redirect
from service.console.session import Form, posted_form

router = page_router("/invitation")

Posted = Annotated[Form, Depends(posted_form("link", "password"))]


@router.get("")
def invitation_page(request: Request, link: Annotated[str, Query(max_length=100)] = "") -> Response:
    """What the invitation is for. Opening a link does not use it up, because mail scanners open every link."""
    return _page(request, link)


@router.post("")
def accept(request: Request, form: Posted) -> Response:
    """Uses the invitation up. Without an account its e-mail gets one, and is logged in."""
    state, link, password = request.app.state, form.get("link", ""), form.get("password", "")
    signed = _signed(request)
    cookie = session.session_cookie(request) if signed else session.visit_cookie(request)
    session.check_token(cookie, form.get("csrf", ""))
    try:
        hashed = passwords.hash_password(password) if password and not signed else ""
    except Invalid as error:
        return _page(request, link, 422, problem=error.message)
    site_id, token = invitations.accept(
        state.store,
        link,
        hashed,
        signed.moderator_id if signed else "",
        now=now_ms(),
        entropy=os.urandom,
    )
    response = redirect(f"{URL}/?site={site_id}")
    if token:
        session.start_session(request, response, token)
    return response


def _signed(request: Request) -> sign_in.SignedIn | None:
    return sign_in.session_of(request.app.state.store, session.session_cookie(request), now_ms())


def _page(request: Request, link: str, status: int = 200, *, problem: str = "") -> Response:
    """problem: why nothing was changed."""
    invited = invitations.look_at(request.app.state.store, link, now_ms())
    signed = _signed(request)
    visit = session.visit_cookie(request) or session.new_visit()
    response = pages.page(
        "invitation.html",
        status,
        invited=invited,
        signed=signed,
        link=link,
        problem=problem,
        form_token=session.form_token(session.session_cookie(request) if signed else visit),
    )
    if not signed and not session.visit_cookie(request):
        session.start_visit(request, response, visit)
    return response
