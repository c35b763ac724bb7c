"""A candidate policy beside a site's own, under /console/policy/shadow: compared, adopted or ended."""

from typing import Annotated

from fastapi import Depends, Response

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.roles import Action
from moderation.review import shadow_policy
from service.console import policy_view
from service.console.pages import URL, page_router, redirect
from service.console.presenters import person_name
from service.console.site_request import CurrentRequest, PostedForm, request_form

router = page_router("/policy/shadow")

Posted = Annotated[
    PostedForm,
    Depends(
        request_form(*policy_view.NAMES, may=Action.CHANGE_POLICY, limit=policy_view.FORM_LIMIT)
    ),
]


@router.get("")
def shadow_page(request: CurrentRequest) -> Response:
    """What the candidate would have decided otherwise, beside the people's decisions."""
    request.require(Action.SEE_POLICY)
    store = request.store
    found = shadow_policy.compare(store, request.site_id)
    who = ""
    if found:
        by = found.candidate.started_by
        who = person_name(by, sign_in.emails_of(store, {by}))
    return request.answer(
        "policy_shadow.html",
        found=found,
        who=who,
        changes=policy_view.changes_view(found.changes) if found else [],
        share=policy_view.share_in_words,
    )


@router.post("")
def act(posted: Posted) -> Response:
    """Starts what was tried as the candidate, adopts the candidate, or ends it."""
    request, form = posted
    store, site_id, who = request.store, request.site_id, request.moderator_id
    match form.get("do"):
        case "shadow":
            toml = form.get("toml", "").replace("\r\n", "\n")
            shadow_policy.start(store, site_id, toml, who, now=now_ms())
        case "adopt":
            shadow_policy.adopt(store, site_id, form.get("seen", ""), who, now=now_ms())
            return request.back("/policy", did="saved")
        case "stop":
            shadow_policy.stop(store, site_id, who)
        case _:
            raise Invalid("The form does not say what becomes of the candidate.")
    return redirect(f"{URL}/policy/shadow?site={site_id}")
