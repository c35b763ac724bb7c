"""/api/v1/bulk: one decision about many comments, counted before, looked at while it is made, undone as a whole."""

import os
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.bulk import MemberState
from moderation.domain.errors import Invalid
from moderation.doorbell import BULK, DELIVER
from moderation.review import bulk, bulk_sets
from moderation.review.bulk import BulkProgress
from moderation.review.explanation import Explanation
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.bulk_schemas import (
    BulkIn,
    BulkMemberPage,
    BulkOut,
    BulkPage,
    BulkPreviewIn,
    BulkPreviewOut,
    bulk_member_out,
    bulk_out,
)
from service.api.described import described
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import comment_out

router = APIRouter(prefix="/api/v1/bulk", tags=["comments"], dependencies=KEYED)


@router.get(
    "",
    summary="The decisions about many comments, the newest first",
    **described(BulkPage, headers=["Link"]),
)
def listed(request: Request, key: SecretKey, after: After, limit: Limit = 25) -> Response:
    """Those of the last 90 days."""
    acts = bulk.list_acts(request.app.state.store, key.site_id, after, limit + 1)
    return page_response(request, acts, limit, bulk_out, lambda progress: progress.act.id)


@router.post(
    "/preview",
    summary="Count the comments that a filter finds",
    **described(BulkPreviewOut, body=BulkPreviewIn),
)
def preview(
    request: Request, key: SecretKey, body: Annotated[BulkPreviewIn, json_body(BulkPreviewIn)]
) -> Response:
    """Nothing is changed. `sample` has the newest five; `count` and `snapshot` go into the decision."""
    try:
        seen = bulk_sets.preview(
            request.app.state.store, key.site_id, body.filter.criteria(key.id), now_ms()
        )
    except Invalid as error:
        raise in_filter(error) from None
    answer: BulkPreviewOut = {
        "count": seen.count,
        "sample": [comment_out(card) for card in seen.sample],
        "snapshot": seen.snapshot,
    }
    return private_json(answer)


@router.post(
    "",
    summary="Decide about many comments",
    **described(BulkOut, 409, body=BulkIn, status=202, headers=["Location"]),
)
def start(request: Request, key: SecretKey, body: Annotated[BulkIn, json_body(BulkIn)]) -> Response:
    """Up to 100 comments are decided when the answer comes; more are worked off by the worker, and GET of the Location
    tells how far it is. Each gets a decision like any other, with its event. Left as they are: what somebody has
    decided about meanwhile, what others have claimed, what was erased.

    409 with the code `drifted` and the present `count` where the filter finds others than expected. With a snapshot,
    comments that came in after the preview are not among them.
    """
    state, site_id = request.app.state, key.site_id
    if body.filter is None:
        seen = bulk_sets.named(state.store, site_id, body.ids or [])
    else:
        try:
            seen = bulk_sets.matching(
                state.store,
                site_id,
                body.filter.criteria(key.id),
                body.expected_count or 0,
                body.snapshot,
                now=now_ms(),
            )
        except Invalid as error:
            raise in_filter(error) from None
    progress = bulk.start(
        state.store,
        key.id,
        site_id,
        seen,
        body.action,
        Explanation(body.reason, body.sentence),
        take_over=body.take_over,
        now=now_ms(),
        entropy=os.urandom,
    )
    return _taken(request, progress)


@router.get("/{bulk_id}", summary="How far a decision about many comments is", **described(BulkOut))
def read(request: Request, bulk_id: str, key: SecretKey) -> Response:
    return private_json(bulk_out(bulk.get_progress(request.app.state.store, key.site_id, bulk_id)))


@router.get(
    "/{bulk_id}/comments",
    summary="What became of its comments",
    **described(BulkMemberPage, headers=["Link"]),
)
def members(
    request: Request,
    bulk_id: str,
    key: SecretKey,
    after: After,
    state: Annotated[MemberState | None, Query(description="Only those")] = None,
    limit: Limit = 25,
) -> Response:
    """The oldest first. `kept`: those that an undo left, for somebody has decided about them since."""
    states = [state] if state else list(MemberState)
    rows = bulk.list_members(
        request.app.state.store, key.site_id, bulk_id, states, after, limit + 1
    )
    return page_response(request, rows, limit, bulk_member_out, lambda row: row.comment_id)


@router.post(
    "/{bulk_id}/undo",
    summary="Take a decision about many comments back",
    **described(BulkOut, 409, status=202, headers=["Location"]),
)
def undo(request: Request, bulk_id: str, key: SecretKey) -> Response:
    """Each comment has the outcome of before again, unless somebody has decided about it since: those are `kept`. What
    was still waiting stays as it is. Of more than 100 comments the worker takes care. 409 where it was taken back before.
    """
    state = request.app.state
    progress = bulk.undo(
        state.store, key.id, key.site_id, bulk_id, now=now_ms(), entropy=os.urandom
    )
    return _taken(request, progress)


def _taken(request: Request, progress: BulkProgress) -> Response:
    ring = request.app.state.ring
    ring(DELIVER if progress.act.finished_at else BULK)
    path = f"/api/v1/bulk/{progress.act.id}"
    return private_json(bulk_out(progress), 202, {"Location": path})


def in_filter(error: Invalid) -> Invalid:
    """The error of a search as one of a body that has the search inside."""
    if error.pointer.startswith("/filter"):
        return error
    return Invalid(f"/filter{error.message}", f"/filter{error.pointer}")
