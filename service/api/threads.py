"""/api/v1/threads: the approved comments of a page, open to everybody."""

from typing import Annotated, Literal, NotRequired

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import PageState
from moderation.domain.errors import NotFound
from moderation.domain.page_url import origin_of
from moderation.reading.markdown import as_html
from moderation.reading.thread_versions import NamedPage
from moderation.reading.threads import (
    Order,
    PublicComment,
    find_page,
    find_page_by_id,
    list_approved,
    position_of,
    rules_of,
    site_of,
    state_of,
    with_removed,
)
from moderation.store.pages import StoredPage
from moderation.store.sql.engine import Store
from service.api import answers
from service.api.described import described
from service.api.paging import After, link_header, page_of
from service.api.parameters import check_parameters
from service.api.responses import public_json
from service.api.serializers import AuthorOut, author_out, iso, moment
from service.http.broken_rules import BadParameter
from service.queues.kept_answers import KeptRoute

router = APIRouter(
    prefix="/api/v1",
    tags=["threads"],
    dependencies=[Depends(check_parameters)],
    route_class=KeptRoute,
)

PAGE = 100  # comments in an answer: with the longest texts some 6 MB
# A caching proxy may answer for a second: one query per page and second, and a removal shows at once.
CACHE = "public, max-age=1"


class PublicCommentOut(TypedDict):
    """An approved comment as the world sees it; or the place of one that was removed, for what answers it: without
    author and text. html: the text as HTML of a few harmless elements, where the site shows Markdown. edited_at: when its text was changed after readers had seen it. picked: by a moderator, for readers.
    replies: the direct ones that readers see.
    """

    id: answers.CommentId
    parent_id: answers.CommentId | None
    status: Literal["approved", "removed"]
    author: AuthorOut | None
    text: answers.Text | None
    html: NotRequired[str | None]
    created_at: answers.Moment
    edited_at: answers.Moment | None
    picked: bool
    replies: Annotated[int, Field(ge=0)]


class AsksOut(TypedDict):
    """What a page's script does before it posts a comment. website: whether it asks for one."""

    forewarn: bool
    proof_of_work: bool
    website: bool


class ThreadOut(TypedDict):
    """The approved comments of a page, in the order asked for. page_url: null where a page_id names no page yet. closes_at: when
    its age closes the page, null for never. opens_at: when the closed hours end that make it `closed` or `premoderated`
    now, null where it is in none. asks: what a script does before it posts, where the site has it on: ask
    POST /api/v1/forewarnings, solve a challenge of GET /api/v1/challenges, and have a field for the author's website. Without that
    no author has a url here.
    """

    page_url: answers.Url | None
    next: answers.NextPage
    state: PageState
    closes_at: answers.Moment | None
    opens_at: answers.Moment | None
    comments: list[PublicCommentOut]
    asks: NotRequired[AsksOut]


@router.get(
    "/threads",
    summary="The approved comments of a page",
    **described(ThreadOut, 304, 404, headers=["ETag", "Link"]),
)
def threads(
    request: Request,
    after: After,
    page_url: Annotated[str, Query(max_length=2_000)] = "",
    page_id: Annotated[str, Query(max_length=200)] = "",
    site_id: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    sort: Order = Order.OLDEST,
    version: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Oldest first, or newest, or with most `replies`, or editors' `picks` first; `next` and Link lead to the next page. No key is needed: it is public.

    page_url: in any spelling, and any that the page had before. page_id: the site's own id, instead.
    site_id: needed only where two sites share an origin, or have a page with this id. A comment that was removed,
    but has replies, is there in addition to `limit`, once: with the first of them; only where the oldest come first.
    version: the id of the event that told of a change (`/threads/events`), so that no cache answers from before it.
    """
    store = request.app.state.store
    url = page_url.partition("#")[0]
    request.app.state.kept_answers.about(request, NamedPage(site_id, url, page_id))
    site, found = _find_page(store, url, page_id, site_id)
    rules = rules_of(store, found, site)
    rows = list_approved(store, found, limit + 1, after, sort, websites=rules.website)
    page, next_page = page_of(request, rows, limit, lambda comment: position_of(comment, sort))
    if sort is Order.OLDEST:
        page = with_removed(store, page, after)
    current = state_of(store, found, site, now_ms(), url)
    thread: ThreadOut = {
        "page_url": url or (found.url if found else None),
        "next": next_page or None,
        "state": current.state,
        "closes_at": moment(current.closes_at),
        "opens_at": moment(current.opens_at),
        "comments": [_comment_out(comment, rules.markdown) for comment in page],
    }
    if rules.forewarn:
        request.app.state.scoring.start()  # so that the models are there when somebody has written
    if rules.forewarn or rules.proof_of_work or rules.website:
        thread["asks"] = {
            "forewarn": rules.forewarn,
            "proof_of_work": rules.proof_of_work > 0,
            "website": rules.website,
        }
    return public_json(request, thread, CACHE, link_header(next_page))


def site_of_page(store: Store, url: str, page_id: str, site_id: str) -> str:
    """The site of a page that is named so, '' where only the page's id can tell. Raises Invalid and NotFound."""
    if not url and not page_id:
        raise BadParameter("page_url", "Say which page, by page_url or page_id.")
    site = site_of(store, site_id, origin_of(url)) if url or site_id else ""
    if site is None:
        raise NotFound("No site here has this page.")
    return site


def _find_page(store: Store, url: str, page_id: str, site_id: str) -> tuple[str, StoredPage | None]:
    """The site, '' where it is not known, and the page, None where nothing was written on it yet. Raises Invalid and NotFound."""
    site = site_of_page(store, url, page_id, site_id)
    if not page_id:
        return site, find_page(store, site, url)
    page = find_page_by_id(store, site, page_id)
    if page is None and not site:
        raise NotFound("No site here has a page with this id, or more than one: name site_id.")
    return site, page


def _comment_out(comment: PublicComment, with_html: bool) -> PublicCommentOut:
    author = author_out(comment.author_name, comment.author_url, comment.author_badge)
    out: PublicCommentOut = {
        "id": comment.id,
        "parent_id": comment.parent_id or None,
        "status": "removed" if comment.is_removed else "approved",
        "author": None if comment.is_removed else author,
        "text": None if comment.is_removed else comment.text,
        "created_at": iso(comment.created_at),
        "edited_at": iso(comment.edited_at) if comment.edited_at is not None else None,
        "picked": comment.is_picked,
        "replies": comment.replies,
    }
    if with_html:
        out["html"] = None if comment.is_removed else as_html(comment.text)
    return out
