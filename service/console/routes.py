"""The console under /console: its pages and its static files."""

from fastapi import Request, Response

from service.console import (
    account,
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
    keys,
    learning,
    legal_notices,
    login,
    page_states,
    people,
    policy,
    proposals,
    queues,
    reputation,
    shadow_policy,
    site_reasons,
    undo,
    views,
)
from service.console.pages import page_router, pages

# In the order in which they are tried, as they are (service/app.py).
router = page_router()
for page in (
    login,
    queues,
    comment,
    author_filters,
    context,
    desk,
    undo,
    views,
    bulk,
    appeals,
    legal_notices,
    campaigns,
    campaign,
    filters,
    filter,
    learning,
    policy,
    shadow_policy,
    page_states,
    reputation,
    site_reasons,
    embed,
    audit,
    people,
    account,
    keys,
    proposals,
    invitation,
    endpoints,  # before the next: 'new' is not the id of an endpoint
    endpoint,
    endpoint_deliveries,
):
    router.routes.extend(page.router.routes)


@router.get("/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    return pages.file(request, version, name)
