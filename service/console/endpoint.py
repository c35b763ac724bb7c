"""One endpoint: its state, its settings, its secret, switching it on and off, removing it."""

import os
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.delivery import Endpoint, Format
from moderation.domain.durations import HOUR_MS
from moderation.domain.errors import Invalid
from moderation.domain.roles import Action
from moderation.doorbell import DELIVER
from moderation.notify import endpoints
from service.console import endpoint_form
from service.console.delivery_list import delivery_list
from service.console.delivery_view import endpoint_view
from service.console.form_error import NO_ERROR, FormError, form_error
from service.console.language import N_, _, ngettext
from service.console.navigation import query
from service.console.pages import URL, QueryName, page_router, pages, redirect
from service.console.session import CurrentVisitor, SignedForm, Visitor, signed_form

router = page_router("/endpoints/{endpoint_id}")

LIST_URL = f"{URL}/endpoints"
# What was just done, by the word in the query.
NOTICES = {
    "added": N_("Added. Send a test to see whether it arrives."),
    "changed": N_("The changes apply from the next message on."),
    "on": N_("Switched on. What it missed can be replayed below."),
    "off": N_("Switched off. What waited for it can be replayed later."),
    "removed": N_("The endpoint was removed."),
    "tested": N_("A test is on its way; its result will appear in the list below."),
    "resent": N_("It is being sent again; the result will appear in the list below."),
}

Posted = Annotated[
    SignedForm, Depends(signed_form(*endpoint_form.DRAFT_NAMES, "enabled", "overlap"))
]


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What a page of an endpoint says about the request before it.

    secret: just made, shown this once; overlap: the hours for which the old one signs as well, None
    where there was none. draft, error: a settings form that was refused; replay, replay_error: a replay.
    """

    notice: str = ""
    secret: str = ""
    overlap: int | None = None
    draft: endpoint_form.EndpointDraft | None = None
    error: FormError = NO_ERROR
    replay: endpoint_form.ReplayDraft = field(default_factory=endpoint_form.ReplayDraft)
    replay_error: FormError = NO_ERROR


def get_endpoint(request: Request, visitor: Visitor, endpoint_id: str) -> Endpoint:
    """An endpoint. Raises NotFound, alike for one of another site, and Forbidden."""
    endpoint = endpoints.get_endpoint(request.app.state.store, visitor.signed.site_ids, endpoint_id)
    is_look = request.method == "GET"
    action = Action.SEE_ENDPOINTS if is_look else Action.MANAGE_ENDPOINTS
    visitor.membership(endpoint.site_id).require(action)
    return endpoint


@router.get("")
def endpoint_page(
    request: Request,
    visitor: CurrentVisitor,
    endpoint_id: str,
    state: QueryName = "",
    before: QueryName = "",
    did: QueryName = "",
    n: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """One endpoint and its deliveries. did: what was just done; n: to how many deliveries."""
    notice = _(NOTICES[did]) if did in NOTICES else ""
    if did == "replayed":
        notice = ngettext(
            "%(n)s delivery is being sent again.", "%(n)s deliveries are being sent again.", n
        )
    endpoint = get_endpoint(request, visitor, endpoint_id)
    answer = EndpointAnswer(notice=notice)
    return endpoint_response(request, visitor, endpoint, answer, state=state, before=before)


@router.post("")
def change(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """Another URL, other types, another size of batches."""
    visitor, form = posted
    endpoint, draft = get_endpoint(request, visitor, endpoint_id), endpoint_form.read_draft(form)
    state, is_channel = request.app.state, endpoint.format is Format.NOTICE
    try:
        endpoints.change_endpoint(
            state.store,
            {endpoint.site_id},
            endpoint_id,
            url=None if is_channel or draft.url == endpoint.url else draft.url,
            types=endpoint_form.changed_types(draft, endpoint),
            batch=None if is_channel else endpoint_form.parse_batch(draft.batch),
            allow=state.settings.webhook_allow,
            by=visitor.signed.moderator_id,
        )
    except Invalid as error:
        answer = EndpointAnswer(draft=draft, error=form_error(error))
        return endpoint_response(request, visitor, endpoint, answer)
    return redirect(endpoint_url(endpoint_id, "changed"))


@router.post("/switch")
def switch(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """Switches an endpoint on or off, as the button says."""
    visitor, form = posted
    site_ids = {get_endpoint(request, visitor, endpoint_id).site_id}
    store, enabled = request.app.state.store, form.get("enabled") == "on"
    by = visitor.signed.moderator_id
    if enabled:
        endpoints.enable_endpoint(store, site_ids, endpoint_id, by)
    else:
        endpoints.disable_endpoint(
            store, site_ids, endpoint_id, by, now=now_ms(), entropy=os.urandom
        )
        request.app.state.ring(DELIVER)  # the site's other endpoints are notified
    return redirect(endpoint_url(endpoint_id, "on" if enabled else "off"))


@router.post("/secret")
def rotate_secret(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """A new secret; the page that answers shows it, once."""
    visitor, form = posted
    endpoint = get_endpoint(request, visitor, endpoint_id)
    if form.get("overlap") not in endpoint_form.OVERLAPS:
        raise Invalid("The form does not say how long the old secret stays valid.")
    overlap = int(form["overlap"])
    secret = endpoints.rotate_secret(
        request.app.state.store,
        {endpoint.site_id},
        endpoint_id,
        overlap=overlap * HOUR_MS,
        by=visitor.signed.moderator_id,
        now=now_ms(),
        entropy=os.urandom,
    )
    answer = EndpointAnswer(secret=secret, overlap=overlap)
    return endpoint_response(request, visitor, endpoint, answer)


@router.get("/remove")
def removal_page(request: Request, visitor: CurrentVisitor, endpoint_id: str) -> Response:
    """What would be deleted with it, and the button: there is no undo."""
    endpoint = get_endpoint(request, visitor, endpoint_id)
    membership = visitor.membership(endpoint.site_id)
    membership.require(Action.MANAGE_ENDPOINTS)
    [status] = endpoints.with_status(request.app.state.store, [endpoint])
    return pages.page(
        "endpoint_removal.html",
        visitor=visitor,
        site=membership,
        endpoint=endpoint_view(status, now_ms()),
    )


@router.post("/remove")
def remove(request: Request, posted: Posted, endpoint_id: str) -> Response:
    visitor, _ = posted
    site_id = get_endpoint(request, visitor, endpoint_id).site_id
    endpoints.remove_endpoint(
        request.app.state.store, {site_id}, endpoint_id, visitor.signed.moderator_id
    )
    return redirect(f"{LIST_URL}?{query(site=site_id, did='removed')}#notice")


def endpoint_url(endpoint_id: str, did: str, **facts: str) -> str:
    """The page of an endpoint, with a notice of what was just done."""
    return f"{LIST_URL}/{endpoint_id}?{query(did=did, **facts)}#notice"


def endpoint_response(
    request: Request,
    visitor: Visitor,
    endpoint: Endpoint,
    answer: EndpointAnswer,
    *,
    state: str = "",
    before: str = "",
) -> Response:
    """The page of an endpoint. state, before: which of its deliveries."""
    store, now = request.app.state.store, now_ms()
    [status] = endpoints.with_status(store, [endpoint])
    draft = answer.draft or endpoint_form.draft_of(endpoint)
    is_refused = answer.error.message or answer.replay_error.message
    return pages.page(
        "endpoint.html",
        422 if is_refused else 200,
        visitor=visitor,
        site=visitor.membership(endpoint.site_id),
        endpoint=endpoint_view(status, now),
        answer=answer,
        draft=draft,
        offered=endpoint_form.offered_types(draft.kind),
        payload=_(endpoint_form.CONTAINS[endpoint.payload]),
        overlaps=endpoint_form.OVERLAPS,
        replays=endpoint_form.REPLAYS,
        deliveries=delivery_list(store, status, f"{LIST_URL}/{endpoint.id}", state, before, now),
    )
