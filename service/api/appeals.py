"""Appeals: POST /api/v1/comments/{id}/appeal for a comment's writer, /api/v1/appeals for those who answer."""

import os
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.appeal import Appeal, AppealState
from moderation.domain.decision import Outcome
from moderation.domain.errors import NotFound
from moderation.doorbell import DELIVER
from moderation.intake.appeal import appeal
from moderation.reading import comment_status
from moderation.review import appeals
from service.access.keys import SecretKey
from service.access.writer import writer
from service.api import answers
from service.api.bodies import json_body
from service.api.comment_schemas import AppealAnswerIn, AppealIn
from service.api.described import described, page_type
from service.api.own_comment import StatusOut, status_out
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED, check_parameters
from service.api.responses import private_json
from service.api.serializers import ModeratorOut, iso, moderator_out

router = APIRouter(prefix="/api/v1", tags=["comments"])

State = Annotated[AppealState, Query(description="Which appeals; closed: over without an answer")]


class AppealOut(TypedDict):
    """An appeal. notice_id: of the notice whose sender appeals, null where the comment's writer does. sequence, outcome: of the decision that it is about; decided_by: who made that and cannot answer, null
    for a machine. answered_by: null while it is open, and where nobody answered it. note: to the writer.
    """

    id: answers.AppealId
    comment_id: answers.CommentId
    notice_id: answers.NoticeId | None
    state: AppealState
    text: answers.Text | None
    revision: answers.RevisionNumber
    sequence: answers.SequenceNumber
    outcome: Outcome
    decided_by: ModeratorOut | None
    created_at: answers.Moment
    answered_at: answers.Moment | None
    answered_by: ModeratorOut | None
    note: answers.Sentence | None


AppealPage = page_type("AppealPage", AppealOut, "appeals")


@router.post(
    "/comments/{comment_id}/appeal",
    summary="Appeal against a decision about one's own comment",
    dependencies=[Depends(writer), Depends(check_parameters)],
    **described(StatusOut, 409, 429, body=AppealIn, body_required=False, status=201),
)
async def make_appeal(
    request: Request,
    comment_id: str,
    body: Annotated[AppealIn, json_body(AppealIn, required=False)],
) -> Response:
    """With the author's token: against a rejection, spam, or a hold of more than a day; a machine's too. Another person
    than the one who decided looks at it. Once for each decision: 409, `not_appealable`, says why not.
    """
    state = request.app.state
    known = await run_in_threadpool(comment_status.get_status, state.store, comment_id)
    if known is None:
        raise NotFound("There is no such comment.")
    await state.limits.admit(known.site_id, "")
    make = partial(appeal, now=now_ms(), entropy=os.urandom)
    await run_in_threadpool(make, state.store, comment_id, body.text)
    return private_json(await run_in_threadpool(status_out, state.store, comment_id), 201)


@router.get(
    "/appeals",
    summary="The appeals, the oldest first",
    dependencies=KEYED,
    **described(AppealPage, headers=["Link"]),
)
def list_appeals(
    request: Request,
    key: SecretKey,
    after: After,
    state: State = AppealState.OPEN,
    limit: Limit = 25,
) -> Response:
    found = appeals.list_appeals(request.app.state.store, key.site_id, state, after, limit + 1)
    return page_response(request, found, limit, _appeal_out, lambda appeal: appeal.id)


@router.post(
    "/appeals/{appeal_id}/decide",
    summary="Answer an appeal",
    dependencies=KEYED,
    **described(AppealOut, 409, body=AppealAnswerIn, status=201),
)
def decide(
    request: Request,
    appeal_id: str,
    key: SecretKey,
    body: Annotated[AppealAnswerIn, json_body(AppealAnswerIn)],
) -> Response:
    """Overturning is a decision that approves the comment, or after a notice rejects it, and is told to endpoints as such. 409 where the key itself
    made the decision: another person, or another key, answers. The person who appealed reads the note.
    """
    state = request.app.state
    answered = appeals.decide(
        state.store,
        key.id,
        {key.site_id},
        appeal_id,
        body.outcome,
        body.note,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return private_json(_appeal_out(answered), 201)


def _appeal_out(appeal: Appeal) -> AppealOut:
    answered_at = appeal.answered_at
    return {
        "id": appeal.id,
        "comment_id": appeal.comment_id,
        "notice_id": appeal.notice_id or None,
        "state": appeal.state,
        "text": appeal.text or None,
        "revision": appeal.revision,
        "sequence": appeal.sequence,
        "outcome": appeal.outcome,
        "decided_by": moderator_out(appeal.decider_id) if appeal.decider_id else None,
        "created_at": iso(appeal.created_at),
        "answered_at": iso(answered_at) if answered_at is not None else None,
        "answered_by": moderator_out(appeal.answered_by) if appeal.answered_by else None,
        "note": appeal.note or None,
    }
