"""The sites of a moderator under /console/sites; owners make another there, whose keys are shown once."""

import os
import unicodedata
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from moderation.accounts import new_site, site_settings
from moderation.accounts.new_site import NameTaken
from moderation.accounts.sites import NewSite
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Forbidden, Invalid
from moderation.domain.roles import Action
from moderation.domain.site import LANGUAGE_LIMIT, NAME_LIMIT
from moderation.store.sites import PUBLISHABLE, SECRET
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import page_router, pages
from service.console.session import CurrentVisitor, Form, SignedForm, Visitor, signed_form

router = page_router("/sites")

_FIELDS = ("name", "origins", "language")
FEW = 10  # sites that are found without a search
_OWNERS_ONLY = N_("Only owners of this installation can make sites.")

Posted = Annotated[SignedForm, Depends(signed_form(*_FIELDS, for_all=True))]
Words = Annotated[str, Query(max_length=200)]


@router.get("")
def sites_page(request: Request, visitor: CurrentVisitor, q: Words = "") -> Response:
    """The sites that a moderator looks after, by name. q: words of a name or an address."""
    memberships = {membership.site_id: membership for membership in visitor.signed.sites}
    known = site_settings.list_sites(request.app.state.store, list(memberships))
    wanted = _plain(q).split()
    found = [
        (memberships[site.id], site)
        for site in sorted(known, key=lambda site: (_plain(site.settings.name), site.id))
        if all(word in _plain(f"{site.settings.name} {' '.join(site.origins)}") for word in wanted)
    ]
    return pages.page(
        "sites.html",
        visitor=visitor,
        found=found,
        held=visitor.count_held(),
        is_searched=len(known) > FEW,
        count=len(known),
        q=q,
    )


@router.get("/new")
def new_page(visitor: CurrentVisitor) -> Response:
    """For owners: the form of a new site."""
    _require_owner(visitor)
    return _form_page(visitor, {})


@router.post("/new")
def make(request: Request, posted: Posted) -> Response:
    """Makes a site, whose admin the owner is then; the page that answers shows its keys, once."""
    visitor, form = posted
    _require_owner(visitor)
    moderator_id = visitor.signed.moderator_id
    mine = [site.site_id for site in visitor.signed.sites if site.may(Action.MANAGE_SITE)]
    wanted = NewSite(form.get("name", ""), lines(form.get("origins", "")), form.get("language", ""))
    try:
        made, keys = new_site.make_site(
            request.app.state.store,
            wanted,
            moderator_id,
            admin_id=moderator_id,
            own_site_ids=mine,
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        taken = error.site_id if isinstance(error, NameTaken) else ""
        return _form_page(visitor, form, form_error(error), status, taken=taken)
    return pages.page(
        "site_made.html",
        visitor=visitor,
        made=made,
        secret=keys[SECRET],
        publishable=keys[PUBLISHABLE],
    )


def lines(text: str) -> list[str]:
    """What stands on the lines of a field."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def _require_owner(visitor: Visitor) -> None:
    if not visitor.signed.is_owner:
        raise Forbidden(_OWNERS_ONLY)


def _form_page(
    visitor: Visitor,
    typed: Form,
    error: FormError = NO_ERROR,
    status: int = 200,
    *,
    taken: str = "",
) -> Response:
    """taken: the id of the visitor's own site that has the name."""
    return pages.page(
        "site_new.html",
        status,
        visitor=visitor,
        typed={name: typed.get(name, "") for name in _FIELDS},
        name_limit=NAME_LIMIT,
        language_limit=LANGUAGE_LIMIT,
        error=error,
        taken=taken,
    )


def _plain(text: str) -> str:
    """'cafe' finds 'Café', in whatever script the names are."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char))
