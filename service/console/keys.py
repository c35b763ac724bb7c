"""The keys of a site under /console/keys: what programs use them, another one, revoking."""

import os
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sites
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.roles import Action
from moderation.store.memberships import Membership
from moderation.store.sites import AKISMET, PUBLISHABLE, SECRET
from service.console.language import N_
from service.console.navigation import query
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages, redirect
from service.console.session import CurrentVisitor, SiteForm, Visitor, site_form

router = page_router("/keys")

Posted = Annotated[SiteForm, Depends(site_form("kind", "name", may=Action.MANAGE_KEYS))]

KINDS = {
    SECRET: N_("secret: for your server; it may do what an admin may"),
    PUBLISHABLE: N_("publishable: for scripts on your pages, which may hand in comments"),
    AKISMET: N_("akismet: for clients of Akismet"),
}


@router.get("")
def keys_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, did: QueryName = ""
) -> Response:
    """The keys of a site. did: what was just done."""
    membership.require(Action.SEE_KEYS)
    notice = N_("The key is revoked, and opens nothing any more.") if did == "revoked" else ""
    return _page(request, visitor, membership, notice=notice)


@router.post("")
def make(request: Request, posted: Posted) -> Response:
    """Makes a key; the page that answers shows it, once."""
    visitor, form, membership = posted
    try:
        _, key = sites.make_key(
            *(request.app.state.store, membership.site_id, form.get("kind", "")),
            visitor.signed.moderator_id,
            name=form.get("name", ""),
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, visitor, membership, status, problem=error.message)
    return _page(request, visitor, membership, made=key, kind=form["kind"])


@router.get("/{key_id}/revoke")
def revoke_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, key_id: str
) -> Response:
    """What revoking a key means, and the button: there is no undo."""
    membership.require(Action.MANAGE_KEYS)
    in_use = sites.list_keys(request.app.state.store, membership.site_id)
    for key in in_use:
        if key.id == key_id and key.revoked_at is None:
            return pages.page("key_revoking.html", visitor=visitor, site=membership, key=key)
    raise NotFound("This site has no such key, or it was revoked.")


@router.post("/{key_id}/revoke")
def revoke(request: Request, posted: Posted, key_id: str) -> Response:
    visitor, _, membership = posted
    store, by = request.app.state.store, visitor.signed.moderator_id
    sites.revoke_key(store, membership.site_id, key_id, by, now=now_ms())
    return redirect(f"{URL}/keys?{query(site=membership.site_id, did='revoked')}#notice")


def _page(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    status: int = 200,
    *,
    notice: str = "",
    problem: str = "",
    made: str = "",
    kind: str = "",
) -> Response:
    """made: a new key, of this kind. problem: why none was made."""
    known = sites.list_keys(request.app.state.store, membership.site_id)
    return pages.page(
        "site_keys.html",
        status,
        visitor=visitor,
        site=membership,
        in_use=[key for key in known if key.revoked_at is None],
        revoked=[key for key in known if key.revoked_at is not None],
        kinds=KINDS,
        may_manage=membership.may(Action.MANAGE_KEYS),
        notice=notice,
        problem=problem,
        made=made,
        kind=kind,
    )
