"""Who looks after a site, under /console/people: invitations, roles, sessions, removal."""

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import invitations, moderators, second_factor
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Forbidden, Invalid
from moderation.domain.roles import Action, Role
from moderation.domain.sections import sections_in
from moderation.store.memberships import Membership
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.navigation import query
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages, redirect
from service.console.session import CurrentVisitor, SiteForm, Visitor, site_form

router = page_router("/people")

Posted = Annotated[
    SiteForm, Depends(site_form("email", "role", "sections", "session", may=Action.MANAGE_PEOPLE))
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
def people_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, did: QueryName = ""
) -> Response:
    """Everybody who looks after a site, and who was invited. did: what was just done."""
    membership.require(Action.SEE_AUDIT)
    return _page(request, visitor, membership, notice=NOTICES.get(did, ""))


@router.post("")
def invite(request: Request, posted: Posted) -> Response:
    """Invites somebody; the page that answers shows the link, once."""
    visitor, form, membership = posted
    email, role, sections = form.get("email", ""), form.get("role", ""), form.get("sections", "")
    state = request.app.state
    try:
        made, token = invitations.invite(
            *(state.store, membership.site_id, email, role, visitor.signed.moderator_id),
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
        return _page(request, visitor, membership, typed, status, problem=problem)
    link = f"{state.settings.public_url}{URL}/invitation?link={token}"
    return _page(request, visitor, membership, _Inviting(link=link, invited=made.email))


@router.post("/withdraw/{invitation_id}")
def withdraw(request: Request, posted: Posted, invitation_id: str) -> Response:
    visitor, _, membership = posted
    store, by = request.app.state.store, visitor.signed.moderator_id
    invitations.withdraw(store, membership.site_id, invitation_id, by, now=now_ms())
    return _back(membership, "withdrawn")


@router.get("/{moderator_id}")
def person_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    moderator_id: str,
    did: QueryName = "",
) -> Response:
    """One of them: the role, and where they are logged in."""
    membership.require(Action.SEE_AUDIT)
    return _person(request, visitor, membership, moderator_id, notice=NOTICES.get(did, ""))


@router.post("/{moderator_id}/role")
def change_role(request: Request, posted: Posted, moderator_id: str) -> Response:
    visitor, form, membership = posted
    by = visitor.signed.moderator_id
    try:
        moderators.change_role(
            *(request.app.state.store, moderator_id, membership.site_id, form.get("role", ""), by),
            sections_in(form["sections"]) if "sections" in form else None,
            now=now_ms(),
        )
    except (Conflict, Forbidden) as error:
        return _person(request, visitor, membership, moderator_id, 409, problem=error.message)
    except Invalid as error:
        if error.pointer != "/sections":
            raise
        return _person(
            *(request, visitor, membership, moderator_id, 422),
            typed=_TypedRole(form.get("role", ""), form["sections"], form_error(error)),
        )
    return _back(membership, "role", moderator_id)


@router.post("/{moderator_id}/sessions")
def end_sessions(request: Request, posted: Posted, moderator_id: str) -> Response:
    """Ends one session, or without one all of them."""
    visitor, form, membership = posted
    store, by = request.app.state.store, visitor.signed.moderator_id
    moderators.end_sessions(store, moderator_id, membership.site_id, form.get("session", ""), by)
    return _back(membership, "ended", moderator_id)


@router.post("/{moderator_id}/second-factor")
def reset_second_factor(request: Request, posted: Posted, moderator_id: str) -> Response:
    """For somebody who has lost phone and recovery codes."""
    visitor, _, membership = posted
    store, by = request.app.state.store, visitor.signed.moderator_id
    try:
        second_factor.reset(store, moderator_id, membership.site_id, by)
    except (Conflict, Forbidden) as error:
        return _person(request, visitor, membership, moderator_id, 409, problem=error.message)
    return _back(membership, "reset", moderator_id)


@router.get("/{moderator_id}/remove")
def removal_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, moderator_id: str
) -> Response:
    """What removing them means, and the button."""
    membership.require(Action.MANAGE_PEOPLE)
    return _removal(request, visitor, membership, moderator_id)


@router.post("/{moderator_id}/remove")
def remove(request: Request, posted: Posted, moderator_id: str) -> Response:
    visitor, _, membership = posted
    store, by = request.app.state.store, visitor.signed.moderator_id
    try:
        moderators.remove(store, moderator_id, membership.site_id, by)
    except Conflict as error:
        return _removal(request, visitor, membership, moderator_id, 409, problem=error.message)
    if moderator_id == by:
        return redirect(f"{URL}/login")
    return _back(membership, "removed")


def _back(membership: Membership, did: str, moderator_id: str = "") -> Response:
    path = f"/{moderator_id}" if moderator_id else ""
    return redirect(f"{URL}/people{path}?{query(site=membership.site_id, did=did)}#notice")


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
    request: Request,
    visitor: Visitor,
    membership: Membership,
    inviting: _Inviting = _Inviting(),
    status: int = 200,
    notice: str = "",
    problem: str = "",
) -> Response:
    """notice: what was done. problem: why nothing was."""
    store, now = request.app.state.store, now_ms()
    return pages.page(
        "people.html",
        status,
        visitor=visitor,
        site=membership,
        people=moderators.list_moderators(store, membership.site_id, now),
        invitations=invitations.open_invitations(store, membership.site_id, now),
        roles=ROLES,
        may_manage=membership.may(Action.MANAGE_PEOPLE),
        notice=notice,
        problem=problem,
        inviting=inviting,
        error=inviting.error if inviting.error.field == "sections" else NO_ERROR,
    )


def _person(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    moderator_id: str,
    status: int = 200,
    *,
    notice: str = "",
    problem: str = "",
    typed: _TypedRole = _TypedRole(),
) -> Response:
    """problem: why nothing was changed."""
    store = request.app.state.store
    person, sessions = moderators.get_moderator(store, moderator_id, membership.site_id, now_ms())
    return pages.page(
        "person.html",
        status,
        visitor=visitor,
        site=membership,
        person=person,
        sessions=sessions,
        typed=typed,
        error=typed.error,
        roles=ROLES,
        may_manage=membership.may(Action.MANAGE_PEOPLE),
        notice=notice,
        problem=problem,
    )


def _removal(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    moderator_id: str,
    status: int = 200,
    *,
    problem: str = "",
) -> Response:
    store = request.app.state.store
    person, _ = moderators.get_moderator(store, moderator_id, membership.site_id, now_ms())
    return pages.page(
        "person_removal.html",
        status,
        visitor=visitor,
        site=membership,
        person=person,
        problem=problem,
    )
