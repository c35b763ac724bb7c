"""/api/v1/endpoints: where a site is told, what was sent there, and sending it again."""

import os
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from moderation.clock import now_ms
from moderation.domain.delivery import Endpoint, Format, Payload
from moderation.domain.errors import Invalid
from moderation.doorbell import DELIVER
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.endpoints import EndpointStatus
from moderation.store.deliveries import Delivery
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.schemas import EndpointChange, EndpointIn, ReplayIn, RotationIn, strictly, taking
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["endpoints"])

Secret = Annotated[Key, Depends(secret_caller)]
HOUR = 3_600_000  # ms
_PRIVATE = {"Cache-Control": "private, no-store"}


@router.post(
    "/endpoints", status_code=201, summary="Add an endpoint", openapi_extra=taking(EndpointIn)
)
def add(
    request: Request, key: Secret, given: Annotated[EndpointIn, Depends(strictly(EndpointIn))]
) -> Response:
    """Answers with the signing secret: the only time it is shown. With `format` `notice` it is a channel
    that tells people: its `url` is an Apprise URL, kept sealed and shown with its secrets masked, and
    nothing is signed.
    """
    state = request.app.state
    if given.format is Format.NOTICE:
        if given.payload is not Payload.FULL or given.batch != 1:
            raise Invalid("A notice is made of numbers and links; it has no payload.", "/payload")
        made = endpoints.add_channel(
            state.store,
            key.site_id,
            given.url,
            state.channels.read(given.url),
            types=given.types,
            allow=state.settings.webhook_allow,
            now=now_ms(),
            entropy=os.urandom,
        )
        return _answer(_endpoint(made), 201)
    endpoint, secret = endpoints.add_webhook(
        state.store,
        key.site_id,
        given.url,
        types=given.types,
        payload=given.payload,
        format=given.format,
        batch=given.batch,
        allow=state.settings.webhook_allow,
        now=now_ms(),
        entropy=os.urandom,
    )
    return _answer({**_endpoint(endpoint), "secret": secret}, 201)


@router.get("/endpoints", summary="The site's endpoints")
def list_all(request: Request, key: Secret) -> Response:
    store = request.app.state.store
    found = endpoints.with_status(store, endpoints.list_endpoints(store, {key.site_id}))
    return _answer({"items": [_known(one) for one in found]})


@router.get("/endpoints/{endpoint_id}", summary="One endpoint")
def read(request: Request, endpoint_id: str, key: Secret) -> Response:
    store = request.app.state.store
    found = endpoints.with_status(
        store, [endpoints.get_endpoint(store, {key.site_id}, endpoint_id)]
    )
    return _answer(_known(found[0]))


@router.patch(
    "/endpoints/{endpoint_id}",
    summary="Change an endpoint; switch it off or on",
    openapi_extra=taking(EndpointChange),
)
def change(
    request: Request,
    endpoint_id: str,
    key: Secret,
    given: Annotated[EndpointChange, Depends(strictly(EndpointChange))],
) -> Response:
    """Payload and format are for life: a repeated message has the same bytes."""
    state = request.app.state
    changed = endpoints.change_endpoint(
        state.store,
        {key.site_id},
        endpoint_id,
        url=given.url,
        types=given.types,
        batch=given.batch,
        allow=state.settings.webhook_allow,
    )
    if given.enabled is True:
        changed = endpoints.enable_endpoint(state.store, {key.site_id}, endpoint_id)
    elif given.enabled is False:
        changed = endpoints.disable_endpoint(
            state.store, {key.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom
        )
        state.ring(DELIVER)  # the site's other endpoints are told
    return _answer(_endpoint(changed))


@router.delete("/endpoints/{endpoint_id}", status_code=204, summary="Forget an endpoint")
def remove(request: Request, endpoint_id: str, key: Secret) -> Response:
    endpoints.remove_endpoint(request.app.state.store, {key.site_id}, endpoint_id)
    return Response(status_code=204)


@router.post(
    "/endpoints/{endpoint_id}/secret",
    status_code=201,
    summary="A new secret",
    openapi_extra=taking(RotationIn, required=False),
)
def rotate(
    request: Request,
    endpoint_id: str,
    key: Secret,
    given: Annotated[RotationIn, Depends(strictly(RotationIn, required=False))],
) -> Response:
    """The old secret signs as well, for a day unless another time is asked for."""
    secret = endpoints.rotate_secret(
        request.app.state.store,
        {key.site_id},
        endpoint_id,
        overlap=given.overlap_hours * HOUR,
        now=now_ms(),
        entropy=os.urandom,
    )
    return _answer({"id": endpoint_id, "secret": secret}, 201)


@router.post("/endpoints/{endpoint_id}/test", status_code=202, summary="Send a test message")
def test(request: Request, endpoint_id: str, key: Secret) -> Response:
    state = request.app.state
    event_id = endpoints.send_test(
        state.store, {key.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom
    )
    state.ring(DELIVER)
    return _answer({"event_id": event_id}, 202)


@router.post(
    "/endpoints/{endpoint_id}/replay",
    status_code=202,
    summary="Send a range again",
    openapi_extra=taking(ReplayIn),
)
def replay(
    request: Request,
    endpoint_id: str,
    key: Secret,
    given: Annotated[ReplayIn, Depends(strictly(ReplayIn))],
) -> Response:
    """The same ids and the same bytes, so that whoever knows a message already sees that they do."""
    state = request.app.state
    count = past_deliveries.replay_deliveries(
        state.store,
        {key.site_id},
        endpoint_id,
        given.what,
        since=_millis(given.since) or 0,
        until=_millis(given.until),
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return _answer({"deliveries": count}, 202)


@router.get("/endpoints/{endpoint_id}/deliveries", summary="What was sent there")
def deliveries(
    request: Request,
    endpoint_id: str,
    key: Secret,
    before: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    state: Annotated[str, Query(pattern=r"^(due|delivered|dead|)$")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Response:
    """Newest first, each with its attempts. `next` and Link lead to the next page."""
    found = past_deliveries.list_deliveries(
        request.app.state.store,
        {key.site_id},
        endpoint_id,
        before=before,
        state=state,
        limit=limit + 1,
    )
    page, more = found[:limit], len(found) > limit
    body: dict[str, Any] = {"items": [_delivery(one) for one in page], "next": None}
    headers = dict(_PRIVATE)
    if more:
        following = request.url.include_query_params(before=page[-1].id)
        body["next"] = f"{following.path}?{following.query}"
        headers["Link"] = f'<{body["next"]}>; rel="next"'
    return JSONResponse(body, headers=headers)


@router.post("/deliveries/{delivery_id}/resend", status_code=202, summary="Send one again")
def resend(request: Request, delivery_id: str, key: Secret) -> Response:
    """The same id and the same bytes, whatever became of it before."""
    state = request.app.state
    delivery = past_deliveries.resend_delivery(
        state.store, {key.site_id}, delivery_id, now=now_ms()
    )
    state.ring(DELIVER)
    return _answer(_delivery(delivery), 202)


def _endpoint(one: Endpoint) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "types": list(one.types),
        "payload": one.payload.value,
        "format": one.format.value,
        "batch": one.batch,
        "state": one.state,
        "disabled_because": one.disabled_because or None,
        "failing_since": iso(one.failing_since) if one.failing_since else None,
        "resume_at": iso(one.resume_at) if one.resume_at > now_ms() else None,
        "created_at": iso(one.created_at),
    }


def _known(one: EndpointStatus) -> dict[str, Any]:
    return {**_endpoint(one.endpoint), "waiting": one.tally.due, "dead": one.tally.dead}


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "event_id": one.event_id,
        "type": one.type,
        "comment_id": one.comment_id or None,
        "state": one.state,
        "due_at": iso(one.due_at) if one.state == "due" else None,
        "created_at": iso(one.created_at),
        "attempts": [
            {
                "number": attempt.number,
                "started_at": iso(attempt.started_at),
                "status": attempt.response.status,
                "error": attempt.response.error or None,
                "duration_ms": attempt.response.duration,
            }
            for attempt in one.attempts
        ],
    }


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, headers=_PRIVATE)


def _millis(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
