"""GET /api/v1/comments: a site's comments, searched by words, sender, page, reason and so on."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from moderation.domain.comment import PAGE_URL_LIMIT, Status
from moderation.domain.decision import ActorKind
from moderation.domain.errors import Invalid
from moderation.domain.search_words import QUERY_LIMIT
from moderation.review import search
from moderation.review.search import Criteria
from service.access.keys import SecretKey
from service.api.answers import describe_answer
from service.api.paging import After, Limit, cursor_at, link_header
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import CommentPage, comment_out
from service.http.broken_rules import BadParameter

router = APIRouter(prefix="/api/v1", tags=["comments"], dependencies=KEYED)


class Order(StrEnum):
    """The order of what is found."""

    NEWEST = "newest"
    OLDEST = "oldest"


_Words = Annotated[
    str,
    Query(
        max_length=QUERY_LIMIT,
        pattern=r"^[^\x00]*$",
        description='All of these words in text, name, URL or title; "words in a row", beginnings*; or '
        "the id of a comment, or its sender's e-mail, IP address or network (/24, /48)",
        examples=['harbour "sea wall"'],
    ),
]
_Author = Annotated[
    str,
    Query(
        max_length=QUERY_LIMIT,
        pattern=r"^[^\x00]*$",
        description="The sender's e-mail, IP address or network; `id:` and the site's own id of the author; "
        "otherwise words of the name",
    ),
]
_Code = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@router.get(
    "/comments",
    summary="Search comments",
    openapi_extra=describe_answer(CommentPage, headers=["Link"]),
)
def search_comments(
    request: Request,
    key: SecretKey,
    after: After,
    query: _Words = "",
    status: Annotated[Status | None, Query(description="Without it all but erased ones")] = None,
    reason: _Code = "",
    page_url: Annotated[
        str, Query(max_length=PAGE_URL_LIMIT, description="Any URL of the page, in any spelling")
    ] = "",
    author: _Author = "",
    domain: Annotated[
        str, Query(max_length=253, description="A registrable domain that the comment links to")
    ] = "",
    language: Annotated[str, Query(max_length=16, description="As measured: ISO 639, `de`")] = "",
    decided_by: Annotated[ActorKind | None, Query(description="Who decided last")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Handed in at or after")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Handed in before")] = None,
    order: Order = Order.NEWEST,
    limit: Limit = 25,
) -> Response:
    """Comments that meet all of the parameters. Words are found once a comment has been judged.

    A page may have fewer than `limit` comments, or none, and still have a `next`: each request looks at a
    bounded number of comments. The search is over where `next` is null.
    """
    criteria = Criteria(
        query=query,
        status=status,
        reason=reason,
        page_url=page_url,
        author=author,
        domain=domain,
        language=language,
        decided_by=decided_by or "",
        since=int(since.timestamp() * 1000) if since else None,
        until=int(until.timestamp() * 1000) if until else None,
        newest_first=order is Order.NEWEST,
    )
    try:
        found = search.search(request.app.state.store, key.site_id, criteria, after, limit)
    except Invalid as error:
        name = error.pointer.removeprefix("/")
        raise BadParameter(name, error.message.removeprefix(f"{error.pointer}: ")) from None
    next_page = ""
    if found.after:
        position = cursor_at(request, found.after, "after")
        url = request.url.include_query_params(after=position)
        next_page = f"{url.path}?{url.query}"
    body: CommentPage = {
        "items": [comment_out(card) for card in found.cards],
        "next": next_page or None,
    }
    return private_json(body, headers=link_header(next_page))
