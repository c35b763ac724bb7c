"""The console's appeals under /console/appeals: what writers appeal against, and the answer to it."""

import os
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.appeal import Answer, Appeal, AppealState
from moderation.domain.errors import Conflict, Invalid
from moderation.doorbell import DELIVER
from moderation.review import appeals, queues
from service.console import navigation
from service.console.comment import comment_views
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages, redirect
from service.console.presenters import OUTCOME_WORDS, excerpt, person_name
from service.console.session import CurrentVisitor, SignedForm, Visitor, signed_form

router = page_router("/appeals")

Posted = Annotated[SignedForm, Depends(signed_form("outcome", "note"))]
_NOTICES = {
    AppealState.UPHELD: N_("The decision stands; whoever appealed reads so."),
    AppealState.OVERTURNED: N_("The decision was overturned; whoever appealed reads so."),
}


@router.get("")
def appeals_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    after: QueryName = "",
    did: QueryName = "",
) -> Response:
    """What waits for an answer, the oldest first. did: what was just answered."""
    store, site_id = request.app.state.store, membership.site_id
    rows: Sequence[Appeal] = appeals.list_appeals(
        store, site_id, AppealState.OPEN, after, navigation.ROWS_READ
    )
    listed, next_id = navigation.one_page(rows)
    cards = {
        card.id: card
        for card in queues.get_cards(store, {site_id}, [each.comment_id for each in listed])
    }
    return pages.page(
        "appeals.html",
        visitor=visitor,
        site=membership,
        tabs=navigation.queue_tabs(request, membership, navigation.APPEALS),
        appeals=[
            (each, cards[each.comment_id].author_name, excerpt(cards[each.comment_id].text, 200))
            for each in listed
            if each.comment_id in cards
        ],
        outcomes=OUTCOME_WORDS,
        notice=_NOTICES[AppealState(did)] if did in _NOTICES else "",
        first_url=_list_url(site_id) if after else "",
        next_url=_list_url(site_id, after=next_id) if next_id else "",
    )


@router.get("/{appeal_id}")
def appeal_page(request: Request, visitor: CurrentVisitor, appeal_id: str) -> Response:
    """One appeal with the comment, and the form that answers it."""
    return _page(request, visitor, appeal_id)


@router.post("/{appeal_id}/decide")
def decide(request: Request, posted: Posted, appeal_id: str) -> Response:
    """Answers an appeal, as the button says; what is refused is shown again as it was typed."""
    visitor, form = posted
    state, note = request.app.state, form.get("note", "")
    if form.get("outcome") not in list(Answer):
        raise Invalid("An appeal is upheld or overturned.")
    try:
        answered = appeals.decide(
            state.store,
            visitor.signed.moderator_id,
            visitor.signed.site_ids,
            appeal_id,
            Answer(form["outcome"]),
            note,
            now=now_ms(),
            entropy=os.urandom,
        )
    except Conflict as error:
        return _page(request, visitor, appeal_id, note, problem=error.message, status=409)
    except Invalid as error:
        flaw = FormError("note", form_error(error).message.removeprefix("/note: "))
        return _page(request, visitor, appeal_id, note, flaw, status=422)
    state.ring(DELIVER)
    return redirect(f"{_list_url(answered.site_id, did=answered.state.value)}#notice")


def _page(
    request: Request,
    visitor: Visitor,
    appeal_id: str,
    typed: str = "",
    error: FormError = NO_ERROR,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    """typed, error: of a note that was refused. problem: why nothing was changed."""
    store = request.app.state.store
    appeal = appeals.get_appeal(store, visitor.signed.site_ids, appeal_id)
    card = queues.get_card(store, {appeal.site_id}, appeal.comment_id)
    [comment] = comment_views(store, [card])
    names = sign_in.emails_of(store, {appeal.decider_id, appeal.answered_by})
    return pages.page(
        "appeal.html",
        status,
        visitor=visitor,
        site=visitor.membership(appeal.site_id),
        tabs=navigation.queue_tabs(request, visitor.membership(appeal.site_id), None),
        appeal=appeal,
        comment=comment,
        outcomes=OUTCOME_WORDS,
        decider=person_name(appeal.decider_id, names) if appeal.decider_id else "",
        answerer=person_name(appeal.answered_by, names) if appeal.answered_by else "",
        is_own=appeal.decider_id == visitor.signed.moderator_id,
        typed=typed,
        error=error,
        problem=problem,
        list_url=_list_url(appeal.site_id),
    )


def _list_url(site_id: str, **fields: str) -> str:
    return f"{URL}/appeals?{navigation.query(site=site_id, **fields)}"
