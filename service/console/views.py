"""Saved views in the bar above a list: to choose one, to save what is shown, to remove one."""

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.review import views
from moderation.store.sql.engine import Store
from service.console.all_sites import ALL
from service.console.asked import CONDITIONS, Asked, asked_of, criteria_of
from service.console.pages import page_router, redirect
from service.console.session import Form, SignedForm, Visitor, signed_form

router = page_router("/views")

PostedView = Annotated[SignedForm, Depends(signed_form("site", "name", "shared", *CONDITIONS))]
PostedRemoval = Annotated[SignedForm, Depends(signed_form("site"))]


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view as a link. is_current: what the page shows."""

    id: str
    name: str
    url: str
    is_shared: bool
    is_current: bool


def view_links(store: Store, visitor: Visitor, site_id: str, asked: Asked) -> list[ViewLink]:
    """asked: what the page shows. site_id: a site's, or ALL."""
    return [
        ViewLink(view.id, view.name, shown.url(site_id), view.is_shared, shown == asked)
        for view in views.list_views(store, site_id, visitor.signed.moderator_id)
        for shown in [asked_of(view.criteria)]
    ]


def _site_of(visitor: Visitor, form: Form) -> str:
    """Of the list that a view belongs to: a site's id, or ALL. Raises NotFound for sites of others."""
    asked = form.get("site", "")
    return ALL if asked == ALL and visitor.signed.sites else visitor.membership(asked).site_id


@router.post("")
def save(request: Request, posted: PostedView) -> Response:
    """Saves what the page shows, and shows it again, by its name."""
    visitor, form = posted
    site_id = _site_of(visitor, form)
    asked = Asked(**{name: form.get(name, "") for name in CONDITIONS})
    try:
        view = views.add_view(
            request.app.state.store,
            site_id,
            visitor.signed.moderator_id,
            form.get("name", ""),
            criteria_of(asked),
            is_shared=form.get("shared") == "1",
            now=now_ms(),
            entropy=os.urandom,
        )
    except Invalid as error:
        raise Invalid(error.message.removeprefix(f"{error.pointer}: ")) from None
    return redirect(asked_of(view.criteria).url(site_id))


@router.post("/{view_id}/remove")
def remove(request: Request, posted: PostedRemoval, view_id: str) -> Response:
    """Removes a view; the list stays."""
    visitor, form = posted
    site_id = _site_of(visitor, form)
    views.remove_view(request.app.state.store, site_id, visitor.signed.moderator_id, view_id)
    return redirect(Asked().url(site_id))
