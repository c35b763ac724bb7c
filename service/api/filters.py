"""/api/v1/filters: a site's own lists, with a trial on the last weeks before one is stored."""

import os
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from moderation.clock import now_ms
from moderation.domain.errors import Conflict
from moderation.domain.filter import (
    ENTRY_LIMIT,
    NAME_LIMIT,
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
)
from moderation.review import filter_preview, filters
from moderation.review.filter_preview import FilterPreview
from service.access.keys import SecretKey
from service.api.bodies import describe_body, json_body
from service.api.fields import FilterEntry, Line, StrictModel
from service.api.parameters import KEYED
from service.api.responses import (
    IfVersion,
    etag_header,
    if_match,
    precondition_failed,
    private_json,
)
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["filters"], dependencies=KEYED)


class FilterIn(StrictModel):
    """A site's own list. kind: words (whole, * for the rest of a word), patterns (RE2), domains, emails,
    networks. action: hold, spam, reject; trust for domains whose links do not count. fields: where
    words, patterns and domains are looked for. exceptions: words; what stands in one does not count.
    """

    name: Annotated[str, Line(NAME_LIMIT, 1)]
    kind: Annotated[FilterKind, Field(strict=False)]
    action: Annotated[FilterAction, Field(strict=False)]
    entries: Annotated[list[FilterEntry], Field(max_length=ENTRY_LIMIT)]
    exceptions: Annotated[list[FilterEntry], Field(max_length=ENTRY_LIMIT)] = Field([])
    languages: Annotated[list[Annotated[str, Line(20)]], Field(max_length=50)] = Field([])
    fields: Annotated[list[Annotated[FilterField, Field(strict=False)]], Field(max_length=3)] = (
        Field([FilterField.TEXT])
    )
    enabled: bool = True


FilterBody = Annotated[FilterIn, Depends(json_body(FilterIn))]


@router.get("/filters", summary="The site's filters")
def list_all(request: Request, key: SecretKey) -> Response:
    rows = filters.list_filters(request.app.state.store, {key.site_id})
    return private_json({"items": [filter_out(row) for row in rows]})


@router.post(
    "/filters", status_code=201, summary="Add a filter", openapi_extra=describe_body(FilterIn)
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
    openapi_extra=describe_body(FilterIn),
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
    return private_json(preview_out(preview))


@router.get("/filters/{filter_id}", summary="One filter")
def read(request: Request, filter_id: str, key: SecretKey) -> Response:
    filter = filters.get_filter(request.app.state.store, {key.site_id}, filter_id)
    return private_json(filter_out(filter), 200, _etag(filter))


@router.put(
    "/filters/{filter_id}", summary="Change a filter", openapi_extra=describe_body(FilterIn)
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


@router.delete("/filters/{filter_id}", status_code=204, summary="Take a filter away")
def remove(request: Request, filter_id: str, key: SecretKey, seen: IfVersion = "*") -> Response:
    try:
        filters.remove_filter(request.app.state.store, {key.site_id}, filter_id, if_match(seen))
    except Conflict as error:
        return precondition_failed(error)
    return Response(status_code=204)


def draft_of(body: FilterIn) -> FilterDraft:
    return FilterDraft(
        name=body.name,
        kind=body.kind,
        action=body.action,
        entries=tuple(body.entries),
        exceptions=tuple(body.exceptions),
        languages=tuple(body.languages),
        fields=tuple(dict.fromkeys(body.fields)),
        enabled=body.enabled,
    )


def filter_out(filter: Filter) -> dict[str, Any]:
    return {
        "id": filter.id,
        "name": filter.name,
        "kind": filter.kind.value,
        "action": filter.action.value,
        "entries": list(filter.entries),
        "exceptions": list(filter.exceptions),
        "languages": list(filter.languages),
        "fields": [field.value for field in filter.fields],
        "enabled": filter.enabled,
        "version": filter.version,
        "changed_by": filter.changed_by,
        "created_at": iso(filter.created_at),
        "changed_at": iso(filter.changed_at),
    }


def preview_out(preview: FilterPreview) -> dict[str, Any]:
    return {
        "days": preview.days,
        "examined": preview.examined,
        "complete": preview.complete,
        "matched": preview.matched,
        "by_status": {status.value: count for status, count in preview.by_status.items()},
        "words": [{"word": word, "count": count} for word, count in preview.words],
        "collisions": [{"word": word, "count": count} for word, count in preview.collisions],
        "matches": [
            {
                "comment_id": match.comment_id,
                "status": match.status.value,
                "author_name": match.author_name,
                "excerpt": match.excerpt,
                "spans": [[span.start, span.end] for span in match.spans],
                "fields": list(match.where),
                "created_at": iso(match.created_at),
            }
            for match in preview.matches
        ],
    }


def _etag(filter: Filter) -> dict[str, str]:
    return etag_header("v", filter.version)
