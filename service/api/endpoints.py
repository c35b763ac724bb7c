"""/api/v1/endpoints: where a site's events go, what was sent there, and sending it again."""

import os
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.delivery import Format, Payload
from moderation.domain.durations import HOUR_MS
from moderation.domain.errors import Invalid
from moderation.doorbell import DELIVER
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.endpoint_schemas import (
    DeliveryOut,
    DeliveryPage,
    EndpointAdded,
    EndpointChange,
    EndpointIn,
    EndpointList,
    EndpointOut,
    EndpointStatusOut,
    Replayed,
    ReplayIn,
    RotationIn,
    SecretOut,
    TestSent,
    delivery_out,
    endpoint_out,
    status_out,
)
from service.api.fields import epoch_ms
from service.api.paging import Before, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1", tags=["endpoints"], dependencies=KEYED)


@router.post(
    "/endpoints",
    summary="Add an endpoint",
    **described(EndpointAdded | EndpointOut, 409, body=EndpointIn, status=201),
)
def add(
    request: Request, key: SecretKey, body: Annotated[EndpointIn, json_body(EndpointIn)]
) -> Response:
    """Answers with the signing secret: the only time it is shown. With `format` `notice` it is a channel
    that tells people: its `url` is an Apprise URL, kept sealed and shown with its secrets masked, and
    nothing is signed.
    """
    state = request.app.state
    if body.format is Format.NOTICE:
        if body.payload is not Payload.FULL or body.batch != 1:
            raise Invalid("A notice is made of numbers and links; it has no payload.", "/payload")
        channel = endpoints.add_channel(
            state.store,
            key.site_id,
            body.url,
            state.channels.read(body.url),
            types=body.types,
            allow=state.settings.webhook_allow,
            by=key.id,
            now=now_ms(),
            entropy=os.urandom,
        )
        return private_json(endpoint_out(channel), 201)
    endpoint, secret = endpoints.add_webhook(
        state.store,
        key.site_id,
        body.url,
        endpoints.Subscription(body.types, body.payload, body.format, body.batch),
        allow=state.settings.webhook_allow,
        by=key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    added: EndpointAdded = {**endpoint_out(endpoint), "secret": secret}
    return private_json(added, 201)


@router.get("/endpoints", summary="The site's endpoints", **described(EndpointList))
def list_all(request: Request, key: SecretKey) -> Response:
    store = request.app.state.store
    rows = endpoints.with_status(store, endpoints.list_endpoints(store, {key.site_id}))
    body: EndpointList = {"items": [status_out(row) for row in rows]}
    return private_json(body)


@router.get("/endpoints/{endpoint_id}", summary="One endpoint", **described(EndpointStatusOut))
def read(request: Request, endpoint_id: str, key: SecretKey) -> Response:
    store = request.app.state.store
    endpoint = endpoints.get_endpoint(store, {key.site_id}, endpoint_id)
    [row] = endpoints.with_status(store, [endpoint])
    return private_json(status_out(row))


@router.patch(
    "/endpoints/{endpoint_id}",
    summary="Change an endpoint; switch it off or on",
    **described(EndpointOut, 409, body=EndpointChange),
)
def change(
    request: Request,
    endpoint_id: str,
    key: SecretKey,
    body: Annotated[EndpointChange, json_body(EndpointChange)],
) -> Response:
    """Payload and format are for life: a repeated message has the same bytes."""
    state = request.app.state
    changed = endpoints.change_endpoint(
        state.store,
        {key.site_id},
        endpoint_id,
        url=body.url,
        types=body.types,
        batch=body.batch,
        allow=state.settings.webhook_allow,
        by=key.id,
    )
    if body.enabled is True:
        changed = endpoints.enable_endpoint(state.store, {key.site_id}, endpoint_id, key.id)
    elif body.enabled is False:
        changed = endpoints.disable_endpoint(
            state.store, {key.site_id}, endpoint_id, key.id, now=now_ms(), entropy=os.urandom
        )
        state.ring(DELIVER)  # the site's other endpoints get an event
    return private_json(endpoint_out(changed))


@router.delete(
    "/endpoints/{endpoint_id}", summary="Forget an endpoint", **described(None, status=204)
)
def remove(request: Request, endpoint_id: str, key: SecretKey) -> Response:
    endpoints.remove_endpoint(request.app.state.store, {key.site_id}, endpoint_id, key.id)
    return Response(status_code=204)


@router.post(
    "/endpoints/{endpoint_id}/secret",
    summary="A new secret",
    **described(SecretOut, 409, body=RotationIn, body_required=False, status=201),
)
def rotate(
    request: Request,
    endpoint_id: str,
    key: SecretKey,
    body: Annotated[RotationIn, json_body(RotationIn, required=False)],
) -> Response:
    """The old secret signs as well, for a day unless another time is asked for."""
    secret = endpoints.rotate_secret(
        request.app.state.store,
        {key.site_id},
        endpoint_id,
        overlap=body.overlap_hours * HOUR_MS,
        by=key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    rotated: SecretOut = {"id": endpoint_id, "secret": secret}
    return private_json(rotated, 201)


@router.post(
    "/endpoints/{endpoint_id}/test",
    summary="Send a test message",
    **described(TestSent, 409, status=202),
)
def test(request: Request, endpoint_id: str, key: SecretKey) -> Response:
    state = request.app.state
    event_id = endpoints.send_test(
        state.store, {key.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom
    )
    state.ring(DELIVER)
    sent: TestSent = {"event_id": event_id}
    return private_json(sent, 202)


@router.post(
    "/endpoints/{endpoint_id}/replay",
    summary="Send a range again",
    **described(Replayed, 409, body=ReplayIn, status=202),
)
def replay(
    request: Request,
    endpoint_id: str,
    key: SecretKey,
    body: Annotated[ReplayIn, json_body(ReplayIn)],
) -> Response:
    """The same ids and the same bytes, so that whoever knows a message already sees that they do."""
    state = request.app.state
    count = past_deliveries.replay_deliveries(
        state.store,
        {key.site_id},
        endpoint_id,
        body.what,
        since=epoch_ms(body.since) or 0,
        until=epoch_ms(body.until),
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    replayed: Replayed = {"deliveries": count}
    return private_json(replayed, 202)


@router.get(
    "/endpoints/{endpoint_id}/deliveries",
    summary="What was sent there",
    **described(DeliveryPage, headers=["Link"]),
)
def deliveries(
    request: Request,
    endpoint_id: str,
    key: SecretKey,
    before: Before,
    state: Annotated[str, Query(pattern=r"^(due|delivered|dead|)$")] = "",
    limit: Limit = 25,
) -> Response:
    """Newest first, each with its attempts. `next` and Link lead to the next page."""
    rows = past_deliveries.list_deliveries(
        request.app.state.store,
        {key.site_id},
        endpoint_id,
        before=before,
        state=state,
        limit=limit + 1,
    )
    return page_response(request, rows, limit, delivery_out, lambda delivery: delivery.id, "before")


@router.post(
    "/deliveries/{delivery_id}/resend",
    summary="Send one again",
    **described(DeliveryOut, 409, status=202),
)
def resend(request: Request, delivery_id: str, key: SecretKey) -> Response:
    """The same id and the same bytes, whatever became of it before."""
    state = request.app.state
    delivery = past_deliveries.resend_delivery(
        state.store, {key.site_id}, delivery_id, now=now_ms()
    )
    state.ring(DELIVER)
    return private_json(delivery_out(delivery), 202)
