"""/api/v1/queues: the comments that wait for people, and those decided, in pages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.review import queues
from service.access.keys import SecretKey
from service.api.paging import Cursor, Limit, page_response
from service.api.responses import private_json
from service.api.serializers import comment_out

router = APIRouter(prefix="/api/v1", tags=["queues"])


@router.get("/queues", summary="The queues and how much they hold")
def list_queues(request: Request, key: SecretKey) -> Response:
    counts = queues.queue_counts(request.app.state.store, key.site_id)
    items = [
        {"name": name.value, "count": count, "url": f"/api/v1/queues/{name.value}"}
        for name, count in counts.items()
    ]
    return private_json({"items": items})


@router.get("/queues/{name}", summary="A page of a queue")
def queue(
    request: Request,
    name: str,
    key: SecretKey,
    after: Cursor = "",
    limit: Limit = 25,
    reason: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")] = "",
) -> Response:
    """Held and pending oldest first, the others newest first. `next` and Link lead to the next page."""
    if name not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    cards = queues.list_queue(
        request.app.state.store, key.site_id, Status(name), after, limit + 1, reason
    )
    return page_response(request, cards, limit, comment_out, lambda card: card.id)
