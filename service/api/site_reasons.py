"""/api/v1/reasons: what a site's moderators may say why, and what its writers are told then."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.errors import Conflict
from moderation.domain.site_reasons import (
    CODE_LIMIT,
    LABEL_LIMIT,
    REASONS_LIMIT,
    SENTENCE_LIMIT,
    SiteReason,
    SiteReasons,
)
from moderation.review import site_reasons
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import Line, Lines, StrictModel
from service.api.parameters import KEYED
from service.api.responses import (
    IfReasons,
    etag_header,
    if_match,
    precondition_failed,
    private_json,
)

router = APIRouter(prefix="/api/v1/reasons", tags=["comments"], dependencies=KEYED)

_Code = Annotated[str, Field(max_length=CODE_LIMIT, pattern=r"^[a-z][a-z0-9_]*$")]
_Language = Annotated[str, Field(max_length=35, pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|any)$")]
_Labels = Annotated[
    dict[_Language, Annotated[str, Line(LABEL_LIMIT, 1)]],
    Field(min_length=1, examples=[{"en": "Off topic", "de": "Nicht zum Thema"}]),
]
_Sentences = Annotated[
    dict[_Language, Annotated[str, Lines(SENTENCE_LIMIT), Field(min_length=1)]],
    Field(examples=[{"en": "Please write about the article."}]),
]


class ReasonIn(StrictModel):
    """code: stays with the decisions. labels: its name by language, 'any' for every other. sentences: likewise, what the
    writer is told where the moderator writes nothing.
    """

    code: Annotated[_Code, Field(examples=["off_topic"])]
    labels: _Labels
    sentences: _Sentences = Field({})


class ReasonsIn(StrictModel):
    """The whole list, in the order in which it is offered; the keys 1 to 9 choose the first nine."""

    reasons: Annotated[list[ReasonIn], Field(max_length=REASONS_LIMIT)]


class SiteReasonOut(TypedDict):
    """A reason, with its name and its sentence to the writer by language."""

    code: Annotated[str, Field(examples=["off_topic"])]
    labels: _Labels
    sentences: _Sentences


class SiteReasonsOut(TypedDict):
    """The list. is_default: whether it is the one that every site begins with."""

    reasons: list[SiteReasonOut]
    is_default: bool


@router.get(
    "",
    summary="The reasons that moderators choose from",
    **described(SiteReasonsOut, headers=["ETag"]),
)
def read(request: Request, key: SecretKey) -> Response:
    """What a decision may have as its `reason`."""
    return _answer(site_reasons.get_reasons(request.app.state.store, key.site_id))


@router.put(
    "",
    summary="Say which reasons moderators choose from",
    **described(SiteReasonsOut, 412, body=ReasonsIn, headers=["ETag"]),
)
def change(
    request: Request,
    key: SecretKey,
    body: Annotated[ReasonsIn, json_body(ReasonsIn)],
    seen: IfReasons = "*",
) -> Response:
    """The whole list anew. Decisions made before keep their reasons with the names they had. If-Match with the list's ETag
    keeps two from overwriting each other.
    """
    reasons = [SiteReason(reason.code, reason.labels, reason.sentences) for reason in body.reasons]
    store, expected = request.app.state.store, if_match(seen)
    try:
        return _answer(site_reasons.set_reasons(store, key.site_id, reasons, expected, key.id))
    except Conflict as error:
        return precondition_failed(error)


def _answer(known: SiteReasons) -> Response:
    body: SiteReasonsOut = {
        "reasons": [
            {
                "code": reason.code,
                "labels": dict(reason.labels),
                "sentences": dict(reason.sentences),
            }
            for reason in known.reasons
        ],
        "is_default": known.version == 0,
    }
    return private_json(body, headers=etag_header("r", known.version))
