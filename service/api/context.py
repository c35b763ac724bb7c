"""GET /api/v1/comments/{id}/context: what stands around a comment."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.comment import Status
from moderation.review import comment_context
from moderation.review.comment_context import COUNTED, Neighbour
from service.access.keys import SecretKey
from service.api import answers
from service.api.described import described
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["desk"], dependencies=KEYED)


class NeighbourOut(TypedDict):
    """Another comment in short."""

    id: answers.CommentId
    author: answers.PersonName
    status: Status
    text: answers.Text
    created_at: answers.Moment


class ContextOut(TypedDict):
    """parent: what the comment answers. before, after: its neighbours among the answers to that, else on the page.
    author_known_by: null for an author who is not known. by_author: the newest others by the same. same_text,
    same_network: how many others on the site, counted up to a thousand; the lists of these begin at the URLs.
    """

    parent: NeighbourOut | None
    before: list[NeighbourOut]
    after: list[NeighbourOut]
    author_known_by: Literal["author", "email"] | None
    by_author: list[NeighbourOut]
    same_text: Annotated[int, Field(ge=0, le=COUNTED)]
    same_network: Annotated[int, Field(ge=0, le=COUNTED)]
    same_text_url: answers.Path
    same_network_url: answers.Path


@router.get(
    "/comments/{comment_id}/context",
    summary="What stands around a comment",
    **described(ContextOut),
)
def context_of(request: Request, comment_id: str, key: SecretKey) -> Response:
    """For the person who decides about it: the conversation, the author's other comments, what is like it."""
    found = comment_context.of_comment(request.app.state.store, {key.site_id}, comment_id)
    body: ContextOut = {
        "parent": _neighbour_out(found.parent) if found.parent else None,
        "before": [_neighbour_out(neighbour) for neighbour in found.before],
        "after": [_neighbour_out(neighbour) for neighbour in found.after],
        "author_known_by": found.author_known_by or None,  # type: ignore[typeddict-item] # one of the two
        "by_author": [_neighbour_out(neighbour) for neighbour in found.of_author],
        "same_text": found.same_text,
        "same_network": found.same_network,
        "same_text_url": f"/api/v1/comments?same_text={found.comment_id}",
        "same_network_url": f"/api/v1/comments?same_network={found.comment_id}",
    }
    return private_json(body)


def _neighbour_out(found: Neighbour) -> NeighbourOut:
    return {
        "id": found.id,
        "author": found.author_name,
        "status": found.status,
        "text": found.text,
        "created_at": iso(found.created_at),
    }
