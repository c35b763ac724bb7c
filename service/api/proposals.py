"""/api/v1/proposals: what trainees would decide; agreeing with it, and deciding otherwise."""

import os
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.proposal import Proposal, ProposalState
from moderation.doorbell import DELIVER
from moderation.review import proposals
from moderation.review.queues import CommentCard
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.comment_schemas import OutcomeIn
from service.api.described import described, page_type
from service.api.fields import StrictModel
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import (
    CommentOut,
    ModeratorOut,
    comment_out,
    iso,
    moderator_out,
    moment,
)

router = APIRouter(prefix="/api/v1/proposals", tags=["proposals"], dependencies=KEYED)


class AgreeIn(StrictModel):
    """take_over: also where somebody else has claimed the comment."""

    take_over: bool = False


class ProposalOut(TypedDict):
    """What somebody would decide about a comment, revision `revision` of its text. answered_in: the sequence of the decision that ended it."""

    id: Annotated[str, Field(examples=["prp_01kaxw6d00e5j8n2q4s6v8x0z2"])]
    comment_id: answers.CommentId
    revision: answers.RevisionNumber
    outcome: Outcome
    reason: answers.ReasonCodeName | None
    sentence: answers.Sentence | None
    actor: ModeratorOut
    created_at: answers.Moment
    state: ProposalState
    answered_in: answers.SequenceNumber | None
    answered_by: ModeratorOut | None
    answered_at: answers.Moment | None


class OpenProposalOut(ProposalOut):
    """An open proposal with its comment."""

    comment: CommentOut


ProposalPage = page_type("ProposalPage", OpenProposalOut, "open proposals")


@router.get(
    "",
    summary="What trainees propose, the oldest first",
    **described(ProposalPage, headers=["Link"]),
)
def list_open(request: Request, key: SecretKey, after: After, limit: Limit = 25) -> Response:
    """Those that are open. A comment keeps its status until somebody else decides about it."""
    found = proposals.list_open(request.app.state.store, [key.site_id], after, limit + 1)
    return page_response(request, found, limit, _open_out, lambda pair: pair[0].id)


@router.get("/{proposal_id}", summary="One proposal", **described(ProposalOut))
def read(request: Request, proposal_id: str, key: SecretKey) -> Response:
    """Whatever became of it."""
    return _answer(request, proposal_id, key.site_id)


@router.post(
    "/{proposal_id}/agree",
    summary="Decide as was proposed",
    **described(ProposalOut, 409, body=AgreeIn, body_required=False, status=201),
)
def agree(
    request: Request,
    proposal_id: str,
    key: SecretKey,
    body: Annotated[AgreeIn, json_body(AgreeIn, required=False)],
) -> Response:
    """With its reason and its sentence; a decision of this key like any other. 409 where the proposal is no longer open."""
    state = request.app.state
    proposals.agree(
        state.store,
        key.id,
        {key.site_id},
        proposal_id,
        take_over=body.take_over,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return _answer(request, proposal_id, key.site_id, 201)


@router.post(
    "/{proposal_id}/refuse",
    summary="Decide otherwise than was proposed",
    **described(ProposalOut, 409, body=OutcomeIn, status=201),
)
def refuse(
    request: Request,
    proposal_id: str,
    key: SecretKey,
    body: Annotated[OutcomeIn, json_body(OutcomeIn)],
) -> Response:
    """The comment gets a decision with this outcome. 422 for the outcome that was proposed, 409 where the proposal is no longer open."""
    state = request.app.state
    proposals.refuse(
        state.store,
        key.id,
        {key.site_id},
        proposal_id,
        body.outcome,
        body.explanation,
        take_over=body.take_over,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return _answer(request, proposal_id, key.site_id, 201)


def _answer(request: Request, proposal_id: str, site_id: str, status: int = 200) -> Response:
    found = proposals.get_proposal(request.app.state.store, {site_id}, proposal_id)
    return private_json(_proposal_out(found), status)


def _open_out(pair: tuple[Proposal, CommentCard]) -> OpenProposalOut:
    proposal, card = pair
    return {**_proposal_out(proposal), "comment": comment_out(card)}


def _proposal_out(proposal: Proposal) -> ProposalOut:
    return {
        "id": proposal.id,
        "comment_id": proposal.comment_id,
        "revision": proposal.revision,
        "outcome": proposal.outcome,
        "reason": proposal.reason_code or None,
        "sentence": proposal.sentence or None,
        "actor": moderator_out(proposal.moderator_id),
        "created_at": iso(proposal.created_at),
        "state": proposal.state,
        "answered_in": proposal.answered_in,
        "answered_by": moderator_out(proposal.answered_by) if proposal.answered_by else None,
        "answered_at": moment(proposal.answered_at),
    }
