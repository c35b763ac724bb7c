"""What a site's spam score has learned, under /console/learning: from whom, lesson by lesson, with undo."""

import re
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.roles import Action
from moderation.learning.status import learning_status
from moderation.store.memberships import Membership
from service.console.pages import URL, CurrentSite, page_router, pages, redirect
from service.console.presenters import person_name
from service.console.session import CurrentVisitor, SiteForm, Visitor, site_form

router = page_router("/learning")

_MODERATOR = re.compile(r"[a-z0-9_]{1,64}")

Posted = Annotated[SiteForm, Depends(site_form("version", "moderator", may=Action.MANAGE_LEARNING))]


@router.get("")
def learning_page(request: Request, visitor: CurrentVisitor, membership: CurrentSite) -> Response:
    """What the spam score of a site has learned, for its admins."""
    membership.require(Action.SEE_LEARNING)
    return _page(request, visitor, membership)


@router.post("/undo")
def undo(request: Request, posted: Posted) -> Response:
    """Undoes a lesson, or all that one moderator has taught."""
    # numpy, which only these calls need
    from moderation.learning import lessons
    from moderation.scorers.spam.spam_model import load_prior

    visitor, form, membership = posted
    version, moderator = form.get("version", ""), form.get("moderator", "")
    if not re.fullmatch(r"[0-9]{1,9}", version or "0") or bool(version) == bool(moderator):
        raise Invalid("The form does not say which lesson is meant.")
    if moderator and not _MODERATOR.fullmatch(moderator):
        raise Invalid("The form does not say whose lessons are meant.")
    try:
        lessons.undo(
            request.app.state.store,
            load_prior(),
            membership.site_id,
            version=int(version or 0),
            teacher=moderator,
            by=visitor.signed.moderator_id,
            now=now_ms(),
        )
    except NotFound as error:  # somebody else has undone it meanwhile
        return _page(request, visitor, membership, error.message, 409)
    return redirect(f"{URL}/learning?site={membership.site_id}")


def _page(
    request: Request, visitor: Visitor, membership: Membership, problem: str = "", status: int = 200
) -> Response:
    """problem: why nothing was changed."""
    store = request.app.state.store
    learned = learning_status(store, membership.site_id)
    names = sign_in.emails_of(store, {teacher.id for teacher in learned.teachers})
    return pages.page(
        "learning.html",
        status,
        visitor=visitor,
        site=membership,
        learned=learned,
        teachers=[(teacher, person_name(teacher.id, names)) for teacher in learned.teachers],
        problem=problem,
    )
