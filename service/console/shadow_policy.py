"""A candidate policy beside a site's own, under /console/policy/shadow: compared, adopted or ended."""

from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.roles import Action
from moderation.review import shadow_policy
from service.console import policy_view
from service.console.pages import URL, CurrentSite, page_router, pages, redirect
from service.console.presenters import person_name
from service.console.session import CurrentVisitor, SignedForm, signed_form

router = page_router("/policy/shadow")

Posted = Annotated[
    SignedForm, Depends(signed_form(*policy_view.NAMES, limit=policy_view.FORM_LIMIT))
]


@router.get("")
def shadow_page(request: Request, visitor: CurrentVisitor, membership: CurrentSite) -> Response:
    """What the candidate would have decided otherwise, beside the people's decisions."""
    membership.require(Action.SEE_POLICY)
    store = request.app.state.store
    found = shadow_policy.compare(store, membership.site_id)
    who = ""
    if found:
        by = found.candidate.started_by
        who = person_name(by, sign_in.emails_of(store, {by}))
    return pages.page(
        "policy_shadow.html",
        visitor=visitor,
        site=membership,
        found=found,
        who=who,
        changes=policy_view.changes_view(found.changes) if found else [],
        share=policy_view.share_in_words,
    )


@router.post("")
def act(request: Request, posted: Posted) -> Response:
    """Starts what was tried as the candidate, adopts the candidate, or ends it."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.CHANGE_POLICY)
    store, site_id, who = request.app.state.store, membership.site_id, visitor.signed.moderator_id
    match form.get("do"):
        case "shadow":
            toml = form.get("toml", "").replace("\r\n", "\n")
            shadow_policy.start(store, site_id, toml, who, now=now_ms())
        case "adopt":
            shadow_policy.adopt(store, site_id, form.get("seen", ""), who, now=now_ms())
            return redirect(f"{URL}/policy?site={site_id}&did=saved#notice")
        case "stop":
            shadow_policy.stop(store, site_id, who)
        case _:
            raise Invalid("The form does not say what becomes of the candidate.")
    return redirect(f"{URL}/policy/shadow?site={site_id}")
