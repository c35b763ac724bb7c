"""Takes back the last decision of whoever is signed in, wherever it was made; again the one before it."""

import os
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.doorbell import DELIVER
from moderation.review import own_decisions, queues
from service.console.comment import comment_views
from service.console.navigation import queue_tabs
from service.console.pages import URL, page_router, pages, redirect
from service.console.session import SignedForm, signed_form

router = page_router()

Posted = Annotated[SignedForm, Depends(signed_form("site"))]


@router.post("/undo")
def undo_last(request: Request, posted: Posted) -> Response:
    """For htmx a sentence that names the comment, else the comment's page."""
    visitor, form = posted
    state, site_ids = request.app.state, visitor.signed.site_ids
    decision = own_decisions.undo_last(
        state.store, visitor.signed.moderator_id, site_ids, now=now_ms(), entropy=os.urandom
    )
    if decision:
        state.ring(DELIVER)
    if "hx-request" not in request.headers:
        page = f"comments/{decision.comment_id}" if decision else f"?site={form.get('site', '')}"
        return redirect(f"{URL}/{page}")
    site = visitor.membership(form.get("site", ""))
    cards = [queues.get_card(state.store, site_ids, decision.comment_id)] if decision else []
    undone = comment_views(state.store, cards)
    return pages.page(
        "undone.html",
        comment=undone[0] if undone else None,
        tabs=queue_tabs(request, site.site_id, None),
    )
