"""What the spam score has learned, under /console/learning: from how many decisions, and taking it back."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, Invalid, NotFound
from moderation.domain.roles import Action
from moderation.learning import lessons
from moderation.learning.status import learning_status
from moderation.store.moderators import Membership
from service.console.pages import URL, PageRoute, pages
from service.console.presenters import age, iso, person_name, utc_time
from service.console.session import Acting, Here, Visitor
from service.http.html import HEADERS

router = APIRouter(prefix="/learning", route_class=PageRoute)

_MODERATOR = re.compile(r"[a-z0-9_]{1,64}")

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@router.get("")
def learning_page(request: Request, here: Here, site: Name = "") -> Response:
    """How far a site has come, for its admins."""
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    return _page(request, here, _own(here, site))


@router.post("/undo")
def undo(request: Request, acting: Acting) -> Response:
    """Takes a lesson back, or all that one moderator has taught."""
    from moderation.scorers.spam.spam_model import load_prior

    here, form = acting
    at = _own(here, form.get("site", ""))
    version, moderator = form.get("version", ""), form.get("moderator", "")
    if not re.fullmatch(r"[0-9]{1,9}", version or "0") or bool(version) == bool(moderator):
        raise Invalid("The form does not say which lesson is meant.")
    if moderator and not _MODERATOR.fullmatch(moderator):
        raise Invalid("The form does not say whose lessons are meant.")
    try:
        lessons.undo(
            request.app.state.store,
            load_prior(),
            at.site_id,
            version=int(version or 0),
            teacher=moderator,
            now=now_ms(),
        )
    except NotFound as error:  # somebody has been quicker
        return _page(request, here, at, error.message, 409)
    return RedirectResponse(f"{URL}/learning?site={at.site_id}", 303, headers=HEADERS)


def _own(here: Visitor, site: str) -> Membership:
    at = here.at(site)
    if not at.may(Action.MANAGE_LEARNING):
        raise Forbidden("Admins of a site see to what its spam score learns.")
    return at


def _page(
    request: Request, here: Visitor, at: Membership, trouble: str = "", status: int = 200
) -> Response:

    store, now = request.app.state.store, now_ms()
    found = learning_status(store, at.site_id)
    names = sign_in.emails_of(store, {one.id for one in found.teachers})
    return pages.page(
        "learning.html",
        status,
        here=here,
        site=at,
        found=found,
        teachers=[(one, person_name(one.id, names)) for one in found.teachers],
        lessons=[
            (
                one,
                one.version in found.standing,
                utc_time(one.created_at),
                iso(one.created_at),
                age(now - one.created_at),
            )
            for one in found.history
        ],
        trouble=trouble,
    )
