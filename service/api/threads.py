"""/api/v1/threads: the approved comments of a page, for everybody."""

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.domain.errors import NotFound
from moderation.reading.threads import list_approved, site_of
from service.access.keys import origin_of
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["threads"])

# A caching proxy may answer for a second: one query a second a page, and a removal shows at once.
PAGE = 100  # comments in one answer: with the longest texts some 6 MB
CACHE = "public, max-age=1"


@router.get("/threads", summary="The approved comments of a page")
def threads(
    request: Request,
    page_url: Annotated[str, Query(max_length=2_000)],
    site_id: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """Oldest first; `next` and Link lead to the next page. No key is needed: it is public.

    site_id: needed only where two sites share an origin.
    """
    store = request.app.state.store
    url = page_url.partition("#")[0]
    site = site_of(store, site_id, origin_of(url))
    if site is None:
        raise NotFound("No site here has this page.")
    found = list_approved(store, site, url, limit + 1, after)
    page, following = found[:limit], ""
    if len(found) > limit:
        more = request.url.include_query_params(after=page[-1].id)
        following = f"{more.path}?{more.query}"
    body = json.dumps(
        {
            "page_url": url,
            "next": following or None,
            "comments": [
                {
                    "id": one.id,
                    "parent_id": one.parent_id or None,
                    "author": {"name": one.author_name, "url": one.author_url or None},
                    "text": one.text,
                    "created_at": iso(one.created_at),
                }
                for one in page
            ],
        }
    )
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE, "Access-Control-Allow-Origin": "*"}
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
