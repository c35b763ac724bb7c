"""The queues that are no status, as pages: what readers reported, what trainees propose, what is somebody's own."""

from dataclasses import replace

from fastapi import Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.review import search
from moderation.review.search import Results
from service.console import navigation
from service.console.all_sites import Place
from service.console.asked import Asked, chips, criteria_of, status_chips
from service.console.comment import comment_views
from service.console.match_count import match_count
from service.console.pages import pages
from service.console.panes import Panes
from service.console.presenters import QUEUE_NAMES, CommentView
from service.console.refine import refine_of
from service.console.search import bulk_bar, names_of
from service.console.session import Visitor
from service.console.views import view_links


def queue_without_status(
    request: Request,
    visitor: Visitor,
    place: Place,
    asked: Asked,
    after: str,
    *,
    unclaimed: str,
    decided: CommentView | None,
    opened: str,
) -> Response:
    """A page of asked.queue, or of what meets the conditions in it. decided: what was just decided about. opened: the comment that is
    open.
    """
    store, site_id, person_id = request.app.state.store, place.site_id, visitor.signed.moderator_id
    queue, problem = asked.queue, ""
    refine = refine_of(store, place, asked, asked.status, person_id)
    criteria = criteria_of(asked, person_id)
    try:
        found = search.search(
            store,
            place.site_ids,
            replace(criteria, not_of_others=person_id if unclaimed else ""),
            after,
            navigation.PAGE_SIZE,
            now=now_ms(),
        )
    except Invalid as error:
        found, problem = Results((), ""), error.message.removeprefix(f"{error.pointer}: ")
    # All that match are decided about with what others have claimed: the number is of these.
    is_whole = not (after or found.after or unclaimed)
    count = "" if problem else match_count(store, place, criteria, found, is_whole=is_whole)
    comments = comment_views(store, found.cards)
    asked_names = names_of(store, place, asked)
    return pages.page(
        "queue.html",
        422 if problem else 200,
        visitor=visitor,
        site=place,
        queue=queue,
        tabs=navigation.queue_tabs(request, place, queue),
        asked=asked,
        chips=chips(replace(asked, reason=""), site_id, refine.moderators, asked_names),
        statuses=status_chips(asked, site_id, QUEUE_NAMES),
        problem=problem,
        refine=refine,
        views=view_links(store, visitor, site_id, replace(asked, order=refine.order)),
        comments=comments,
        campaigns=[],
        panes=Panes.of(request, visitor, (), comments, opened),
        held_with_rulings=0,
        elsewhere=[],
        reason=asked.reason,
        reasons=refine.reasons,
        reason_url=lambda code: asked.url(site_id, reason=code),
        unclaimed=unclaimed,
        unclaimed_url=asked.url(site_id, unclaimed="" if unclaimed else "1"),
        is_claimed_by_others=any(
            card.claim and not card.claim.while_open and card.claim.moderator_id != person_id
            for card in found.cards
        ),
        bulk=bulk_bar(place, asked, count),
        first_url=asked.url(site_id, unclaimed=unclaimed) if after else "",
        next_url=asked.url(site_id, unclaimed=unclaimed, after=found.after) if found.after else "",
        back=navigation.query(site=site_id, **asked.given(), unclaimed=unclaimed, after=after),
        decided=decided,
        queue_url=navigation.queue_url,
        newest=None,
    )
