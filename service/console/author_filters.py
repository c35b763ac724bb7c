"""The open comment's author, network and links: held, refused or trusted from now on."""

import os
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.author_filter import About
from moderation.domain.errors import Invalid
from moderation.domain.filter import FilterAction
from moderation.domain.roles import Action
from moderation.review import author_filters, queues
from moderation.review.author_filters import Marked
from service.console.language import N_, _
from service.console.navigation import BACK, again
from service.console.pages import URL, page_router, pages, redirect
from service.console.session import SignedForm, Visitor, signed_form

router = page_router("/comments/{comment_id}/filters")

_WORDS = {
    About.AUTHOR: N_("this author, as they are known here"),
    About.EMAIL: N_("this e-mail, as it was typed"),
    About.NETWORK: N_("this network, and others in it"),
}
_VERBS = {
    FilterAction.HOLD: N_("Hold"),
    FilterAction.REJECT: N_("Refuse"),
    FilterAction.TRUST: N_("Trust"),
}
_DONE = {
    FilterAction.HOLD: N_("held"),
    FilterAction.SPAM: N_("filed as spam"),
    FilterAction.REJECT: N_("refused"),
    FilterAction.TRUST: N_("trusted"),
}
TERMS = {"7": N_("for 7 days"), "30": N_("for 30 days"), "": N_("always")}

Posted = Annotated[
    SignedForm, Depends(signed_form("about", "domain", "action", "days", "filter", "back"))
]


@router.post("")
def change(request: Request, posted: Posted, comment_id: str) -> Response:
    """Puts what the form names on a filter, or takes it off one."""
    visitor, form = posted
    store, signed = request.app.state.store, visitor.signed
    site_id = queues.get_card(store, signed.site_ids, comment_id).site_id
    visitor.membership(site_id).require(Action.CHANGE_FILTERS)
    target = (store, signed.moderator_id, {site_id}, comment_id)
    if filter_id := form.get("filter", ""):
        author_filters.take_off(*target, filter_id, now=now_ms())
    else:
        try:
            about, action = About(form.get("about", "")), FilterAction(form.get("action", ""))
            days = int(form["days"]) if form.get("days") else None
        except ValueError:
            raise Invalid("The form does not say what to do with whom.") from None
        listing = author_filters.Listing(about, action, days, form.get("domain", ""))
        author_filters.put_on(*target, listing, now=now_ms(), entropy=os.urandom)
    if "hx-request" in request.headers:
        marking = author_values(request, visitor, site_id, comment_id) | {"is_changed": True}
        return pages.page("author_marks.html", visitor=visitor, marking=marking)
    back = form.get("back", "")
    if back and BACK.fullmatch(back):
        return redirect(again(back, comment_id))
    return redirect(f"{URL}/comments/{comment_id}#author")


def author_values(request: Request, visitor: Visitor, site_id: str, comment_id: str) -> dict[str, Any]:  # fmt: skip
    """What the template author_marks.html shows. Filters are of all of a site: nothing to who is limited to sections."""
    if site_id not in visitor.signed.site_ids:
        return {"comment_id": comment_id, "named": 0, "marks": [], "terms": {}, "may_mark": False}
    store = request.app.state.store
    marked = author_filters.of_comment(store, {site_id}, comment_id, now_ms())
    return {
        "comment_id": comment_id,
        "named": sum(len(filter.filters) for filter in marked),
        "marks": [_view(filter) for filter in marked],
        "terms": {days: _(words) for days, words in TERMS.items()},
        "may_mark": visitor.membership(site_id).may(Action.CHANGE_FILTERS),
    }


def _view(marked: Marked) -> dict[str, Any]:
    mark = marked.mark
    return {
        "about": mark.about.value,
        "domain": mark.domain,
        "words": _(_WORDS[mark.about]) if mark.about in _WORDS else mark.domain,
        "actions": [(action.value, _(_VERBS[action])) for action in mark.actions()],
        "filters": [(site_filter, _(_DONE[site_filter.action])) for site_filter in marked.filters],
    }
