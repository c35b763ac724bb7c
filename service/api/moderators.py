"""/api/v1/moderators: who looks after the site and as what; invitations by link, roles, sessions."""

import os
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts import invitations, moderators, second_factor
from moderation.clock import now_ms
from moderation.domain.errors import NotFound
from moderation.domain.policy_scopes import SCOPE_LENGTH
from moderation.domain.roles import Role
from moderation.domain.sections import SECTIONS_LIMIT
from moderation.store.colleagues import Colleague, OpenSession
from moderation.store.invitations import Invitation
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso, moment

router = APIRouter(prefix="/api/v1/moderators", tags=["moderators"], dependencies=KEYED)

_INVITATION = "inv_"  # begins the id of somebody who was invited and has not come yet


Section = Annotated[str, Field(min_length=2, max_length=SCOPE_LENGTH, examples=["/sport"])]


class InvitationIn(StrictModel):
    """Who is asked to look after the site, and as what. sections: beginnings of the paths of its pages, where they shall look after these
    alone; not as an admin.
    """

    email: Annotated[
        str, Field(min_length=3, max_length=invitations.EMAIL_LIMIT, examples=["ada@news.example"])
    ]
    role: Annotated[Role, Field(strict=False, examples=["editor"])]
    sections: Annotated[list[Section], Field(default_factory=list, max_length=SECTIONS_LIMIT)]


class RoleIn(StrictModel):
    """What somebody is from now on. sections: that they look after alone, [] for all of the site; without it as they were."""

    role: Annotated[Role, Field(strict=False, examples=["editor"])]
    sections: Annotated[list[Section], Field(max_length=SECTIONS_LIMIT)] | None = None


class SiteModeratorOut(TypedDict):
    """Who looks after the site, or was invited to. sessions: open ones of their account; seen_at: in one of them, to a
    few minutes. second_factor: whether a log-in wants a code. expires_at: of an invitation. sections: that they look after alone; [] for
    all of the site.
    """

    id: answers.ModeratorId
    email: answers.Email
    role: Role
    state: Literal["active", "invited"]
    site_id: answers.SiteId
    since: answers.Moment
    sessions: answers.Count
    seen_at: answers.Moment | None
    second_factor: bool
    expires_at: answers.Moment | None
    sections: list[str]


class SiteModeratorList(TypedDict):
    """The moderators of a site, then those invited, each by e-mail."""

    items: list[SiteModeratorOut]


class ModeratorInvited(SiteModeratorOut):
    """An invitation with its link, which is shown this once and works once."""

    link: answers.Url


class SessionOut(TypedDict):
    """Somebody logged in. seen_at: when last in use, to a few minutes."""

    id: answers.SessionId
    since: answers.Moment
    seen_at: answers.Moment
    expires_at: answers.Moment


class SessionList(TypedDict):
    """Open sessions, the newest first."""

    items: list[SessionOut]


@router.get("", summary="Who looks after the site", **described(SiteModeratorList))
def list_all(request: Request, key: SecretKey) -> Response:
    store, now = request.app.state.store, now_ms()
    body: SiteModeratorList = {
        "items": [
            *(
                _active(moderator, key.site_id)
                for moderator in moderators.list_moderators(store, key.site_id, now)
            ),
            *(
                _invited(invitation)
                for invitation in invitations.open_invitations(store, key.site_id, now)
            ),
        ]
    }
    return private_json(body)


@router.post(
    "",
    summary="Invite somebody",
    **described(ModeratorInvited, 409, body=InvitationIn, status=201, headers=["Location"]),
)
def invite(
    request: Request, key: SecretKey, body: Annotated[InvitationIn, json_body(InvitationIn)]
) -> Response:
    """Answers a link for them, which works once within 7 days; an earlier one for the same e-mail ends. Gatehouse sends it to nobody."""
    state = request.app.state
    made, token = invitations.invite(
        state.store,
        key.site_id,
        body.email,
        body.role,
        key.id,
        body.sections,
        now=now_ms(),
        entropy=os.urandom,
    )
    link = f"{state.settings.public_url}/console/invitation?link={token}"
    answer: ModeratorInvited = {**_invited(made), "link": link}
    return private_json(answer, 201, {"Location": f"/api/v1/moderators/{made.id}"})


@router.get("/{moderator_id}", summary="One moderator", **described(SiteModeratorOut))
def read(request: Request, moderator_id: str, key: SecretKey) -> Response:
    store, now = request.app.state.store, now_ms()
    if not moderator_id.startswith(_INVITATION):
        found, _ = moderators.get_moderator(store, moderator_id, key.site_id, now)
        return private_json(_active(found, key.site_id))
    for invitation in invitations.open_invitations(store, key.site_id, now):
        if invitation.id == moderator_id:
            return private_json(_invited(invitation))
    raise NotFound("There is no such invitation.")


@router.patch(
    "/{moderator_id}", summary="Change a role", **described(SiteModeratorOut, 409, body=RoleIn)
)
def change(
    request: Request, moderator_id: str, key: SecretKey, body: Annotated[RoleIn, json_body(RoleIn)]
) -> Response:
    """From their next request on. A site keeps its last admin (409)."""
    store, site_id, now = request.app.state.store, key.site_id, now_ms()
    if moderator_id.startswith(_INVITATION):
        invitation = invitations.change_role(
            store, site_id, moderator_id, body.role, key.id, body.sections, now=now
        )
        return private_json(_invited(invitation))
    changed = moderators.change_role(
        store, moderator_id, site_id, body.role, key.id, body.sections, now=now
    )
    return private_json(_active(changed, site_id))


@router.delete(
    "/{moderator_id}",
    summary="Remove a moderator, or withdraw an invitation",
    **described(None, 409, status=204),
)
def remove(request: Request, moderator_id: str, key: SecretKey) -> Response:
    """They are logged out at once. A site keeps its last admin (409)."""
    store = request.app.state.store
    if moderator_id.startswith(_INVITATION):
        invitations.withdraw(store, key.site_id, moderator_id, by=key.id, now=now_ms())
    else:
        moderators.remove(store, moderator_id, key.site_id, by=key.id)
    return Response(status_code=204)


@router.get(
    "/{moderator_id}/sessions", summary="Where somebody is logged in", **described(SessionList)
)
def list_sessions(request: Request, moderator_id: str, key: SecretKey) -> Response:
    """The sessions of the account, whichever of its sites it is at."""
    store = request.app.state.store
    _, found = moderators.get_moderator(store, moderator_id, key.site_id, now_ms())
    body: SessionList = {"items": [_session(session) for session in found]}
    return private_json(body)


@router.delete(
    "/{moderator_id}/sessions", summary="Log somebody out everywhere", **described(None, status=204)
)
def end_sessions(request: Request, moderator_id: str, key: SecretKey) -> Response:
    """Log-in links that wait for them end, too. They may log in again; to keep them out, remove them."""
    moderators.end_sessions(request.app.state.store, moderator_id, key.site_id, by=key.id)
    return Response(status_code=204)


@router.delete(
    "/{moderator_id}/sessions/{session_id}",
    summary="End one session",
    **described(None, status=204),
)
def end_session(request: Request, moderator_id: str, session_id: str, key: SecretKey) -> Response:
    store = request.app.state.store
    moderators.end_sessions(store, moderator_id, key.site_id, session_id, by=key.id)
    return Response(status_code=204)


@router.delete(
    "/{moderator_id}/second-factor",
    summary="Reset somebody's second factor",
    **described(None, 409, status=204),
)
def reset_second_factor(request: Request, moderator_id: str, key: SecretKey) -> Response:
    """For who has lost phone and recovery codes: make sure who asks. They are logged out everywhere. 409 where they also look after
    another site, whose admins have a say: there the operator does it.
    """
    second_factor.reset(request.app.state.store, moderator_id, key.site_id, by=key.id)
    return Response(status_code=204)


def _active(moderator: Colleague, site_id: str) -> SiteModeratorOut:
    return {
        "id": moderator.id,
        "email": moderator.email,
        "role": moderator.role,
        "state": "active",
        "site_id": site_id,
        "since": iso(moderator.since),
        "sessions": moderator.sessions,
        "seen_at": moment(moderator.seen_at),
        "second_factor": moderator.has_second_factor,
        "expires_at": None,
        "sections": list(moderator.sections),
    }


def _invited(invitation: Invitation) -> SiteModeratorOut:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.role,
        "state": "invited",
        "site_id": invitation.site_id,
        "since": iso(invitation.created_at),
        "sessions": 0,
        "seen_at": None,
        "second_factor": False,
        "expires_at": iso(invitation.expires_at),
        "sections": list(invitation.sections),
    }


def _session(session: OpenSession) -> SessionOut:
    return {
        "id": session.id,
        "since": iso(session.created_at),
        "seen_at": iso(session.seen_at),
        "expires_at": iso(session.expires_at),
    }
