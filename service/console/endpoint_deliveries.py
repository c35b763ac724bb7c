"""Sending to an endpoint from its page: a test, one delivery again, a range of deliveries again."""

import os
from typing import Annotated

from fastapi import Depends, Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.doorbell import DELIVER
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliveries import Replay
from service.console import endpoint as endpoint_page
from service.console.endpoint_form import parse_moment, read_replay
from service.console.form_error import form_error
from service.console.pages import page_router, redirect
from service.console.session import SignedForm, signed_form

router = page_router("/endpoints/{endpoint_id}")

Posted = Annotated[SignedForm, Depends(signed_form("delivery", "what", "since", "until"))]


@router.post("/test")
def test(request: Request, posted: Posted, endpoint_id: str) -> Response:
    visitor, _ = posted
    state, endpoint = request.app.state, endpoint_page.get_endpoint(request, visitor, endpoint_id)
    endpoints.send_test(
        state.store, {endpoint.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom
    )
    state.ring(DELIVER)
    return redirect(endpoint_page.endpoint_url(endpoint_id, "tested"))


@router.post("/resend")
def resend(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """Sends one delivery again, whatever came of it before."""
    visitor, form = posted
    state, endpoint = request.app.state, endpoint_page.get_endpoint(request, visitor, endpoint_id)
    past_deliveries.resend_delivery(
        state.store, {endpoint.site_id}, form.get("delivery", ""), now=now_ms()
    )
    state.ring(DELIVER)
    return redirect(endpoint_page.endpoint_url(endpoint_id, "resent"))


@router.post("/replay")
def replay(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """Sends the deliveries of a range of time again: those given up, accepted or missed."""
    visitor, form = posted
    state, endpoint = request.app.state, endpoint_page.get_endpoint(request, visitor, endpoint_id)
    draft = read_replay(form)
    try:
        count = past_deliveries.replay_deliveries(
            state.store,
            {endpoint.site_id},
            endpoint_id,
            Replay(draft.what),
            since=parse_moment(draft.since, "/since") or 0,
            until=parse_moment(draft.until, "/until"),
            now=now_ms(),
            entropy=os.urandom,
        )
    except Invalid as error:
        answer = endpoint_page.EndpointAnswer(replay=draft, replay_error=form_error(error))
        return endpoint_page.endpoint_response(request, visitor, endpoint, answer)
    state.ring(DELIVER)
    return redirect(endpoint_page.endpoint_url(endpoint_id, "replayed", n=str(count)))
