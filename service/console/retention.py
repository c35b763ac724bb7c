"""/console/retention: how long a site keeps comments of each status, tried before it is set."""

from typing import Annotated

from fastapi import Depends, Response

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import Invalid
from moderation.domain.expiry import TERM_LIMIT, WITH_TERM, Expiring
from moderation.domain.roles import Action
from moderation.upkeep import expiry
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import QueryName, page_router
from service.console.session import read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/retention")

_NAMES = {
    Status.APPROVED: N_("Published, days"),
    Status.HELD: N_("Held, days"),
    Status.REJECTED: N_("Rejected, days"),
    Status.SPAM: N_("Spam, days"),
    Status.WITHDRAWN: N_("Withdrawn by their writers, days"),
}
Posted = Annotated[
    PostedForm,
    Depends(
        request_form(
            "do", *(str(term_status) for term_status in _NAMES), may=Action.MANAGE_RETENTION
        )
    ),
]


@router.get("")
def retention_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """The terms of a site. did: whether they were just changed."""
    request.require(Action.SEE_AUDIT)
    terms = expiry.get_terms(request.store, request.site_id)
    typed = {status.value: str(days) for status, days in terms.items()}
    return _page(request, typed, is_saved=bool(did))


@router.post("")
def change_terms(posted: Posted) -> Response:
    """Tries the terms, or sets them; a refused number is shown as it was typed."""
    request, form = posted
    store, site_id = request.store, request.site_id
    typed = {status.value: form.get(status.value, "").strip() for status in WITH_TERM}
    terms = {
        status: read_number(form, status.value, "number of days")
        for status in WITH_TERM
        if typed[status.value]
    }
    try:
        if form.get("do") != "save":
            tried = expiry.try_terms(store, site_id, terms, now_ms())
            return _page(request, typed, tried=tried)
        expiry.set_terms(store, site_id, terms, request.moderator_id)
    except Invalid as error:
        flaw = form_error(error)
        return _page(request, typed, error=flaw, status=422)
    return request.back("/retention", did="saved")


def _page(
    request: SiteRequest,
    typed: dict[str, str],
    *,
    tried: list[Expiring] | None = None,
    is_saved: bool = False,
    error: FormError = NO_ERROR,
    status: int = 200,
) -> Response:
    """typed: days by status, '' as the installation's. tried: what these would delete, None where nobody asked."""
    settings = request.settings
    return request.answer(
        "retention.html",
        status,
        names={term_status.value: name for term_status, name in _NAMES.items()},
        typed=typed,
        usual={"spam": settings.spam_days, "withdrawn": settings.personal_days},
        limit=TERM_LIMIT,
        tried=tried,
        is_saved=is_saved,
        error=error,
        may_change=request.may(Action.MANAGE_RETENTION),
    )
