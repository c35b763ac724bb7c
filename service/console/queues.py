"""The queues of a site under /console/: held, not judged yet, approved, rejected, spam, what readers reported, one's own."""

from fastapi import Request, Response

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.roles import Action
from moderation.review import campaigns, queues, search
from moderation.review.live_queues import newest_id
from moderation.review.search import Criteria, Results
from moderation.store.memberships import Membership, PartMembership
from moderation.store.sql.engine import Store
from service.console import navigation
from service.console.all_sites import CurrentPlaceOrPart, Place
from service.console.asked import Asked, AskedFor
from service.console.campaign_view import campaign_views
from service.console.comment import comment_views, get_card
from service.console.pages import PlaceName, QueryName, page_router, pages
from service.console.panes import Panes
from service.console.presenters import CommentView
from service.console.queue_without_status import queue_without_status
from service.console.refine import refine_of
from service.console.search import bulk_bar, results_page
from service.console.session import PartVisitor, Visitor
from service.console.views import view_links

router = page_router()


@router.get("/")
def queue_page(
    request: Request,
    visitor: PartVisitor,
    place: CurrentPlaceOrPart,
    asked: AskedFor,
    queue: QueryName = Status.HELD.value,
    after: PlaceName = "",
    done: QueryName = "",
    unclaimed: QueryName = "",
    open: QueryName = "",
) -> Response:
    """A page of a queue, or of what a search has found. done: the comment that was just decided about, for the notice and its undo.
    unclaimed: without what others have claimed. open: the comment in the second pane.
    """
    store = request.app.state.store
    if asked.queue:
        decided = _decided(store, visitor, done)
        return queue_without_status(
            request, visitor, place, asked, after, unclaimed=unclaimed, decided=decided, opened=open
        )
    if asked.is_search:
        decided = _decided(store, visitor, done)
        return results_page(request, visitor, place, asked, after, decided, open)
    if queue not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    status, site_id, reason = Status(queue), place.site_id, asked.reason
    refine = refine_of(store, place, asked, queue)
    # Comments of a campaign are decided with it; with a reason chosen, each is shown by itself.
    # Who is limited to sections sees each: a campaign is of all of a site.
    is_grouped = status is Status.HELD and not reason and not place.sections
    is_one = isinstance(place, Membership)
    criteria = Criteria(
        status=status,
        reason=reason,
        alone=is_grouped,
        not_of_others=visitor.signed.moderator_id if unclaimed else "",
        # What a trainee has spoken about waits for others.
        not_proposed_on=place.without(Action.DECIDE) if status is Status.HELD else (),
        order=refine.order,
    )
    found = _found(store, place, criteria, after)
    waiting = (
        campaigns.waiting_campaigns(store, site_id, now_ms(), navigation.PAGE_SIZE, sample=1)
        if is_grouped and not after and is_one
        else []
    )
    # A campaign of which this site has one comment is a comment like any other here.
    lone_ids = [campaign.sample[0].id for campaign in waiting if campaign.is_lone]
    lone = queues.get_cards(store, {site_id}, lone_ids)
    filters = {
        "site": site_id,
        "queue": queue,
        "order": asked.order,
        "reason": reason,
        "unclaimed": unclaimed,
    }
    tabs = navigation.queue_tabs(request, place, status)
    count = refine.reasons[reason] if reason else next(tab.count for tab in tabs if tab.is_current)
    comments = comment_views(store, [*lone, *found.cards])
    shown = campaign_views(store, [campaign for campaign in waiting if not campaign.is_lone])
    # New comments are told of only where all of the queue is listed.
    is_told = not (reason or unclaimed or (place.sections and status is not Status.HELD))
    newest = newest_id(store, place.site_ids, status) if is_told else None
    return pages.page(
        "queue.html",
        visitor=visitor,
        site=place,
        queue=status.value,
        tabs=tabs,
        asked=asked,
        chips=[],
        statuses=[],
        problem="",
        refine=refine,
        views=view_links(
            store, visitor, site_id, Asked(status=queue, reason=reason, order=refine.order)
        ),
        comments=comments,
        campaigns=shown,
        panes=Panes.of(request, visitor, shown, comments, open),
        held_with_rulings=campaigns.count_held_with_rulings(store, site_id)
        if is_grouped and is_one
        else 0,
        elsewhere=_with_campaigns(store, place) if is_grouped and not is_one else [],
        reason=reason,
        reasons=refine.reasons,
        reason_url=lambda code: navigation.queue_url(
            **{**filters, "reason": code, "unclaimed": ""}
        ),
        unclaimed=unclaimed,
        unclaimed_url=navigation.queue_url(**{**filters, "unclaimed": "" if unclaimed else "1"}),
        is_claimed_by_others=any(
            card.claim
            and not card.claim.while_open
            and card.claim.moderator_id != visitor.signed.moderator_id
            for card in found.cards
        ),
        bulk=bulk_bar(place, Asked(status=queue, reason=reason), count),
        first_url=navigation.queue_url(**filters) if after else "",
        next_url=navigation.queue_url(**filters, after=found.after) if found.after else "",
        back=navigation.query(**filters, after=after),
        decided=_decided(store, visitor, done),
        queue_url=navigation.queue_url,
        newest=newest,
        fresh_url=navigation.queue_url(**filters),
    )


def _with_campaigns(store: Store, place: Place) -> list[tuple[Membership | PartMembership, int]]:
    """The sites where comments of campaigns are held, with how many: a campaign is decided about on its site."""
    held = campaigns.count_held_comments(store, place.site_ids)
    return [(site, held[site.site_id]) for site in place.sites if site.site_id in held]


def _found(store: Store, place: Place, criteria: Criteria, after: str) -> Results:
    """A page of a queue; in its usual order, and by urgency without a reason, always a full one."""
    status = criteria.status
    is_usual = status and criteria.order == queues.usual_order(status)
    if status is None or not is_usual or not isinstance(place, Membership):
        return search.search(
            store, place.site_ids, criteria, after, navigation.PAGE_SIZE, now=now_ms()
        )
    rows = queues.list_queue(
        store,
        place.site_id,
        status,
        after,
        navigation.ROWS_READ,
        criteria.reason,
        alone=criteria.alone,
        not_of_others=criteria.not_of_others,
        not_proposed=bool(criteria.not_proposed_on),
    )
    return Results(*navigation.one_page(rows))


def _decided(store: Store, visitor: Visitor, comment_id: str) -> CommentView | None:
    """The comment that was just decided about; None where there is nothing to undo."""
    if not comment_id:
        return None
    try:
        card = get_card(store, visitor, comment_id)
    except NotFound:
        return None
    return comment_views(store, [card])[0] if card.decision else None
