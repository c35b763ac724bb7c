"""The keys of a site under /console/keys: what programs use them, another one, revoking."""

import os
from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import sites
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.roles import Action
from moderation.store.sites import AKISMET, PUBLISHABLE, SECRET
from service.console.language import N_
from service.console.pages import QueryName, page_router
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/keys")

Posted = Annotated[PostedForm, Depends(request_form("kind", "name", may=Action.MANAGE_KEYS))]

KINDS = {
    SECRET: N_("secret: for your server; it may do what an admin may"),
    PUBLISHABLE: N_("publishable: for scripts on your pages, which may hand in comments"),
    AKISMET: N_("akismet: for clients of Akismet"),
}


@router.get("")
def keys_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """The keys of a site. did: what was just done."""
    request.require(Action.SEE_KEYS)
    notice = N_("The key is revoked, and opens nothing any more.") if did == "revoked" else ""
    return _page(request, notice=notice)


@router.post("")
def make(posted: Posted) -> Response:
    """Makes a key; the page that answers shows it, once."""
    request, form = posted
    try:
        _, key = sites.make_key(
            request.store,
            request.site_id,
            form.get("kind", ""),
            request.moderator_id,
            name=form.get("name", ""),
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, status, problem=error.message)
    return _page(request, made=key, kind=form["kind"])


@router.get("/{key_id}/revoke")
def revoke_page(request: CurrentRequest, key_id: str) -> Response:
    """What revoking a key means, and the button: there is no undo."""
    request.require(Action.MANAGE_KEYS)
    in_use = sites.list_keys(request.store, request.site_id)
    for key in in_use:
        if key.id == key_id and key.revoked_at is None:
            return request.answer("key_revoking.html", key=key)
    raise NotFound("This site has no such key, or it was revoked.")


@router.post("/{key_id}/revoke")
def revoke(posted: Posted, key_id: str) -> Response:
    request, _ = posted
    store, by = request.store, request.moderator_id
    sites.revoke_key(store, request.site_id, key_id, by, now=now_ms())
    return request.back("/keys", did="revoked")


def _page(
    request: SiteRequest,
    status: int = 200,
    *,
    notice: str = "",
    problem: str = "",
    made: str = "",
    kind: str = "",
) -> Response:
    """made: a new key, of this kind. problem: why none was made."""
    known = sites.list_keys(request.store, request.site_id)
    return request.answer(
        "site_keys.html",
        status,
        in_use=[key for key in known if key.revoked_at is None],
        revoked=[key for key in known if key.revoked_at is not None],
        kinds=KINDS,
        may_manage=request.may(Action.MANAGE_KEYS),
        notice=notice,
        problem=problem,
        made=made,
        kind=kind,
    )
