"""/api/v1/threads: the approved comments of a page, open to everybody."""

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from typing_extensions import TypedDict

from moderation.domain.errors import NotFound
from moderation.reading.threads import PublicComment, list_approved, site_of
from service.access.keys import origin_of
from service.api import answers
from service.api.answers import describe_answer
from service.api.paging import After, link_header, page_of
from service.api.parameters import check_parameters
from service.api.serializers import AuthorOut, iso

router = APIRouter(prefix="/api/v1", tags=["threads"], dependencies=[Depends(check_parameters)])

PAGE = 100  # comments in an answer: with the longest texts some 6 MB
# A caching proxy may answer for a second: one query per page and second, and a removal shows at once.
CACHE = "public, max-age=1"


class PublicCommentOut(TypedDict):
    """An approved comment as the world sees it."""

    id: answers.CommentId
    parent_id: answers.CommentId | None
    author: AuthorOut
    text: answers.Text
    created_at: answers.Moment


class ThreadOut(TypedDict):
    """The approved comments of a page, oldest first."""

    page_url: answers.Url
    next: answers.NextPage
    comments: list[PublicCommentOut]


@router.get(
    "/threads",
    summary="The approved comments of a page",
    openapi_extra=describe_answer(ThreadOut, 304, 404, headers=["ETag", "Link"]),
)
def threads(
    request: Request,
    after: After,
    page_url: Annotated[str, Query(max_length=2_000)],
    site_id: Annotated[str, Query(max_length=64)] = "",
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
    rows = list_approved(store, site, url, limit + 1, after)
    page, next_page = page_of(request, rows, limit, lambda comment: comment.id)
    thread: ThreadOut = {
        "page_url": url,
        "next": next_page or None,
        "comments": [_comment_out(comment) for comment in page],
    }
    body = json.dumps(thread)
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


def _comment_out(comment: PublicComment) -> PublicCommentOut:
    return {
        "id": comment.id,
        "parent_id": comment.parent_id or None,
        "author": {"name": comment.author_name, "url": comment.author_url or None},
        "text": comment.text,
        "created_at": iso(comment.created_at),
    }
