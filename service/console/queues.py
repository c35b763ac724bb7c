"""The console under /console: queues, one comment, deciding, undoing."""

import os
import re
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import Decision, Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.doorbell import DELIVER
from moderation.review import campaigns as campaign_decisions
from moderation.review import decisions, queues
from moderation.review.queues import CommentCard
from service.console import campaigns, endpoints, filters, learning, login, reputation
from service.console.campaigns import campaign_views
from service.console.navigation import query, queue_url, tabs
from service.console.pages import URL, PageRoute, pages
from service.console.presenters import OUTCOME_WORDS, CommentView, comment_view, history_entry
from service.console.session import Acting, Here, Visitor
from service.http.html import HEADERS

PAGE = 20  # cards; more would be a long way to scroll and a slow page

router = APIRouter(prefix=URL, include_in_schema=False, route_class=PageRoute)
router.include_router(login.router)
router.include_router(campaigns.router)
router.include_router(filters.router)
router.include_router(learning.router)
router.include_router(reputation.router)
router.include_router(endpoints.router)

# Where a form was pressed: the query of a queue page. Only ever put behind '/console/?'.
_BACK = re.compile(r"[A-Za-z0-9_=&.-]{0,300}")
_ID = re.compile(r"[a-z0-9_]{1,64}")

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@router.get("/static/{version}/{name}")
def static(version: str, name: str) -> Response:
    return pages.file(version, name)


@router.get("/")
def queue_page(
    request: Request,
    here: Here,
    site: Name = "",
    queue: Name = Status.HELD.value,
    after: Name = "",
    reason: Name = "",
    done: Name = "",
) -> Response:
    """A page of a queue. done: the comment that was just decided about, for the notice and its undo."""
    store = request.app.state.store
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = here.at(site)
    if queue not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    status = Status(queue)
    # What belongs to a campaign is decided with it; whoever filters wants to see each by itself.
    grouped = status is Status.HELD and not reason
    cards = queues.list_queue(store, at.site_id, status, after, PAGE + 1, reason, alone=grouped)
    crowds = (
        campaign_decisions.waiting_campaigns(store, at.site_id, now_ms(), PAGE)
        if grouped and not after
        else []
    )
    more = len(cards) > PAGE
    cards = cards[:PAGE]
    where = {"site": at.site_id, "queue": queue, "reason": reason}
    return pages.page(
        "queue.html",
        here=here,
        site=at,
        queue=status,
        tabs=tabs(request, at, status),
        views=_views(request, cards),
        crowds=campaign_views(request, crowds),
        reason=reason,
        codes=_codes(cards, reason),
        is_first=not after,
        next_url=queue_url(**where, after=cards[-1].id) if more else "",
        back=query(**where, after=after),
        done=_done(request, here, done),
        queue_url=queue_url,
    )


@router.get("/comments/{comment_id}")
def comment_page(request: Request, here: Here, comment_id: str) -> Response:
    """One comment with its history."""
    return _comment(request, here, _card(request, here, comment_id))


@router.post("/comments/{comment_id}/decisions")
def decide(request: Request, acting: Acting, comment_id: str) -> Response:
    here, form = acting
    if form.get("outcome") not in set(Outcome):
        raise Invalid("A decision is approve, hold, reject or spam.")
    return _decide(request, here, form, comment_id, Outcome(form["outcome"]))


@router.post("/comments/{comment_id}/undo")
def undo(request: Request, acting: Acting, comment_id: str) -> Response:
    """One more decision, with the outcome that was in effect before the last: nothing is deleted."""
    here, form = acting
    return _decide(request, here, form, comment_id, None)


def _decide(
    request: Request,
    here: Visitor,
    form: dict[str, str],
    comment_id: str,
    outcome: Outcome | None,
) -> Response:
    """outcome: None takes the last decision back."""
    state = request.app.state
    sequence = form.get("sequence", "")
    if not re.fullmatch(r"[0-9]{1,9}", sequence):
        raise Invalid("The form does not say which decision it follows.")
    site_ids = here.signed.site_ids
    try:
        if outcome is None:
            decisions.undo(
                state.store,
                here.signed.moderator_id,
                site_ids,
                comment_id,
                int(sequence),
                now=now_ms(),
                entropy=os.urandom,
            )
        else:
            decisions.decide(
                state.store,
                here.signed.moderator_id,
                site_ids,
                comment_id,
                outcome,
                "",
                int(sequence),
                now=now_ms(),
                entropy=os.urandom,
            )
    except Conflict:
        card = queues.get_card(state.store, site_ids, comment_id)
        return _comment(request, here, card, form, stale=True, status=409)
    state.ring(DELIVER)
    back = form.get("back", "")
    back = back if _BACK.fullmatch(back) else ""
    if "hx-request" not in request.headers:
        anchor = "notice" if outcome else f"c-{comment_id}"
        query = "&".join(filter(None, (back, f"done={comment_id}" if outcome else "")))
        return RedirectResponse(f"{URL}/?{query}#{anchor}", 303, headers=HEADERS)
    card = queues.get_card(state.store, site_ids, comment_id)
    if outcome is None:
        return _comment(request, here, card, form)
    at = here.at(card.site_id)
    return pages.page(
        "result.html",
        here=here,
        view=_views(request, [card])[0],
        said=OUTCOME_WORDS[outcome],
        back=back,
        tabs=tabs(request, at, None),
    )


def _comment(
    request: Request,
    here: Visitor,
    card: CommentCard,
    form: dict[str, str] | None = None,
    *,
    stale: bool = False,
    status: int = 200,
) -> Response:
    """The card, alone for htmx, on a page of its own for everybody else."""
    back = (form or {}).get("back", "")
    shown = _views(request, [card])[0]
    latest = shown.history[-1] if stale and shown.history else None
    is_piece = "hx-request" in request.headers
    return pages.page(
        "piece.html" if is_piece else "comment.html",
        status,
        here=here,
        view=shown,
        stale=latest,
        back=back if _BACK.fullmatch(back) else "",
        tabs=tabs(request, here.at(card.site_id), None),
        known=[] if is_piece else reputation.lines_of(request, here.signed.site_ids, card.id),
    )


def _card(request: Request, here: Visitor, comment_id: str) -> CommentCard:
    if not _ID.fullmatch(comment_id):
        raise NotFound("There is no such comment.")
    return queues.get_card(request.app.state.store, here.signed.site_ids, comment_id)


def _views(request: Request, cards: list[CommentCard]) -> list[CommentView]:
    now = now_ms()
    names = _names(request, (one for card in cards for one in card.decisions))
    return [comment_view(card, names, now) for card in cards]


def _names(request: Request, decisions: Iterable[Decision]) -> dict[str, str]:
    return sign_in.emails_of(request.app.state.store, {one.actor.id for one in decisions})


def _done(request: Request, here: Visitor, comment_id: str) -> dict[str, Any] | None:
    """What the page says about the comment that was just decided about."""
    if not comment_id:
        return None
    try:
        card = _card(request, here, comment_id)
    except NotFound:
        return None
    if card.decision is None:
        return None
    shown = _views(request, [card])[0]
    return {
        "view": shown,
        "entry": history_entry(card.decision, {}),
        "said": OUTCOME_WORDS[card.decision.outcome],
    }


def _codes(cards: list[CommentCard], chosen: str) -> list[str]:
    """The reason codes to filter by: those of this page, and the one that is chosen."""
    found = {one.code for card in cards if card.decision for one in card.decision.reasons}
    return sorted(found | ({chosen} if chosen else set()))
