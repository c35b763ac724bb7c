"""/api/v1/readers: how long writers may change their comments, and what readers' reports do."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.reader_rules import EDIT_MINUTES_LIMIT, REPORTERS_LIMIT, ReaderRules
from moderation.review import reader_rules
from service.access.keys import SecretKey
from service.api import answers
from service.api.answers import describe_answer
from service.api.bodies import describe_body, json_body
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/readers", tags=["comments"], dependencies=KEYED)


class ReaderRulesIn(StrictModel):
    """edit_minutes: so long writers may change a comment; 0: never. hold_after_reports: as many readers' reports hold a
    comment that no person has decided about; 0: never.
    """

    edit_minutes: Annotated[int, Field(ge=0, le=EDIT_MINUTES_LIMIT)] = 15
    hold_after_reports: Annotated[int, Field(ge=0, le=REPORTERS_LIMIT)] = 0


class ReaderRulesOut(TypedDict):
    """edit_minutes: so long writers may change a comment; 0: never. hold_after_reports: as many readers' reports hold a
    comment that no person has decided about; 0: never.
    """

    edit_minutes: answers.Count
    hold_after_reports: answers.Count


@router.get(
    "",
    summary="What writers and readers may do with comments",
    openapi_extra=describe_answer(ReaderRulesOut),
)
def read_rules(request: Request, key: SecretKey) -> Response:
    return private_json(_out(reader_rules.get_rules(request.app.state.store, key.site_id)))


@router.put(
    "",
    summary="Say what writers and readers may do with comments",
    openapi_extra=describe_body(ReaderRulesIn) | describe_answer(ReaderRulesOut),
)
def change_rules(
    request: Request,
    key: SecretKey,
    body: Annotated[ReaderRulesIn, Depends(json_body(ReaderRulesIn))],
) -> Response:
    """It holds at once, also for comments that are there already."""
    rules = ReaderRules(body.edit_minutes, body.hold_after_reports)
    return private_json(
        _out(reader_rules.set_rules(request.app.state.store, key.site_id, rules, key.id))
    )


def _out(rules: ReaderRules) -> ReaderRulesOut:
    return {
        "edit_minutes": rules.edit_minutes,
        "hold_after_reports": rules.hold_after_reports,
    }
