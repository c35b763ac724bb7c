"""/api/v1/threads: the approved comments of a page and its state, open to everybody."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.reading.threads import (
    PublicComment,
    list_approved,
    site_of,
    state_of,
    with_removed,
)
from service.access.keys import origin_of
from service.api.paging import Cursor, link_header, page_of
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["threads"])

PAGE = 100  # comments in an answer: with the longest texts some 6 MB
# A caching proxy may answer for a second: one query per page and second, and a removal shows at once.
CACHE = "public, max-age=1"


@router.get("/threads", summary="The approved comments of a page")
def threads(
    request: Request,
    page_url: Annotated[str, Query(max_length=2_000)],
    site_id: Annotated[str, Query(max_length=64)] = "",
    after: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """Oldest first; `next` and Link lead to the next page. No key is needed: it is public.

    state: open, premoderated or closed; closes_at: when its age closes the page, null for never. A comment
    that was removed, but has replies, is there with the status `removed` and neither author nor text, in
    addition to `limit`, once: with the first of the replies.
    site_id: needed only where two sites share an origin.
    """
    store = request.app.state.store
    url = page_url.partition("#")[0]
    site = site_of(store, site_id, origin_of(url))
    if site is None:
        raise NotFound("No site here has this page.")
    rows = list_approved(store, site, url, limit + 1, after)
    page, next_page = page_of(request, rows, limit, lambda comment: comment.id)
    now = state_of(store, site, url, now_ms())
    body = json.dumps(
        {
            "page_url": url,
            "next": next_page or None,
            "state": now.state.value,
            "closes_at": iso(now.closes_at) if now.closes_at else None,
            "comments": [
                _comment_out(comment) for comment in with_removed(store, list(page), after)
            ],
        }
    )
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": CACHE,
        "Access-Control-Allow-Origin": "*",
        **link_header(next_page),
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _comment_out(comment: PublicComment) -> dict[str, Any]:
    """A comment for everybody; of one that was removed only where it stood."""
    author = {"name": comment.author_name, "url": comment.author_url or None}
    return {
        "id": comment.id,
        "parent_id": comment.parent_id or None,
        "status": "removed" if comment.is_removed else Status.APPROVED.value,
        "author": None if comment.is_removed else author,
        "text": None if comment.is_removed else comment.text,
        "created_at": iso(comment.created_at),
    }
