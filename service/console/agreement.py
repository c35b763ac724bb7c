"""How far people's decisions agree, under /console/agreement: one's own, and for editors everybody's, with what they differ about."""

import os
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts.moderators import list_moderators
from moderation.accounts.sign_in import emails_of
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.roles import Action
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import DAYS, GOLDEN_LIMIT
from moderation.review import agreement
from moderation.review.agreement import SiteAgreement
from service.console.language import N_
from service.console.pages import QueryName, page_router, pages
from service.console.policy_view import share_in_words
from service.console.presenters import person_name
from service.console.session import read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/agreement")

Posted = Annotated[
    PostedForm,
    Depends(
        request_form(
            "share",
            "person",
            "count",
            "look",
            "verdict",
            may=Action.MANAGE_AGREEMENT,
            action=Action.MANAGE_AGREEMENT,
        )
    ),
]
NOTICES = {
    "share": N_("From now on that share of decisions gets a second look."),
    "settled": N_("Noted. The comment stays as it is."),
    "asked": N_("They are mixed into what that person looks at blind."),
}


@router.get("")
def agreement_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """did: what was just done."""
    return _page(request, notice=NOTICES.get(did, ""))


@router.get("/csv")
def agreement_csv(request: CurrentRequest) -> Response:
    store = request.store
    found = agreement.agreement(store, request.site_id, now=now_ms())
    names = _names(request, found, emails_of(store, _people_of(found)))
    text = agreement.csv_of(found.people, names)
    return pages.attachment("agreement.csv", text)


@router.post("/share")
def set_share(posted: Posted) -> Response:
    request, form = posted
    store, by = request.store, request.moderator_id
    share = read_number(form, "share", "share")
    agreement.set_share(store, request.site_id, share, by, now=now_ms())
    return _back(request, "share")


@router.post("/golden")
def ask_golden(posted: Posted) -> Response:
    """Asks somebody about comments with a known answer."""
    request, form = posted
    try:
        agreement.ask_golden(
            request.store,
            request.site_id,
            form.get("person", ""),
            read_number(form, "count", "number"),
            request.moderator_id,
            now=now_ms(),
            entropy=os.urandom,
        )
    except (Conflict, Invalid, NotFound) as error:
        status = {Conflict: 409, Invalid: 422}.get(type(error), 404)
        return _page(request, status, problem=error.message)
    return _back(request, "asked")


@router.post("/settle")
def settle(posted: Posted) -> Response:
    """Keeps who is right."""
    request, form = posted
    if form.get("verdict") not in (Verdict.PUBLISH, Verdict.REMOVE):
        raise Invalid(N_("The form does not say which verdict."))
    store, by = request.store, request.moderator_id
    verdict = Verdict(form["verdict"])
    try:
        agreement.settle(store, request.site_id, form.get("look", ""), verdict, by)
    except NotFound as error:
        return _page(request, 404, problem=error.message)
    return _back(request, "settled")


def _back(request: SiteRequest, did: str) -> Response:
    return request.back("/agreement", did=did)


def _people_of(found: SiteAgreement) -> set[str]:
    """All who decided or looked again, by id."""
    differing = {
        id
        for disagreement in found.disagreements
        for id in (disagreement.decided_by, disagreement.judged_by)
    }
    return {person.person_id for person in found.people} | differing


def _names(request: SiteRequest, found: SiteAgreement, emails: Mapping[str, str]) -> dict[str, str]:
    """What those are called whose results this visitor may see, by id."""
    ids = {person.person_id for person in found.people}
    if not request.may(Action.SEE_AGREEMENT):
        ids &= {request.moderator_id}
    return {id: person_name(id, emails) for id in ids}


def _page(
    request: SiteRequest, status: int = 200, *, notice: str = "", problem: str = ""
) -> Response:
    store, site_id = request.store, request.site_id
    found = agreement.agreement(store, site_id, now=now_ms())
    emails = emails_of(store, _people_of(found))
    names = _names(request, found, emails)
    sees, manages = request.may(Action.SEE_AGREEMENT), request.may(Action.MANAGE_AGREEMENT)
    return request.answer(
        "agreement.html",
        status,
        found=found,
        people=[
            (names[person.person_id], person)
            for person in found.people
            if person.person_id in names
        ],
        colleagues={
            moderator.id: moderator.email for moderator in list_moderators(store, site_id, now_ms())
        }
        if manages
        else {},
        person=lambda id: person_name(id, emails),
        sees=sees,
        manages=manages,
        days=DAYS,
        golden_limit=GOLDEN_LIMIT,
        share=share_in_words,
        notice=notice,
        problem=problem,
    )
