"""/api/v1/queues: the comments that wait for people, and those decided, in pages."""

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from typing_extensions import TypedDict

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.order import LISTED
from moderation.domain.queue_names import WITHOUT_STATUS
from moderation.review import live_queues, queue_counts, queues
from moderation.review.search import Criteria
from moderation.store.queue_marks import Marks
from service.access.keys import SecretKey
from service.api import answers
from service.api.conditions import Conditions, search_response
from service.api.described import described
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import CommentPage, comment_out
from service.http.broken_rules import BadParameter

router = APIRouter(prefix="/api/v1", tags=["queues"], dependencies=KEYED)


class QueueOut(TypedDict):
    """A queue and how much it holds."""

    name: Status | Literal["reported"]
    count: answers.Count
    url: answers.Path


class QueueList(TypedDict):
    """The queues of a site."""

    items: list[QueueOut]


@router.get("/queues", summary="The queues and how much they hold", **described(QueueList))
def list_queues(request: Request, key: SecretKey) -> Response:
    store = request.app.state.store
    marks = live_queues.marks_of(store, [key.site_id]).get(key.site_id, Marks())
    counts: list[tuple[Status | Literal["reported"], int]] = [
        *((status, marks.comments[status]) for status in queues.QUEUE_ORDER),
        ("reported", marks.reported),
    ]
    body: QueueList = {
        "items": [
            {"name": name, "count": count, "url": f"/api/v1/queues/{name}"}
            for name, count in counts
        ]
    }
    return private_json(body)


class ReasonCountOut(TypedDict):
    """How many comments of a queue have a reason in effect."""

    code: answers.ReasonCodeName
    count: answers.Count
    url: answers.Path


class ReasonCountList(TypedDict):
    """The reasons of a queue, the most frequent first."""

    items: list[ReasonCountOut]


@router.get(
    "/queues/{name}/reasons",
    summary="The reasons in a queue, with counts",
    **described(ReasonCountList),
)
def list_reasons(request: Request, name: str, key: SecretKey) -> Response:
    """Of all comments of the queue; of `reported`, `proposed` and `mine` of the newest thousand. A comment with several
    reasons counts for each. What is reported has the reasons of its readers, too.
    """
    store = request.app.state.store
    if name in WITHOUT_STATUS:
        counts = queue_counts.reason_counts(store, [key.site_id], name, key.id)
    else:
        counts = queues.reason_counts(store, [key.site_id], _status(name))
    body: ReasonCountList = {
        "items": [
            {
                "code": code,
                "count": count,
                "url": f"/api/v1/queues/{name}?{urlencode({'reason': code})}",
            }
            for code, count in counts.items()
        ]
    }
    return private_json(body)


def _status(name: str) -> Status:
    if name not in queues.QUEUE_ORDER:
        raise NotFound("There is no such queue.")
    return Status(name)


@router.get(
    "/queues/{name}", summary="A page of a queue", **described(CommentPage, headers=["Link"])
)
def queue(
    request: Request,
    name: str,
    key: SecretKey,
    conditions: Conditions,
    after: After,
    status: Annotated[
        Status | None, Query(description="Of `reported`, `proposed` and `mine` alone")
    ] = None,
    limit: Limit = 25,
    unclaimed: Annotated[
        bool, Query(description="Without what others have claimed or have open")
    ] = False,
) -> Response:
    """Unless another order is asked for, held and pending oldest first, the others newest first. The parameters are those of
    `GET /api/v1/comments`; with any but `reason`, a page may have fewer than `limit` comments, or none, and still
    have a `next`. `reported` and `proposed` have what waits longest first; `mine` has what this key has claimed, which stands before the
    `limit` others on the first page, and then what it decided about, the latest first.
    """
    store, not_of_others = request.app.state.store, key.id if unclaimed else ""
    if name in WITHOUT_STATUS:
        criteria = replace(
            conditions,
            status=status,
            queue=name,
            person=key.id,
            not_of_others=not_of_others,
            order=conditions.order or LISTED,
        )
        return search_response(request, key, criteria, after, limit)
    if status not in (None, _status(name)):
        raise BadParameter("status", "This queue has one status alone.")
    status = _status(name)
    if conditions == Criteria(reason=conditions.reason, order=""):
        cards = queues.list_queue(
            store,
            key.site_id,
            status,
            after,
            limit + 1,
            conditions.reason,
            not_of_others=not_of_others,
        )
        return page_response(request, cards, limit, comment_out, lambda card: card.id)
    criteria = replace(
        conditions,
        status=status,
        not_of_others=not_of_others,
        order=conditions.order or queues.usual_order(status),
    )
    return search_response(request, key, criteria, after, limit)
