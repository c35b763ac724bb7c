"""What a site's spam score has learned, under /console/learning: from whom, lesson by lesson, with undo."""

import re
from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.roles import Action
from moderation.learning.status import learning_status
from service.console.pages import URL, page_router, redirect
from service.console.presenters import person_name
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/learning")

_MODERATOR = re.compile(r"[a-z0-9_]{1,64}")

Posted = Annotated[
    PostedForm, Depends(request_form("version", "moderator", may=Action.MANAGE_LEARNING))
]


@router.get("")
def learning_page(request: CurrentRequest) -> Response:
    """What the spam score of a site has learned, for its admins."""
    request.require(Action.SEE_LEARNING)
    return _page(request)


@router.post("/undo")
def undo(posted: Posted) -> Response:
    """Undoes a lesson, or all that one moderator has taught."""
    # numpy, which only these calls need
    from moderation.learning import lessons
    from moderation.scorers.spam.spam_model import load_prior

    request, form = posted
    version, moderator = form.get("version", ""), form.get("moderator", "")
    if not re.fullmatch(r"[0-9]{1,9}", version or "0") or bool(version) == bool(moderator):
        raise Invalid("The form does not say which lesson is meant.")
    if moderator and not _MODERATOR.fullmatch(moderator):
        raise Invalid("The form does not say whose lessons are meant.")
    try:
        lessons.undo(
            request.store,
            load_prior(),
            request.site_id,
            version=int(version or 0),
            teacher=moderator,
            by=request.moderator_id,
            now=now_ms(),
        )
    except NotFound as error:  # somebody else has undone it meanwhile
        return _page(request, error.message, 409)
    return redirect(f"{URL}/learning?site={request.site_id}")


def _page(request: SiteRequest, problem: str = "", status: int = 200) -> Response:
    """problem: why nothing was changed."""
    store = request.store
    learned = learning_status(store, request.site_id)
    names = sign_in.emails_of(store, {teacher.id for teacher in learned.teachers})
    return request.answer(
        "learning.html",
        status,
        learned=learned,
        teachers=[(teacher, person_name(teacher.id, names)) for teacher in learned.teachers],
        problem=problem,
    )
