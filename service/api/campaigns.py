"""/api/v1/campaigns: many comments that say the same, decided once."""

import os
from typing import Annotated

from fastapi import APIRouter, Request, Response

from moderation.clock import now_ms
from moderation.doorbell import DELIVER
from moderation.review import campaign_decisions, campaigns
from moderation.review.campaign_decisions import CampaignDecision
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.campaign_schemas import (
    CampaignDecided,
    CampaignMembersIn,
    CampaignOut,
    CampaignPage,
    MemberPage,
    MembersExcluded,
    RulingIn,
    campaign_out,
    member_out,
)
from service.api.described import described
from service.api.fields import SequenceIn
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"], dependencies=KEYED)


@router.get(
    "",
    summary="The campaigns of the site, the newest first",
    **described(CampaignPage, headers=["Link"]),
)
def listed(
    request: Request,
    key: SecretKey,
    after: After,
    limit: Limit = 25,
    waiting: bool = False,
    ruled: bool = False,
) -> Response:
    """waiting: those that wait for a ruling, what waits longest first, on one page. ruled: likewise those that
    were ruled spam or rejected, and have comments that are held with that ruling.
    """
    store = request.app.state.store
    if waiting or ruled:
        cards = campaigns.waiting_campaigns(
            store, key.site_id, now_ms(), limit, ruled=ruled and not waiting
        )
        body: CampaignPage = {"items": [campaign_out(card) for card in cards], "next": None}
        return private_json(body)
    cards = campaigns.list_campaigns(store, key.site_id, now_ms(), after, limit + 1)
    return page_response(request, cards, limit, campaign_out, lambda card: card.id)


@router.get("/{campaign_id}", summary="One campaign", **described(CampaignOut))
def read(request: Request, campaign_id: str, key: SecretKey) -> Response:
    card = campaigns.get_campaign(request.app.state.store, key.site_id, campaign_id, now_ms())
    return private_json(campaign_out(card))


@router.get(
    "/{campaign_id}/comments",
    summary="Its members on the site, oldest first",
    **described(MemberPage, headers=["Link"]),
)
def members(
    request: Request, campaign_id: str, key: SecretKey, after: After, limit: Limit = 25
) -> Response:
    comments = campaigns.list_members(
        request.app.state.store, key.site_id, campaign_id, after, limit + 1
    )
    return page_response(request, comments, limit, member_out, lambda comment: comment.id)


@router.post(
    "/{campaign_id}/decisions",
    summary="Decide about all its members on the site",
    **described(CampaignDecided, 409, body=RulingIn, status=201),
)
def decide(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[RulingIn, json_body(RulingIn)],
) -> Response:
    """Members that a person has decided about singly stay; those that come later meet the outcome.

    A ruling of spam or rejection leaves what was published before (`left_published`), what comes from an
    author of standing, and what shares neither a link, a contact nor a sender with the rest.
    """
    state = request.app.state
    decision = campaign_decisions.decide(
        state.store,
        key.id,
        key.site_id,
        campaign_id,
        body.outcome,
        expected_sequence=body.sequence,
        held_only=body.held,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return _decided(campaign_id, body.outcome.value, decision)


@router.post(
    "/{campaign_id}/undo",
    summary="Take the last decision about it back",
    **described(CampaignDecided, 409, body=SequenceIn, status=201),
)
def undo(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[SequenceIn, json_body(SequenceIn)],
) -> Response:
    """Each member that it changed gets the outcome it had before."""
    state = request.app.state
    decision = campaign_decisions.undo(
        state.store,
        key.id,
        key.site_id,
        campaign_id,
        expected_sequence=body.sequence,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return _decided(campaign_id, campaigns.UNDONE, decision)


@router.post(
    "/{campaign_id}/exclusions",
    summary="Take members out that do not belong to it",
    **described(MembersExcluded, 409, body=CampaignMembersIn),
)
def exclude(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[CampaignMembersIn, json_body(CampaignMembersIn)],
) -> Response:
    """What was decided about them stays as it is."""
    count = campaigns.exclude(
        request.app.state.store, key.site_id, campaign_id, body.comment_ids, key.id
    )
    excluded: MembersExcluded = {"campaign_id": campaign_id, "excluded": count}
    return private_json(excluded)


@router.post(
    "/{campaign_id}/splits",
    summary="Make a campaign of its own of some members",
    **described(CampaignOut, 409, body=CampaignMembersIn, status=201, headers=["Location"]),
)
def split(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[CampaignMembersIn, json_body(CampaignMembersIn)],
) -> Response:
    """The two never become one again."""
    store = request.app.state.store
    new_id = campaigns.split(
        store, key.site_id, campaign_id, body.comment_ids, key.id, now=now_ms(), entropy=os.urandom
    )
    card = campaigns.get_campaign(store, key.site_id, new_id, now_ms())
    return private_json(campaign_out(card), 201, {"Location": f"/api/v1/campaigns/{new_id}"})


def _decided(campaign_id: str, outcome: str, decision: CampaignDecision) -> Response:
    body: CampaignDecided = {
        "campaign_id": campaign_id,
        "sequence": decision.sequence,
        "outcome": outcome,
        "changed": decision.changed,
        "left": decision.left,
        "left_published": decision.published,
    }
    return private_json(body, 201)
