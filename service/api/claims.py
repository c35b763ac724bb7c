"""/api/v1/comments/{id}/claim: who is about to decide about a comment."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from moderation.review import claims
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import ClaimOut, claim_out

router = APIRouter(
    prefix="/api/v1/comments/{comment_id}/claim", tags=["comments"], dependencies=KEYED
)


class ClaimIn(StrictModel):
    """take_over: also where somebody else has claimed the comment."""

    take_over: bool = False


@router.post(
    "",
    summary="Claim a comment, so that nobody else decides at the same time",
    **described(ClaimOut, 409, body=ClaimIn, body_required=False),
)
def claim(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[ClaimIn, json_body(ClaimIn, required=False)],
) -> Response:
    """For two minutes; to claim it again is to have it longer. It ends with any decision, and by itself. Others see it
    in queues, and their decision is refused, with the code `claimed`, unless they take it over. The key is who claims.
    """
    made = claims.claim(
        request.app.state.store, key.id, {key.site_id}, comment_id, take_over=body.take_over
    )
    return private_json(claim_out(made))


@router.delete("", summary="Release a comment", **described(None, 409, status=204))
def release(
    request: Request,
    comment_id: str,
    key: SecretKey,
    take_over: Annotated[bool, Query(description="Also somebody else's claim")] = False,
) -> Response:
    """A comment that nobody has claimed stays so."""
    claims.release(request.app.state.store, key.id, {key.site_id}, comment_id, take_over=take_over)
    return Response(status_code=204)
