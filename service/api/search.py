"""GET /api/v1/comments: a site's comments, searched by words, sender, page, reason and so on."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.domain.comment import Status
from moderation.domain.order import NEWEST
from moderation.domain.queue_names import OWN
from service.access.keys import SecretKey
from service.api.conditions import Conditions, QueueName, search_response
from service.api.described import described
from service.api.paging import After, Limit
from service.api.parameters import KEYED
from service.api.serializers import CommentPage

router = APIRouter(prefix="/api/v1", tags=["comments"], dependencies=KEYED)


@router.get("/comments", summary="Search comments", **described(CommentPage, headers=["Link"]))
def search_comments(
    request: Request,
    key: SecretKey,
    conditions: Conditions,
    after: After,
    status: Annotated[Status | None, Query(description="Without it all but erased ones")] = None,
    queue: Annotated[
        QueueName | None, Query(description="Only what stands in it; `mine` is the key's own")
    ] = None,
    limit: Limit = 25,
) -> Response:
    """Comments that meet all of the parameters, the newest first unless another order is asked for. Words are found once a
    comment has been judged.

    A page may have fewer than `limit` comments, or none, and still have a `next`: each request looks at a
    bounded number of comments. The search is over where `next` is null.
    """
    criteria = replace(
        conditions,
        status=status,
        queue=queue or "",
        person=key.id if queue == OWN else "",
        order=conditions.order or NEWEST,
    )
    return search_response(request, key, criteria, after, limit)
