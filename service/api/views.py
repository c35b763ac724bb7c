"""/api/v1/views: saved filters of a site's comments, those of the key and those of everybody."""

import os
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind
from moderation.domain.order import NEWEST, ORDER_PATTERN
from moderation.review import views
from moderation.review.search import Criteria
from moderation.review.views import NAME_LIMIT, SavedView
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.bulk_schemas import SearchIn
from service.api.conditions import QueueName
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1/views", tags=["desk"], dependencies=KEYED)


class ViewFilterIn(SearchIn):
    """Conditions and an order as those of GET /api/v1/comments, at least one of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "held", "reason": "links", "order": "urgency"}]}
    )
    order: Annotated[str, Field(pattern=ORDER_PATTERN)] = NEWEST

    def criteria(self, person_id: str = "") -> Criteria:
        return replace(super().criteria(person_id), order=self.order)


class ViewIn(StrictModel):
    """A filter under a name. shared: everybody on the site sees it, else only this key."""

    name: Annotated[str, Field(max_length=NAME_LIMIT, examples=["Threats"])]
    filter: ViewFilterIn
    shared: bool = False


class ViewFilterOut(TypedDict):
    """What is set, null what is not."""

    query: str | None
    status: Status | None
    reason: answers.ReasonCodeName | None
    page_url: str | None
    author: str | None
    domain: str | None
    language: str | None
    decided_by: ActorKind | None
    moderator: str | None
    since: answers.Moment | None
    until: answers.Moment | None
    age: Annotated[str | None, Field(examples=["over-4h"])]
    score: str | None
    score_from: float | None
    score_to: float | None
    queue: QueueName | None
    same_text: answers.CommentId | None
    same_network: answers.CommentId | None
    order: Annotated[str, Field(examples=["urgency"])]


class ViewOut(TypedDict):
    """A saved view. url: a page of what it shows."""

    id: Annotated[str, Field(examples=["view_01kaxw6d00e5j8n2q4s6v8x0z2"])]
    name: Annotated[str, Field(examples=["Threats"])]
    filter: ViewFilterOut
    shared: bool
    created_at: answers.Moment
    url: answers.Path


class ViewList(TypedDict):
    """The views, by name."""

    items: list[ViewOut]


@router.get("", summary="The saved views of the site", **described(ViewList))
def list_views(request: Request, key: SecretKey) -> Response:
    """Those that everybody sees, and those of this key."""
    found = views.list_views(request.app.state.store, key.site_id, key.id)
    body: ViewList = {"items": [_view_out(view) for view in found]}
    return private_json(body)


@router.post("", summary="Save a view", **described(ViewOut, body=ViewIn, status=201))
def add_view(
    request: Request, key: SecretKey, body: Annotated[ViewIn, json_body(ViewIn)]
) -> Response:
    """E-mails and addresses cannot be saved: a view is not forgotten when the comments are."""
    view = views.add_view(
        request.app.state.store,
        key.site_id,
        key.id,
        body.name,
        body.filter.criteria(),
        is_shared=body.shared,
        now=now_ms(),
        entropy=os.urandom,
    )
    return private_json(_view_out(view), 201)


@router.delete("/{view_id}", status_code=204, summary="Remove a saved view")
def remove_view(request: Request, view_id: str, key: SecretKey) -> Response:
    views.remove_view(request.app.state.store, key.site_id, key.id, view_id)
    return Response(status_code=204)


def _view_out(view: SavedView) -> ViewOut:
    criteria = view.criteria
    shown: ViewFilterOut = {
        "query": criteria.query or None,
        "status": criteria.status,
        "reason": criteria.reason or None,
        "page_url": criteria.page_url or None,
        "author": criteria.author or None,
        "domain": criteria.domain or None,
        "language": criteria.language or None,
        "decided_by": ActorKind(criteria.decided_by) if criteria.decided_by else None,
        "moderator": criteria.moderator or None,
        "since": None if criteria.since is None else iso(criteria.since),
        "until": None if criteria.until is None else iso(criteria.until),
        "age": criteria.age or None,
        "score": criteria.score or None,
        "score_from": criteria.score_from,
        "score_to": criteria.score_to,
        "queue": criteria.queue or None,  # type: ignore[typeddict-item] # one of them
        "same_text": criteria.same_text or None,
        "same_network": criteria.same_network or None,
        "order": criteria.order,
    }
    query = urlencode({name: value for name, value in shown.items() if value is not None})
    return {
        "id": view.id,
        "name": view.name,
        "filter": shown,
        "shared": view.is_shared,
        "created_at": iso(view.created_at),
        "url": f"/api/v1/comments?{query}",
    }
