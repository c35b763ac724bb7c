"""A site's second opinions under /console/policy/second-opinion: whether comments are sent, the backtest, the permission."""

from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.policies import load_policy
from moderation.review import second_opinion
from moderation.review.second_opinion import APPROVE_FROM, DECISIONS_NEEDED, SHARE_NEEDED
from moderation.store.memberships import Membership
from service.console.form_error import NO_ERROR, FormError
from service.console.language import N_, _
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages, redirect
from service.console.policy_view import share_in_words
from service.console.presenters import person_name
from service.console.sentences import translated
from service.console.session import CurrentVisitor, Form, SiteForm, Visitor, site_form

router = page_router("/policy/second-opinion")

ASKED_AT_ONCE = 200  # comments, by one press of the button
_NOTICES = {
    "on": N_("The texts of held comments may be sent from now on."),
    "off": N_("Nothing is sent any more."),
    "asked": N_("The questions wait; load the page again later."),
    "permitted": N_("It may approve from now on."),
    "forbidden": N_("It approves nothing any more; its answers are advice."),
}

Posted = Annotated[SiteForm, Depends(site_form("do", "from", may=Action.CHANGE_POLICY))]


@router.get("")
def second_opinion_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, did: QueryName = ""
) -> Response:
    """What is sent where, how good the answers are, and what they may do."""
    membership.require(Action.SEE_POLICY)
    return _page(request, visitor, membership, notice=_(_NOTICES[did]) if did in _NOTICES else "")


@router.post("")
def act(request: Request, posted: Posted) -> Response:
    """Switches it, asks about past comments, permits or forbids, as the button says."""
    visitor, form, membership = posted
    try:
        did = _act(request, membership.site_id, visitor.signed.moderator_id, form)
    except Conflict as error:
        return _page(request, visitor, membership, FormError(message=error.message), status=409)
    return redirect(f"{URL}/policy/second-opinion?site={membership.site_id}&did={did}#notice")


def _act(request: Request, site_id: str, who: str, form: Form) -> str:
    """What was done. Raises Conflict, and Invalid for a form that says nothing of the kind."""
    state, now = request.app.state, now_ms()
    model, default = state.settings.second_opinion_asked, load_policy(state.settings.policy)
    match form.get("do"):
        case "on" | "off" as wanted:
            second_opinion.switch(state.store, site_id, wanted == "on", who, now=now)
            return wanted
        case "ask":
            second_opinion.ask_about_past(
                state.store, site_id, ASKED_AT_ONCE, model, default, who, now=now
            )
            return "asked"
        case "permit":
            probability = _probability(form)
            second_opinion.permit(state.store, site_id, probability, model, default, who, now=now)
            return "permitted"
        case "forbid":
            second_opinion.forbid(state.store, site_id, who)
            return "forbidden"
    raise Invalid("The form does not say what to do.")


def _probability(form: Form) -> float:
    try:
        return float(form.get("from", ""))
    except ValueError:
        raise Invalid("The form does not say from which probability on.") from None


def _page(
    request: Request,
    visitor: Visitor,
    membership: Membership,
    error: FormError | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    state = request.app.state
    found = second_opinion.get_state(
        state.store,
        membership.site_id,
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
    return pages.page(
        "second_opinion.html",
        status,
        visitor=visitor,
        site=membership,
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
