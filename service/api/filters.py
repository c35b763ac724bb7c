"""/api/v1/filters: a site's own lists, with a trial on the last weeks before one is stored."""

import os
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.errors import Conflict
from moderation.domain.filter import Filter
from moderation.review import filter_preview, filters
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.filter_schemas import (
    FilterIn,
    FilterList,
    FilterOut,
    FilterTrialOut,
    draft_of,
    filter_out,
    trial_out,
)
from service.api.parameters import KEYED
from service.api.responses import (
    IfVersion,
    etag_header,
    if_match,
    precondition_failed,
    private_json,
)

router = APIRouter(prefix="/api/v1", tags=["filters"], dependencies=KEYED)


FilterBody = Annotated[FilterIn, json_body(FilterIn)]


@router.get("/filters", summary="The site's filters", **described(FilterList))
def list_all(request: Request, key: SecretKey) -> Response:
    rows = filters.list_filters(request.app.state.store, {key.site_id})
    body: FilterList = {"items": [filter_out(row) for row in rows]}
    return private_json(body)


@router.post(
    "/filters",
    summary="Add a filter",
    **described(FilterOut, 409, body=FilterIn, status=201, headers=["ETag", "Location"]),
)
def add(request: Request, key: SecretKey, body: FilterBody) -> Response:
    """Comments that are judged from now on meet it. An entry that cannot be one is 422, with its number."""
    filter = filters.add_filter(
        request.app.state.store,
        key.site_id,
        draft_of(body),
        key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    headers = {"Location": f"/api/v1/filters/{filter.id}", **_etag(filter)}
    return private_json(filter_out(filter), 201, headers)


@router.post(
    "/filters/trial",
    summary="What a filter would have matched",
    **described(FilterTrialOut, 429, body=FilterIn),
)
async def try_out(
    request: Request,
    key: SecretKey,
    body: FilterBody,
    days: Annotated[int, Query(ge=1, le=90)] = filter_preview.PREVIEW_DAYS,
) -> Response:
    """Looks at the site's newest comments of the last days and keeps nothing. `complete` is false where
    there were more than it could look at in a few seconds. While others try filters out it may be 429.
    """
    preview = await request.app.state.filter_trials.run(
        request,
        lambda is_cancelled: filter_preview.preview(
            request.app.state.store,
            key.site_id,
            draft_of(body),
            now=now_ms(),
            clock=time.monotonic,
            days=days,
            is_cancelled=is_cancelled,
        ),
    )
    return private_json(trial_out(preview))


@router.get("/filters/{filter_id}", summary="One filter", **described(FilterOut, headers=["ETag"]))
def read(request: Request, filter_id: str, key: SecretKey) -> Response:
    filter = filters.get_filter(request.app.state.store, {key.site_id}, filter_id)
    return private_json(filter_out(filter), 200, _etag(filter))


@router.put(
    "/filters/{filter_id}",
    summary="Change a filter",
    **described(FilterOut, 412, body=FilterIn, headers=["ETag"]),
)
def change(
    request: Request, filter_id: str, key: SecretKey, body: FilterBody, seen: IfVersion = "*"
) -> Response:
    """The whole filter anew. If-Match with the filter's ETag keeps two from overwriting each other."""
    try:
        filter = filters.change_filter(
            request.app.state.store,
            {key.site_id},
            filter_id,
            draft_of(body),
            key.id,
            if_match(seen),
            now=now_ms(),
        )
    except Conflict as error:
        return precondition_failed(error)
    return private_json(filter_out(filter), 200, _etag(filter))


@router.delete(
    "/filters/{filter_id}", summary="Take a filter away", **described(None, 412, status=204)
)
def remove(request: Request, filter_id: str, key: SecretKey, seen: IfVersion = "*") -> Response:
    try:
        filters.remove_filter(
            request.app.state.store, {key.site_id}, filter_id, if_match(seen), key.id
        )
    except Conflict as error:
        return precondition_failed(error)
    return Response(status_code=204)


def _etag(filter: Filter) -> dict[str, str]:
    return etag_header("v", filter.version)
