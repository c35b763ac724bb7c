"""/api/v1/queues: what waits for people, and what they have decided, in pages."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.review import queues
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.serializers import comment_out

router = APIRouter(prefix="/api/v1", tags=["queues"])


@router.get("/queues", summary="The queues and how much they hold")
def list_queues(request: Request, key: Annotated[Key, Depends(secret_caller)]) -> Response:
    """Counts stop at 10,000: 'at least so many'."""
    counts = queues.queue_counts(request.app.state.store, key.site_id)
    items = [
        {"name": name.value, "count": count, "url": f"/api/v1/queues/{name.value}"}
        for name, count in counts.items()
    ]
    return JSONResponse({"items": items}, headers={"Cache-Control": "private, no-store"})


@router.get("/queues/{name}", summary="A page of a queue")
def queue(
    request: Request,
    name: str,
    key: Annotated[Key, Depends(secret_caller)],
    after: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    reason: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")] = "",
) -> Response:
    """Held and pending oldest first, the others newest first. `next` and Link lead to the next page."""
    if name not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    cards = queues.list_queue(
        request.app.state.store, key.site_id, Status(name), after, limit + 1, reason
    )
    page, more = cards[:limit], len(cards) > limit
    body: dict[str, Any] = {"items": [comment_out(one) for one in page], "next": None}
    headers = {"Cache-Control": "private, no-store"}
    if more:
        following = request.url.include_query_params(after=page[-1].id)
        body["next"] = f"{following.path}?{following.query}"
        headers["Link"] = f'<{body["next"]}>; rel="next"'
    return JSONResponse(body, headers=headers)
