"""/api/v1/comments/{id}/corrections: what people say against the scores of a comment."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.correction import Correction
from moderation.review import corrections
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import ModeratorOut, iso, moderator_out

router = APIRouter(
    prefix="/api/v1/comments/{comment_id}/corrections", tags=["comments"], dependencies=KEYED
)

_NAME = r"^[A-Za-z0-9_.-]{1,64}$"


class CorrectionIn(StrictModel):
    """label: the name of a score that is wrong about the comment."""

    label: Annotated[str, Field(pattern=_NAME, examples=["insult"])]


class CorrectionOut(TypedDict):
    """That a score is wrong about a text. revision: of that text. score, model, sha256: what was measured, and by what."""

    label: answers.Name
    revision: answers.RevisionNumber
    actor: ModeratorOut
    score: answers.Probability
    model: answers.Name | None
    sha256: answers.Hash | None
    created_at: answers.Moment


class CorrectionList(TypedDict):
    """The corrections about a comment."""

    items: list[CorrectionOut]


@router.get("", summary="What people say against its scores", **described(CorrectionList))
def listed(request: Request, comment_id: str, key: SecretKey) -> Response:
    """First to last; about the texts that it had before, too."""
    found = corrections.of_comment(request.app.state.store, {key.site_id}, comment_id)
    body: CorrectionList = {"items": [_out(correction) for correction in found]}
    return private_json(body)


@router.post(
    "",
    summary="Say that a score is wrong about it",
    **described(CorrectionOut, body=CorrectionIn, status=201),
)
def add(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[CorrectionIn, json_body(CorrectionIn)],
) -> Response:
    """About its present text. Kept for evaluation and erased with the comment; nothing is decided by it."""
    made = corrections.correct(
        request.app.state.store, key.id, {key.site_id}, comment_id, body.label, now=now_ms()
    )
    return private_json(_out(made), 201)


@router.delete("/{label}", summary="Take that back", **described(None, status=204))
def remove(
    request: Request, comment_id: str, label: Annotated[str, Path(pattern=_NAME)], key: SecretKey
) -> Response:
    """About its present text."""
    corrections.retract(request.app.state.store, {key.site_id}, comment_id, label, key.id)
    return Response(status_code=204)


def _out(correction: Correction) -> CorrectionOut:
    return {
        "label": correction.label,
        "revision": correction.revision,
        "actor": moderator_out(correction.moderator_id),
        "score": round(correction.score, 6),
        "model": correction.model or None,
        "sha256": correction.sha256 or None,
        "created_at": iso(correction.created_at),
    }
