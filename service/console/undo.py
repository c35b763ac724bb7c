"""Takes back the last decision of the moderator who is signed in, wherever it was made, and if asked again the one before it. Of a
trainee it takes back the last proposal on the site.
"""

import os
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.roles import Action
from moderation.doorbell import DELIVER
from moderation.review import own_decisions, proposals, queues
from service.console.all_sites import place_of
from service.console.comment import comment_views
from service.console.navigation import queue_tabs
from service.console.pages import URL, page_router, pages, redirect
from service.console.session import SignedForm, signed_form

router = page_router()

Posted = Annotated[SignedForm, Depends(signed_form("site", parts=True, action=Action.PROPOSE))]


@router.post("/undo")
def undo_last(request: Request, posted: Posted) -> Response:
    """For htmx a sentence that names the comment, else the comment's page."""
    visitor, form = posted
    state, site_ids = request.app.state, visitor.signed.site_ids
    who, now = visitor.signed.moderator_id, now_ms()
    place = place_of(visitor, form.get("site", ""))
    if place.may(Action.DECIDE):
        sites = [site for site in visitor.signed.sites if site.may(Action.DECIDE)]
        deciding = [id for site in sites for id in site.site_ids]
        back = own_decisions.undo_last(state.store, who, deciding, now=now, entropy=os.urandom)
        if back:
            state.ring(DELIVER)
        comment_id = back.comment_id if back else ""
    else:
        taken = proposals.withdraw_last(state.store, who, place.site_ids, now=now)
        comment_id = taken.comment_id if taken else ""
    if "hx-request" not in request.headers:
        page = f"comments/{comment_id}" if comment_id else f"?site={form.get('site', '')}"
        return redirect(f"{URL}/{page}")
    cards = [queues.get_card(state.store, site_ids, comment_id)] if comment_id else []
    undone = comment_views(state.store, cards)
    return pages.page(
        "undone.html",
        comment=undone[0] if undone else None,
        tabs=queue_tabs(request, place, None),
    )
