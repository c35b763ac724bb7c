"""/api/v1/comments/{id}/filters: hold, refuse or trust a comment's author, network or links from now on."""

import os
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.author_filter import DAYS_LIMIT, About
from moderation.domain.filter import FilterAction
from moderation.review import author_filters
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.filter_schemas import FilterOut, filter_out
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(
    prefix="/api/v1/comments/{comment_id}/filters", tags=["filters"], dependencies=KEYED
)


class AuthorFilterIn(StrictModel):
    """about: author (by the browser's token, your own id or a confirmed e-mail), email (as it was typed), network, or a
    linked domain. action: hold, reject or trust. days: null for always.
    """

    about: Annotated[About, Field(strict=False, examples=["author"])]
    action: Annotated[FilterAction, Field(strict=False, examples=["hold"])]
    days: Annotated[int | None, Field(ge=1, le=DAYS_LIMIT, examples=[7])] = None
    domain: Annotated[str, Field(max_length=253, pattern=r"^[^\x00\s]*$")] = ""


class NamingFilterOut(TypedDict):
    """A filter that names it. until: null for always."""

    id: answers.FilterId
    name: answers.Title
    action: FilterAction
    until: answers.Moment | None


class MarkedOut(TypedDict):
    """What filters can name of a comment, and those that do now. domain: null for what is none."""

    about: About
    domain: answers.Domain | None
    filters: list[NamingFilterOut]


class MarkedList(TypedDict):
    """All that filters can name of a comment."""

    items: list[MarkedOut]


@router.get("", summary="Which filters name its author or links", **described(MarkedList))
def listed(request: Request, comment_id: str, key: SecretKey) -> Response:
    """Only what is known of its author: nothing is guessed from a name."""
    store = request.app.state.store
    body: MarkedList = {
        "items": [
            {
                "about": marked.mark.about,
                "domain": marked.mark.domain or None,
                "filters": [
                    {
                        "id": filter.id,
                        "name": filter.name,
                        "action": filter.action,
                        "until": iso(filter.until) if filter.until is not None else None,
                    }
                    for filter in marked.filters
                ],
            }
            for marked in author_filters.of_comment(store, {key.site_id}, comment_id, now_ms())
        ]
    }
    return private_json(body)


@router.post(
    "",
    summary="Hold, refuse or trust its author from now on",
    **described(FilterOut, 409, body=AuthorFilterIn, status=201),
)
def put_on(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[AuthorFilterIn, json_body(AuthorFilterIn)],
) -> Response:
    """It is put on a filter of that action and end, which the answer has; off the others that were made so. 404 for
    what the comment does not show. An e-mail as typed and a network cannot be trusted.
    """
    named = author_filters.put_on(
        request.app.state.store,
        key.id,
        {key.site_id},
        comment_id,
        author_filters.Listing(body.about, body.action, body.days, body.domain),
        now=now_ms(),
        entropy=os.urandom,
    )
    return private_json(filter_out(named), 201)


@router.delete(
    "/{filter_id}", summary="Take its author and links off a filter", **described(None, status=204)
)
def take_off(request: Request, comment_id: str, filter_id: str, key: SecretKey) -> Response:
    """A filter that names nothing else is removed."""
    author_filters.take_off(
        request.app.state.store, key.id, {key.site_id}, comment_id, filter_id, now=now_ms()
    )
    return Response(status_code=204)
