"""/api/v1/filters: a site's own lists, tried on the last weeks before they are kept."""

import os
import re
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.filter import Filter, FilterDraft
from moderation.review import filter_preview, filters
from moderation.review.filter_preview import FilterPreview
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.schemas import FilterIn, strictly, taking
from service.api.serializers import iso
from service.http.errors import problem

router = APIRouter(prefix="/api/v1", tags=["filters"])

Secret = Annotated[Key, Depends(secret_caller)]
Given = Annotated[FilterIn, Depends(strictly(FilterIn))]
_PRIVATE = {"Cache-Control": "private, no-store"}


@router.get("/filters", summary="The site's filters")
def list_all(request: Request, key: Secret) -> Response:
    found = filters.list_filters(request.app.state.store, {key.site_id})
    return _answer({"items": [filter_out(one) for one in found]})


@router.post("/filters", status_code=201, summary="Add a filter", openapi_extra=taking(FilterIn))
def add(request: Request, key: Secret, given: Given) -> Response:
    """Comments that are judged from now on meet it. An entry that cannot be one is 422, with its number."""
    made = filters.add_filter(
        request.app.state.store,
        key.site_id,
        draft_of(given),
        key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    location = {"Location": f"/api/v1/filters/{made.id}"}
    return _answer(filter_out(made), 201, location | _etag(made))


@router.post(
    "/filters/trial", summary="What a filter would have matched", openapi_extra=taking(FilterIn)
)
def try_out(
    request: Request,
    key: Secret,
    given: Given,
    days: Annotated[int, Query(ge=1, le=90)] = filter_preview.PREVIEW_DAYS,
) -> Response:
    """Looks at the site's newest comments of the last days and keeps nothing. `complete` is false where
    there were more than it could look at in a few seconds.
    """
    trial = filter_preview.preview(
        request.app.state.store,
        key.site_id,
        draft_of(given),
        now=now_ms(),
        clock=time.monotonic,
        days=days,
    )
    return _answer(_trial_out(trial))


@router.get("/filters/{filter_id}", summary="One filter")
def read(request: Request, filter_id: str, key: Secret) -> Response:
    found = filters.get_filter(request.app.state.store, {key.site_id}, filter_id)
    return _answer(filter_out(found), 200, _etag(found))


@router.put("/filters/{filter_id}", summary="Change a filter", openapi_extra=taking(FilterIn))
def change(request: Request, filter_id: str, key: Secret, given: Given) -> Response:
    """The whole filter anew. If-Match with the filter's ETag keeps two from overwriting each other."""
    try:
        made = filters.change_filter(
            request.app.state.store,
            {key.site_id},
            filter_id,
            draft_of(given),
            key.id,
            _expected(request),
            now=now_ms(),
        )
    except Conflict as error:
        return problem(412, "Changed meanwhile", error.message, error.code)
    return _answer(filter_out(made), 200, _etag(made))


@router.delete("/filters/{filter_id}", status_code=204, summary="Take a filter away")
def remove(request: Request, filter_id: str, key: Secret) -> Response:
    try:
        filters.remove_filter(request.app.state.store, {key.site_id}, filter_id, _expected(request))
    except Conflict as error:
        return problem(412, "Changed meanwhile", error.message, error.code)
    return Response(status_code=204)


def draft_of(given: FilterIn) -> FilterDraft:
    return FilterDraft(
        name=given.name,
        kind=given.kind,
        action=given.action,
        entries=tuple(given.entries),
        exceptions=tuple(given.exceptions),
        languages=tuple(given.languages),
        fields=tuple(dict.fromkeys(given.fields)),
        enabled=given.enabled,
    )


def filter_out(one: Filter) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind.value,
        "action": one.action.value,
        "entries": list(one.entries),
        "exceptions": list(one.exceptions),
        "languages": list(one.languages),
        "fields": [field.value for field in one.fields],
        "enabled": one.enabled,
        "version": one.version,
        "changed_by": one.changed_by,
        "created_at": iso(one.created_at),
        "changed_at": iso(one.changed_at),
    }


def _trial_out(trial: FilterPreview) -> dict[str, Any]:
    return {
        "days": trial.days,
        "examined": trial.examined,
        "complete": trial.complete,
        "matched": trial.matched,
        "by_status": {status.value: count for status, count in trial.by_status.items()},
        "words": [{"word": word, "count": count} for word, count in trial.words],
        "collisions": [{"word": word, "count": count} for word, count in trial.collisions],
        "matches": [
            {
                "comment_id": one.comment_id,
                "status": one.status.value,
                "author_name": one.author_name,
                "excerpt": one.excerpt,
                "spans": [[span.start, span.end] for span in one.spans],
                "fields": list(one.where),
                "created_at": iso(one.created_at),
            }
            for one in trial.matches
        ],
    }


def _expected(request: Request) -> int | None:
    """The version that If-Match names. Raises Invalid."""
    given = request.headers.get("if-match", "*")
    if given == "*":
        return None
    if not (matched := re.fullmatch(r'"v(\d{1,9})"', given)):
        raise Invalid("If-Match takes the filter's ETag.")
    return int(matched[1])


def _etag(one: Filter) -> dict[str, str]:
    return {"ETag": f'"v{one.version}"'}


def _answer(
    body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse(body, status, headers={**_PRIVATE, **(headers or {})})
