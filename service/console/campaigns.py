"""The campaigns of a site under /console/campaigns: many similar comments on one card each."""

from fastapi import Request, Response

from moderation.clock import now_ms
from moderation.review import campaigns
from service.console.campaign_view import campaign_views
from service.console.navigation import CAMPAIGNS, PAGE_SIZE, ROWS_READ, one_page, query, queue_tabs
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages
from service.console.session import CurrentVisitor

router = page_router("/campaigns")


@router.get("")
def campaigns_page(
    request: Request,
    visitor: CurrentVisitor,
    membership: CurrentSite,
    after: QueryName = "",
    ruled: QueryName = "",
) -> Response:
    """The campaigns of a site, the newest first. ruled: '1' for those that comments are held with though they
    were ruled on, what waits longest first, on one page.
    """
    store, site_id = request.app.state.store, membership.site_id
    if ruled:
        cards, last_id = one_page(
            campaigns.waiting_campaigns(store, site_id, now_ms(), PAGE_SIZE, ruled=True, sample=1)
        )
    else:
        cards, last_id = one_page(
            campaigns.list_campaigns(store, site_id, now_ms(), after, ROWS_READ, sample=1)
        )
    url = f"{URL}/campaigns"
    return pages.page(
        "campaigns.html",
        visitor=visitor,
        site=membership,
        tabs=queue_tabs(request, membership, CAMPAIGNS),
        # Of one comment that waits with a ruling, too: it is shown nowhere else.
        campaigns=campaign_views(store, [card for card in cards if ruled or not card.is_lone]),
        ruled=bool(ruled),
        held_with_rulings=campaigns.count_held_with_rulings(store, site_id),
        first_url=f"{url}?{query(site=site_id)}" if after else "",
        next_url=f"{url}?{query(site=site_id, after=last_id)}" if last_id else "",
    )
