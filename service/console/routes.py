"""The console under /console: its pages and its static files."""

from fastapi import Request, Response

from service.console import (
    account,
    account_language,
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
    live,
    login,
    page_states,
    people,
    policy,
    proposals,
    queues,
    reputation,
    sample,
    second_opinion,
    shadow_policy,
    site_reasons,
    statistics,
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
    live,
    undo,
    views,
    account_language,
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
    second_opinion,
    page_states,
    reputation,
    sample,
    site_reasons,
    statistics,
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
