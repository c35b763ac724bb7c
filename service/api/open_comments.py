"""/api/v1/claims: which comments a key has open, and what others have."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from moderation.review import claims
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import ClaimOut, claim_out

router = APIRouter(prefix="/api/v1/claims", tags=["comments"], dependencies=KEYED)

_Ids = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$")]],
    Field(max_length=claims.MOST),
]


class OpenIn(StrictModel):
    """comments: that are worked through, in this order; the first is the open one. deciding: a decision about them is on its
    way. shown: others, of which you want to know whose they are. ahead: comments after the open one, 20 at most.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"comments": ["cmt_01kaxw6d00e5j8n2q4s6v8x0z2"]}]}
    )

    comments: _Ids
    deciding: _Ids = Field(default=[])
    shown: _Ids = Field(default=[])
    ahead: Annotated[int, Field(ge=0, le=claims.MOST_AHEAD)] = claims.AHEAD


class OthersClaimOut(TypedDict):
    """A comment that somebody else has."""

    id: answers.CommentId
    claim: ClaimOut


class OpenOut(TypedDict):
    """mine: are yours for the next 15 seconds. others: are somebody else's. gone: wait for nobody any more, or are not here."""

    mine: list[answers.CommentId]
    others: list[OthersClaimOut]
    gone: list[answers.CommentId]


@router.put(
    "",
    summary="Say which comments you have open, so that others get different ones",
    **described(OpenOut, body=OpenIn),
)
def keep_open(
    request: Request, key: SecretKey, body: Annotated[OpenIn, json_body(OpenIn)]
) -> Response:
    """Holds for 15 seconds: send it again while that is so. Of `comments` the first that nobody else has and the next `ahead` are
    yours then, and what you had open before is free again. People are refused a decision about these, with the code `claimed`,
    unless they take it over; decisions by keys are not.
    """
    found = claims.keep_open(
        request.app.state.store,
        key.id,
        {key.site_id},
        body.comments,
        deciding=body.deciding,
        shown=body.shown,
        ahead=body.ahead,
    )
    others: list[OthersClaimOut] = [
        {"id": id, "claim": claim_out(claim)} for id, claim in found.others.items()
    ]
    return private_json({"mine": found.mine, "others": others, "gone": found.gone})
