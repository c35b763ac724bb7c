"""The console under /console: its pages and its static files."""

from fastapi import Request, Response

from service.console import (
    account,
    account_language,
    agreement,
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
    mentions,
    page_states,
    people,
    personal_data,
    policy,
    policy_record,
    proposals,
    provider_login,
    queues,
    reputation,
    retention,
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
    provider_login,
    queues,
    comment,
    author_filters,
    context,
    desk,
    live,
    undo,
    views,
    account_language,
    mentions,
    bulk,
    appeals,
    legal_notices,
    campaigns,
    campaign,
    filters,
    filter,
    learning,
    policy,
    policy_record,
    shadow_policy,
    second_opinion,
    page_states,
    reputation,
    sample,
    site_reasons,
    statistics,
    agreement,
    embed,
    retention,
    audit,
    people,
    personal_data,
    account,
    keys,
    proposals,
    invitation,
    endpoints,  # before the next: 'new' is not the id of an endpoint
    endpoint,
    endpoint_deliveries,
):
    router.routes.extend(page.router.routes)
router.routes.extend(mentions.names_router.routes)


@router.get("/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    return pages.file(request, version, name)
