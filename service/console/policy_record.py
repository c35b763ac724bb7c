"""How often people decided otherwise than a site's policy, under /console/policy/record, the same as CSV, and the weekly sample's size."""

from typing import Annotated

from fastapi import Depends, Response
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.policy_scopes import WHOLE_SITE
from moderation.domain.roles import Action
from moderation.domain.samples import LARGEST
from moderation.policies import load_policy
from moderation.review import samples
from moderation.review.policy_errors import ERRORS_DAYS, PolicyErrors, csv_of, policy_errors
from moderation.review.samples import BlindEstimate
from moderation.review.site_policy import policy_of_site, scope_of
from service.console import policy_view
from service.console.pages import URL, page_router, pages, redirect
from service.console.policy_scope import ScopeAsked, scope_in_words
from service.console.session import read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/policy")

Posted = Annotated[
    PostedForm, Depends(request_form("size", may=Action.CHANGE_POLICY, action=Action.CHANGE_POLICY))
]


@router.get("/record")
async def record_page(request: CurrentRequest, scope: ScopeAsked = "") -> Response:
    """How often people decided otherwise than each rule."""
    part, found, blind = await _counted(request, scope)
    return await run_in_threadpool(
        request.answer,
        "policy_record.html",
        scope=part,
        part=scope_in_words(part),
        found=found,
        days=ERRORS_DAYS,
        share=policy_view.share_in_words,
        blind=blind,
        largest=LARGEST,
    )


@router.get("/record/csv")
async def record_csv(request: CurrentRequest, scope: ScopeAsked = "") -> Response:
    _part, found, blind = await _counted(request, scope)
    return pages.attachment("errors.csv", csv_of(found, blind))


async def _counted(request: SiteRequest, scope: str) -> tuple[str, PolicyErrors, BlindEstimate]:
    request.require(Action.SEE_POLICY)
    state, site_id = request.plain.app.state, request.site_id

    def count(_: object) -> tuple[str, PolicyErrors, BlindEstimate]:
        now, part = now_ms(), scope_of(state.store, site_id, scope)
        name = part.scope if part else WHOLE_SITE
        policy = policy_of_site(state.store, site_id, load_policy(state.settings.policy), name)
        found = policy_errors(state.store, site_id, policy, scope=part, now=now)
        return name, found, samples.estimate(state.store, site_id, now=now)

    counted: tuple[str, PolicyErrors, BlindEstimate] = await state.filter_trials.run(
        request.plain, count
    )
    return counted


@router.post("/sample")
def set_sample(posted: Posted) -> Response:
    """Sets how many comments a week's blind sample has."""
    request, form = posted
    size = read_number(form, "size", "size of the sample")
    store, who = request.store, request.moderator_id
    samples.set_size(store, request.site_id, size, who)
    return redirect(f"{URL}/policy/record?site={request.site_id}#sample")
