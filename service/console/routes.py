"""The console under /console: its pages and its static files."""

from fastapi import APIRouter, Request, Response

from service.console import (
    appeals,
    audit,
    author_filters,
    bulk,
    campaign,
    campaigns,
    comment,
    context,
    desk,
    embed,
    endpoint,
    endpoint_deliveries,
    endpoints,
    filter,
    filters,
    invitation,
    learning,
    legal_notices,
    login,
    page_states,
    people,
    policy,
    queues,
    reputation,
    second_opinion,
    shadow_policy,
    site_reasons,
    undo,
    views,
)
from service.console.pages import URL, PageRoute, pages

router = APIRouter(prefix=URL, include_in_schema=False, route_class=PageRoute)
router.include_router(login.router)
router.include_router(queues.router)
router.include_router(comment.router)
router.include_router(author_filters.router)
router.include_router(context.router)
router.include_router(desk.router)
router.include_router(undo.router)
router.include_router(views.router)
router.include_router(bulk.router)
router.include_router(appeals.router)
router.include_router(legal_notices.router)
router.include_router(campaigns.router)
router.include_router(campaign.router)
router.include_router(filters.router)
router.include_router(filter.router)
router.include_router(learning.router)
router.include_router(policy.router)
router.include_router(shadow_policy.router)
router.include_router(second_opinion.router)
router.include_router(page_states.router)
router.include_router(reputation.router)
router.include_router(site_reasons.router)
router.include_router(embed.router)
router.include_router(audit.router)
router.include_router(people.router)
router.include_router(invitation.router)
router.include_router(endpoints.router)  # before the next: 'new' is not the id of an endpoint
router.include_router(endpoint.router)
router.include_router(endpoint_deliveries.router)


@router.get("/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    return pages.file(request, version, name)
