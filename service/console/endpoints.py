"""The endpoints of a site under /console/endpoints: its webhooks and channels, and adding one."""

import os
from typing import Annotated

from fastapi import Depends, Response

from moderation.clock import now_ms
from moderation.domain.delivery import MODERATORS, Endpoint, Format, Payload
from moderation.domain.errors import Conflict, Invalid, Unavailable
from moderation.domain.notice import DEFAULT_TYPES
from moderation.domain.roles import Action
from moderation.notify import endpoints
from service.console import endpoint as endpoint_page
from service.console import endpoint_form
from service.console.delivery_view import endpoint_view
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.pages import QueryName, page_router, redirect
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/endpoints")


@router.get("")
def endpoints_page(request: CurrentRequest, did: QueryName = "") -> Response:
    """Every webhook and channel of a site. did: what was just done."""
    request.require(Action.SEE_ENDPOINTS)
    store, now = request.store, now_ms()
    statuses = endpoints.with_status(store, endpoints.list_endpoints(store, {request.site_id}))
    views = [endpoint_view(status, now) for status in statuses]
    return request.answer(
        "endpoints.html",
        webhooks=[view for view in views if not view.is_channel],
        channels=[view for view in views if view.is_channel],
        notice=endpoint_page.NOTICES.get(did, ""),
    )


@router.get("/new")
def new_page(request: CurrentRequest, kind: QueryName = endpoint_form.WEBHOOK) -> Response:
    request.require(Action.MANAGE_ENDPOINTS)
    draft = endpoint_form.EndpointDraft(endpoint_form.WEBHOOK)
    if kind == endpoint_form.CHANNEL:
        draft = endpoint_form.EndpointDraft(kind, types=frozenset(DEFAULT_TYPES))
    return _form(request, draft)


@router.post("/new")
def add(
    posted: Annotated[
        PostedForm, Depends(request_form(*endpoint_form.DRAFT_NAMES, may=Action.MANAGE_ENDPOINTS))
    ],
) -> Response:
    """Adds an endpoint; the page that answers shows the secret of a webhook, once."""
    request, form = posted
    draft = endpoint_form.read_draft(form)
    try:
        if draft.kind == endpoint_form.CHANNEL:
            channel = _add_channel(request, draft)
            return redirect(endpoint_page.endpoint_url(channel.id, "added"))
        webhook, secret = _add_webhook(request, draft)
    except (Invalid, Conflict, Unavailable) as error:
        return _form(request, draft, form_error(error))
    return endpoint_page.endpoint_response(
        request.plain, request.visitor, webhook, endpoint_page.EndpointAnswer(secret=secret)
    )


def _add_channel(request: SiteRequest, draft: endpoint_form.EndpointDraft) -> Endpoint:
    url = MODERATORS if draft.url == "moderators" else draft.url
    return endpoints.add_channel(
        request.store,
        request.site_id,
        url,
        request.plain.app.state.channels.read(url),
        types=sorted(draft.types),
        allow=request.settings.webhook_allow,
        by=request.moderator_id,
        now=now_ms(),
        entropy=os.urandom,
    )


def _add_webhook(request: SiteRequest, draft: endpoint_form.EndpointDraft) -> tuple[Endpoint, str]:
    """The webhook and its secret."""
    return endpoints.add_webhook(
        request.store,
        request.site_id,
        draft.url,
        endpoints.Subscription(
            sorted(draft.types),
            Payload(draft.payload),
            Format(draft.format),
            endpoint_form.parse_batch(draft.batch),
        ),
        allow=request.settings.webhook_allow,
        by=request.moderator_id,
        now=now_ms(),
        entropy=os.urandom,
    )


def _form(
    request: SiteRequest, draft: endpoint_form.EndpointDraft, error: FormError | None = None
) -> Response:
    """The form of a new endpoint. error: why the draft was refused."""
    return request.answer(
        "endpoint_new.html",
        422 if error else 200,
        draft=draft,
        error=error or NO_ERROR,
        offered=endpoint_form.offered_types(draft.kind),
        payloads=endpoint_form.PAYLOADS,
        formats=endpoint_form.FORMATS,
        has_mail=bool(request.settings.mail_url.get_secret_value()),
    )
