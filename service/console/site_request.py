"""A request about one site, from somebody who looks after it: what its pages are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request, Response

from moderation.domain.roles import Action
from moderation.settings import Settings
from moderation.store.memberships import Membership
from moderation.store.sql.engine import Store
from service.console.navigation import query
from service.console.pages import URL, CurrentSite, pages, redirect
from service.console.session import FORM_LIMIT, CurrentVisitor, Form, SiteForm, Visitor, site_form


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """Who asks, and about which of their sites."""

    plain: Request
    visitor: Visitor
    membership: Membership

    @property
    def store(self) -> Store:
        store: Store = self.plain.app.state.store
        return store

    @property
    def settings(self) -> Settings:
        settings: Settings = self.plain.app.state.settings
        return settings

    @property
    def site_id(self) -> str:
        return self.membership.site_id

    @property
    def moderator_id(self) -> str:
        return self.visitor.signed.moderator_id

    def may(self, action: Action) -> bool:
        return self.membership.may(action)

    def require(self, action: Action) -> None:
        """Raises Forbidden where they may not do this on the site."""
        self.membership.require(action)

    def answer(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the site."""
        return pages.page(template, status, visitor=self.visitor, site=self.membership, **values)

    def back(self, path: str, **fields: str) -> Response:
        """Leads to a page of the site, below /console, after a form; `fields` say what was done."""
        return redirect(f"{URL}{path}?{query(site=self.site_id, **fields)}#notice")


def _request(request: Request, visitor: CurrentVisitor, membership: CurrentSite) -> SiteRequest:
    return SiteRequest(request, visitor, membership)


CurrentRequest = Annotated[SiteRequest, Depends(_request)]


class PostedForm(NamedTuple):
    """A form, and the request that it came with."""

    request: SiteRequest
    form: Form


def request_form(
    *names: str, may: Action, action: Action = Action.DECIDE, limit: int = FORM_LIMIT
) -> Callable[..., PostedForm]:
    """A dependency: site_form() with these fields."""
    read = site_form(*names, may=may, action=action, limit=limit)

    def check(request: Request, posted: Annotated[SiteForm, Depends(read)]) -> PostedForm:
        return PostedForm(SiteRequest(request, posted.visitor, posted.membership), posted.form)

    return check
