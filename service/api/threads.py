"""/api/v1/threads: the approved comments of a page, open to everybody."""

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from typing_extensions import TypedDict

from moderation.domain.errors import Invalid, NotFound
from moderation.domain.page_url import origin_of
from moderation.reading.threads import (
    PublicComment,
    find_page,
    find_page_by_id,
    list_approved,
    site_of,
)
from moderation.store.pages import StoredPage
from moderation.store.sql.engine import Store
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
    """The approved comments of a page, oldest first. page_url: null where a page_id names no page yet."""

    page_url: answers.Url | None
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
    page_url: Annotated[str, Query(max_length=2_000)] = "",
    page_id: Annotated[str, Query(max_length=200)] = "",
    site_id: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """Oldest first; `next` and Link lead to the next page. No key is needed: it is public.

    page_url: in any spelling, and any that the page had before. page_id: the site's own id, instead.
    site_id: needed only where two sites share an origin, or have a page with this id.
    """
    store = request.app.state.store
    url = page_url.partition("#")[0]
    found = _find_page(store, url, page_id, site_id)
    rows = list_approved(store, found, limit + 1, after)
    page, next_page = page_of(request, rows, limit, lambda comment: comment.id)
    thread: ThreadOut = {
        "page_url": url or (found.url if found else None),
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


def _find_page(store: Store, url: str, page_id: str, site_id: str) -> StoredPage | None:
    """The page, None where nothing was written on it yet. Raises Invalid and NotFound."""
    if not url and not page_id:
        raise Invalid("page_url: Say which page, by page_url or page_id.", "/page_url")
    site = site_of(store, site_id, origin_of(url)) if url or site_id else ""
    if site is None:
        raise NotFound("No site here has this page.")
    if not page_id:
        return find_page(store, site, url)
    page = find_page_by_id(store, site, page_id)
    if page is None and not site:
        raise NotFound("No site here has a page with this id, or more than one: name site_id.")
    return page


def _comment_out(comment: PublicComment) -> PublicCommentOut:
    return {
        "id": comment.id,
        "parent_id": comment.parent_id or None,
        "author": {"name": comment.author_name, "url": comment.author_url or None},
        "text": comment.text,
        "created_at": iso(comment.created_at),
    }
