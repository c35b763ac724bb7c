"""The conditions by which lists of comments are filtered, as parameters of a request: the same everywhere."""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from moderation.clock import now_ms
from moderation.domain.age import AGE_PATTERN
from moderation.domain.comment import PAGE_URL_LIMIT
from moderation.domain.decision import ActorKind
from moderation.domain.errors import Invalid
from moderation.domain.order import ORDER_PATTERN
from moderation.domain.search_words import QUERY_LIMIT
from moderation.review import search
from moderation.review.search import Criteria
from moderation.store.sites import Key
from service.api.fields import epoch_ms
from service.api.paging import cursor_at, link_header
from service.api.responses import private_json
from service.api.serializers import CommentPage, comment_out
from service.http.broken_rules import BadParameter

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
_Id = Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")]
_Order = Annotated[
    str | None,
    Query(
        pattern=ORDER_PATTERN,
        description="`newest` or `oldest`; of held comments also `urgency` (the strongest score, doubled for every "
        "twelve hours of waiting and for every report), or the name of a score, highest first; "
        "`listed` as a queue has them that is no status",
        examples=["urgency", "toxicity"],
    ),
]


@dataclass(frozen=True, slots=True)
class _Conditions:
    query: _Words = ""
    reason: _Code = ""
    page_url: Annotated[
        str, Query(max_length=PAGE_URL_LIMIT, description="Any URL of the page, in any spelling")
    ] = ""
    author: _Author = ""
    domain: Annotated[
        str, Query(max_length=253, description="A registrable domain that the comment links to")
    ] = ""
    language: Annotated[str, Query(max_length=16, description="As measured: ISO 639, `de`")] = ""
    decided_by: Annotated[ActorKind | None, Query(description="Who decided last")] = None
    moderator: Annotated[
        _Code, Query(description="The id of the moderator or key that decided last")
    ] = ""
    since: Annotated[AwareDatetime | None, Query(description="Handed in at or after")] = None
    until: Annotated[AwareDatetime | None, Query(description="Handed in before")] = None
    age: Annotated[
        str,
        Query(
            pattern=AGE_PATTERN,
            description="Handed in less or more than so many minutes, hours or days ago",
            examples=["under-24h", "over-4h"],
        ),
    ] = ""
    score: Annotated[
        str,
        Query(
            pattern=r"^([a-z][a-z0-9_]{0,63})?$",
            description="The name of a score of held comments, for the next two",
            examples=["toxicity"],
        ),
    ] = ""
    score_from: Annotated[
        float | None, Query(ge=0, le=1, description="The score is this or more")
    ] = None
    score_to: Annotated[
        float | None, Query(ge=0, le=1, description="The score is this or less")
    ] = None
    same_text: Annotated[
        _Id, Query(description="The id of a comment: it and those with much the same text")
    ] = ""
    same_network: Annotated[
        _Id,
        Query(
            description="The id of a comment: it and those from its network, while that is remembered"
        ),
    ] = ""
    order: _Order = None


async def _criteria(asked: Annotated[_Conditions, Depends()]) -> Criteria:
    changed: dict[str, Any] = {
        "decided_by": asked.decided_by or "",
        "since": epoch_ms(asked.since),
        "until": epoch_ms(asked.until),
        "order": asked.order or "",
    }
    return Criteria(**{field.name: getattr(asked, field.name) for field in fields(asked)} | changed)


# The queues that are no status.
QueueName = Literal["reported", "proposed", "mine"]
# All but the status and the queue; order: '' where none is asked for.
Conditions = Annotated[Criteria, Depends(_criteria)]


def search_response(
    request: Request, key: Key, criteria: Criteria, after: str, limit: int
) -> Response:
    """A page of what meets them."""
    try:
        found = search.search(
            request.app.state.store, [key.site_id], criteria, after, limit, now=now_ms()
        )
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
