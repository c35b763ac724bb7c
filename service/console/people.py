"""Who looks after a site, under /console/people: invitations, roles, sessions, removal."""

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import invitations, moderators, second_factor
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Forbidden, Invalid
from moderation.domain.roles import Action, Role
from moderation.domain.sections import sections_in
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import URL, QueryName, page_router, redirect
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/people")

Posted = Annotated[
    PostedForm,
    Depends(request_form("email", "role", "sections", "session", may=Action.MANAGE_PEOPLE)),
]

NOTICES = {
    "invited": N_("The invitation was changed."),
    "withdrawn": N_("The invitation was withdrawn; its link opens nothing any more."),
    "removed": N_("They were removed, and logged out. To take them back, invite them again."),
    "role": N_("They have another role from their next request on."),
    "ended": N_("They were logged out."),
    "reset": N_("Their second factor is removed, and they were logged out."),
    "joined": N_("You are in."),
}
ROLES = {
    Role.TRAINEE: N_("trainee: proposes decisions, which another person makes"),
    Role.MODERATOR: N_("moderator: decides about comments"),
    Role.EDITOR: N_("editor: also filters, endpoints and what holds for all pages"),
    Role.ADMIN: N_("admin: also people, the audit and what the spam score learns"),
    Role.AUDITOR: N_("auditor: sees everything, and changes nothing"),
}


@router.get("")
def people_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """Everybody who looks after a site, and who was invited. did: what was just done."""
    request.require(Action.SEE_AUDIT)
    return _page(request, notice=NOTICES.get(did, ""))


@router.post("")
def invite(posted: Posted) -> Response:
    """Invites somebody; the page that answers shows the link, once."""
    request, form = posted
    email, role, sections = form.get("email", ""), form.get("role", ""), form.get("sections", "")
    state = request.plain.app.state
    try:
        made, token = invitations.invite(
            state.store,
            request.site_id,
            email,
            role,
            request.moderator_id,
            sections_in(sections),
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Invalid, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        typed = _Inviting(
            email[: invitations.EMAIL_LIMIT], role, sections=sections, error=form_error(error)
        )
        # What is wrong with the sections is said beside their field.
        problem = "" if typed.error.field == "sections" else error.message
        return _page(request, typed, status, problem=problem)
    link = f"{state.settings.public_url}{URL}/invitation?link={token}"
    return _page(request, _Inviting(link=link, invited=made.email))


@router.post("/withdraw/{invitation_id}")
def withdraw(posted: Posted, invitation_id: str) -> Response:
    request, _ = posted
    store, by = request.store, request.moderator_id
    invitations.withdraw(store, request.site_id, invitation_id, by, now=now_ms())
    return _back(request, "withdrawn")


@router.get("/{moderator_id}")
def person_page(request: CurrentRequest, moderator_id: str, did: QueryName = "") -> Response:
    """One of them: the role, and where they are logged in."""
    request.require(Action.SEE_AUDIT)
    return _person(request, moderator_id, notice=NOTICES.get(did, ""))


@router.post("/{moderator_id}/role")
def change_role(posted: Posted, moderator_id: str) -> Response:
    request, form = posted
    by = request.moderator_id
    try:
        moderators.change_role(
            request.store,
            moderator_id,
            request.site_id,
            form.get("role", ""),
            by,
            sections_in(form["sections"]) if "sections" in form else None,
            now=now_ms(),
        )
    except (Conflict, Forbidden) as error:
        return _person(request, moderator_id, 409, problem=error.message)
    except Invalid as error:
        if error.pointer != "/sections":
            raise
        return _person(
            request,
            moderator_id,
            422,
            typed=_TypedRole(form.get("role", ""), form["sections"], form_error(error)),
        )
    return _back(request, "role", moderator_id)


@router.post("/{moderator_id}/sessions")
def end_sessions(posted: Posted, moderator_id: str) -> Response:
    """Ends one session, or without one all of them."""
    request, form = posted
    store, by = request.store, request.moderator_id
    moderators.end_sessions(store, moderator_id, request.site_id, form.get("session", ""), by)
    return _back(request, "ended", moderator_id)


@router.post("/{moderator_id}/second-factor")
def reset_second_factor(posted: Posted, moderator_id: str) -> Response:
    """For somebody who has lost phone and recovery codes."""
    request, _ = posted
    store, by = request.store, request.moderator_id
    try:
        second_factor.reset(store, moderator_id, request.site_id, by)
    except (Conflict, Forbidden) as error:
        return _person(request, moderator_id, 409, problem=error.message)
    return _back(request, "reset", moderator_id)


@router.get("/{moderator_id}/remove")
def removal_page(request: CurrentRequest, moderator_id: str) -> Response:
    """What removing them means, and the button."""
    request.require(Action.MANAGE_PEOPLE)
    return _removal(request, moderator_id)


@router.post("/{moderator_id}/remove")
def remove(posted: Posted, moderator_id: str) -> Response:
    request, _ = posted
    store, by = request.store, request.moderator_id
    try:
        moderators.remove(store, moderator_id, request.site_id, by)
    except Conflict as error:
        return _removal(request, moderator_id, 409, problem=error.message)
    if moderator_id == by:
        return redirect(f"{URL}/login")
    return _back(request, "removed")


def _back(request: SiteRequest, did: str, moderator_id: str = "") -> Response:
    path = f"/{moderator_id}" if moderator_id else ""
    return request.back(f"/people{path}", did=did)


@dataclass(frozen=True, slots=True)
class _Inviting:
    """What the form for invitations shows. email, role, sections: typed in, and refused because of `error`. link: of
    the new one, for `invited`.
    """

    email: str = ""
    role: str = Role.MODERATOR
    link: str = ""
    invited: str = ""
    sections: str = ""
    error: FormError = NO_ERROR


@dataclass(frozen=True, slots=True)
class _TypedRole:
    """A role and sections that were typed in and refused because of `error`. sections: None where none were."""

    role: str = ""
    sections: str | None = None
    error: FormError = NO_ERROR


def _page(
    request: SiteRequest,
    inviting: _Inviting = _Inviting(),
    status: int = 200,
    notice: str = "",
    problem: str = "",
) -> Response:
    """notice: what was done. problem: why nothing was."""
    store, now = request.store, now_ms()
    return request.answer(
        "people.html",
        status,
        people=moderators.list_moderators(store, request.site_id, now),
        invitations=invitations.open_invitations(store, request.site_id, now),
        roles=ROLES,
        may_manage=request.may(Action.MANAGE_PEOPLE),
        notice=notice,
        problem=problem,
        inviting=inviting,
        error=inviting.error if inviting.error.field == "sections" else NO_ERROR,
    )


def _person(
    request: SiteRequest,
    moderator_id: str,
    status: int = 200,
    *,
    notice: str = "",
    problem: str = "",
    typed: _TypedRole = _TypedRole(),
) -> Response:
    """problem: why nothing was changed."""
    store = request.store
    person, sessions = moderators.get_moderator(store, moderator_id, request.site_id, now_ms())
    return request.answer(
        "person.html",
        status,
        person=person,
        sessions=sessions,
        typed=typed,
        error=typed.error,
        roles=ROLES,
        may_manage=request.may(Action.MANAGE_PEOPLE),
        notice=notice,
        problem=problem,
    )


def _removal(
    request: SiteRequest, moderator_id: str, status: int = 200, *, problem: str = ""
) -> Response:
    store = request.store
    person, _ = moderators.get_moderator(store, moderator_id, request.site_id, now_ms())
    return request.answer("person_removal.html", status, person=person, problem=problem)
