"""/api/v1/readers: what a site lets writers and readers do with comments, and what it asks of them."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.domain.reader_rules import (
    EDIT_MINUTES_LIMIT,
    REPORTERS_LIMIT,
    WORK_MOST,
    ReaderRules,
)
from moderation.review import reader_rules
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/readers", tags=["comments"], dependencies=KEYED)


class ReaderRulesIn(StrictModel):
    """edit_minutes: so long writers may change a comment; 0: never. hold_after_reports: as many readers' reports hold a
    comment that no person has decided about; 0: never. markdown: whether emphasis, code, quotations, lists and links are
    shown as such. forewarn: whether the embed tells writers that a comment may be held before it posts it. proof_of_work:
    hashes that a browser tries at most before it posts, 1,000 to 1,000,000; 0: none. website: whether the forms ask writers for
    their website, and their names lead there.
    """

    edit_minutes: Annotated[int, Field(ge=0, le=EDIT_MINUTES_LIMIT)] = 15
    hold_after_reports: Annotated[int, Field(ge=0, le=REPORTERS_LIMIT)] = 0
    markdown: bool = False
    forewarn: bool = False
    proof_of_work: Annotated[int, Field(ge=0, le=WORK_MOST)] = 0
    website: bool = False


class ReaderRulesOut(TypedDict):
    """As in what sets it."""

    edit_minutes: answers.Count
    hold_after_reports: answers.Count
    markdown: bool
    forewarn: bool
    proof_of_work: answers.Count
    website: bool


@router.get(
    "", summary="What writers and readers may do with comments", **described(ReaderRulesOut)
)
def read_rules(request: Request, key: SecretKey) -> Response:
    return private_json(_out(reader_rules.get_rules(request.app.state.store, key.site_id)))


@router.put(
    "",
    summary="Say what writers and readers may do with comments",
    **described(ReaderRulesOut, body=ReaderRulesIn),
)
def change_rules(
    request: Request, key: SecretKey, body: Annotated[ReaderRulesIn, json_body(ReaderRulesIn)]
) -> Response:
    """It holds at once, also for comments that are there already. What is left out is as at the beginning."""
    rules = ReaderRules(**body.model_dump())
    return private_json(
        _out(reader_rules.set_rules(request.app.state.store, key.site_id, rules, key.id))
    )


def _out(rules: ReaderRules) -> ReaderRulesOut:
    return {
        "edit_minutes": rules.edit_minutes,
        "hold_after_reports": rules.hold_after_reports,
        "markdown": rules.markdown,
        "forewarn": rules.forewarn,
        "proof_of_work": rules.proof_of_work,
        "website": rules.website,
    }
