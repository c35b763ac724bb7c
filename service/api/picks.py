"""/api/v1/comments/{id}/pick: editors' picks, the comments that moderators recommend to readers."""

from fastapi import APIRouter, Request, Response

from moderation.clock import now_ms
from moderation.review import picks
from service.access.keys import SecretKey
from service.api.described import described
from service.api.parameters import KEYED

router = APIRouter(
    prefix="/api/v1/comments/{comment_id}/pick", tags=["comments"], dependencies=KEYED
)


@router.put("", summary="Make a comment an editors' pick", **described(None, 409, status=204))
def pick(request: Request, comment_id: str, key: SecretKey) -> Response:
    """Only a published one. It is `picked` in the thread until this is taken back, or its writer changes the text."""
    picks.pick(request.app.state.store, {key.site_id}, comment_id, key.id, now=now_ms())
    return Response(status_code=204)


@router.delete("", summary="Take an editors' pick back", **described(None, status=204))
def unpick(request: Request, comment_id: str, key: SecretKey) -> Response:
    """A comment that is none stays so."""
    picks.unpick(request.app.state.store, {key.site_id}, comment_id, key.id)
    return Response(status_code=204)
