"""The weekly sample under /console/sample: one comment after the other, without what a machine made of it."""

from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.domain.samples import Verdict
from moderation.review import samples
from service.console import navigation
from service.console.language import N_
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages, redirect
from service.console.session import CurrentVisitor, SignedForm, signed_form

router = page_router("/sample")

Posted = Annotated[SignedForm, Depends(signed_form("site", "comment", "verdict"))]
_SAYS = {
    Verdict.PUBLISH: N_("It should be published"),
    Verdict.REMOVE: N_("It should be removed"),
    Verdict.UNSURE: N_("I am not sure"),
}
# By what a machine had decided: what a person may do now who sees it otherwise.
_OTHERWISE = {
    "approve": (Verdict.REMOVE, "reject"),
    "remove": (Verdict.PUBLISH, "approve"),
}


@router.get("")
def sample_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, judged: QueryName = ""
) -> Response:
    """The next comment. judged: the one before, of which it says now what had been decided."""
    store, site_id = request.app.state.store, membership.site_id
    sampled = samples.get_sampled(store, site_id, judged) if judged else None
    against, offered = _OTHERWISE[sampled.machine] if sampled else ("", "")
    return pages.page(
        "sample.html",
        visitor=visitor,
        site=membership,
        tabs=navigation.queue_tabs(request, site_id, navigation.SAMPLE),
        comment=samples.next_sampled(store, site_id, now=now_ms()),
        says=[(verdict.value, words) for verdict, words in _SAYS.items()],
        sampled=sampled,
        offered=offered if sampled and sampled.verdict == against else "",
    )


@router.post("")
def judge(request: Request, posted: Posted) -> Response:
    """Keeps a verdict; the comment stays as it is."""
    visitor, form = posted
    membership = visitor.membership(form.get("site", ""))
    membership.require(Action.DECIDE)
    if form.get("verdict") not in {each.value for each in _SAYS}:
        raise Invalid(N_("The form does not say which verdict."))
    store, site_id, comment_id = (
        request.app.state.store,
        membership.site_id,
        form.get("comment", ""),
    )
    said = Verdict(form["verdict"])
    try:
        samples.judge(store, site_id, comment_id, said, visitor.signed.moderator_id, now=now_ms())
    except Conflict:
        return redirect(f"{URL}/sample?site={site_id}")  # to the next one
    return redirect(f"{URL}/sample?site={site_id}&judged={comment_id}#notice")
