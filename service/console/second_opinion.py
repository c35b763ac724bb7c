"""A site's second opinions under /console/policy/second-opinion: whether comments are sent, the backtest, the permission."""

from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.policies import load_policy
from moderation.review import second_opinion
from moderation.review.second_opinion import APPROVE_FROM, DECISIONS_NEEDED, SHARE_NEEDED
from service.console.form_error import NO_ERROR, FormError
from service.console.language import N_, _
from service.console.pages import QueryName, page_router
from service.console.policy_view import share_in_words
from service.console.presenters import person_name
from service.console.sentences import translated
from service.console.session import Form
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/policy/second-opinion")

ASKED_AT_ONCE = 200  # comments, by one press of the button
_NOTICES = {
    "on": N_("The texts of held comments may be sent from now on."),
    "off": N_("Nothing is sent any more."),
    "asked": N_("The questions wait; load the page again later."),
    "permitted": N_("It may approve from now on."),
    "forbidden": N_("It approves nothing any more; its answers are advice."),
}

Posted = Annotated[PostedForm, Depends(request_form("do", "from", may=Action.CHANGE_POLICY))]


@router.get("")
def second_opinion_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """What is sent where, how good the answers are, and what they may do."""
    request.require(Action.SEE_POLICY)
    return _page(request, notice=_(_NOTICES[did]) if did in _NOTICES else "")


@router.post("")
def act(posted: Posted) -> Response:
    """Switches it, asks about past comments, permits or forbids, as the button says."""
    request, form = posted
    try:
        did = _act(request, form)
    except Conflict as error:
        return _page(request, FormError(message=error.message), status=409)
    return request.back("/policy/second-opinion", did=did)


def _act(request: SiteRequest, form: Form) -> str:
    """What was done. Raises Conflict, and Invalid for a form that says nothing of the kind."""
    store, site_id, who, now = request.store, request.site_id, request.moderator_id, now_ms()
    model = request.settings.second_opinion_asked
    default = load_policy(request.settings.policy)
    match form.get("do"):
        case "on" | "off" as wanted:
            second_opinion.switch(store, site_id, wanted == "on", who, now=now)
            return wanted
        case "ask":
            second_opinion.ask_about_past(
                store, site_id, ASKED_AT_ONCE, model, default, who, now=now
            )
            return "asked"
        case "permit":
            probability = _probability(form)
            second_opinion.permit(store, site_id, probability, model, default, who, now=now)
            return "permitted"
        case "forbid":
            second_opinion.forbid(store, site_id, who)
            return "forbidden"
    raise Invalid("The form does not say what to do.")


def _probability(form: Form) -> float:
    try:
        return float(form.get("from", ""))
    except ValueError:
        raise Invalid("The form does not say from which probability on.") from None


def _page(
    request: SiteRequest, error: FormError | None = None, notice: str = "", status: int = 200
) -> Response:
    state = request.plain.app.state
    found = second_opinion.get_state(
        state.store,
        request.site_id,
        state.settings.second_opinion_asked,
        load_policy(state.settings.policy),
        now=now_ms(),
    )
    people = set()
    if found.site:
        people.add(found.site.switched_on_by)
        if found.site.permission:
            people.add(found.site.permission.permitted_by)
    names = sign_in.emails_of(state.store, people)
    return request.answer(
        "second_opinion.html",
        status,
        found=found,
        who={by: person_name(by, names) for by in people},
        share=share_in_words,
        why_not="" if found.trial.is_enough else translated(second_opinion.why_not(found.trial)),
        approve_from=APPROVE_FROM,
        needed=DECISIONS_NEEDED,
        share_needed=round(100 * SHARE_NEEDED),
        asked_at_once=min(ASKED_AT_ONCE, found.trial.unanswered),
        error=error or NO_ERROR,
        notice=notice,
    )
