"""/api/v1/campaigns: many comments that say the same, decided once."""

import os
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from moderation.clock import now_ms
from moderation.domain.campaign_targets import contact_kind
from moderation.domain.decision import Outcome
from moderation.doorbell import DELIVER
from moderation.review import campaign_decisions, campaigns
from moderation.review.campaign_decisions import CampaignDecision
from moderation.review.campaigns import CampaignCard
from moderation.store.queues import QueueEntry
from service.access.keys import SecretKey
from service.api.bodies import describe_body, json_body
from service.api.fields import Sequence, SequenceIn, StrictModel
from service.api.paging import Cursor, Limit, page_response
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])


class RulingIn(StrictModel):
    """A person's word on a campaign. sequence: of the one that was seen, 0 for none. held: about those members
    alone that are held with the ruling in force, which stays.
    """

    outcome: Annotated[Outcome, Field(strict=False)]  # by its name
    sequence: Sequence = None
    held: bool = False


class CampaignMembersIn(StrictModel):
    """Members of a campaign, by their ids."""

    comment_ids: Annotated[
        list[Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$")]],
        Field(min_length=1, max_length=500),
    ]


@router.get("", summary="The campaigns of the site, the newest first")
def listed(
    request: Request,
    key: SecretKey,
    after: Cursor = "",
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
        return private_json({"items": [campaign_out(card) for card in cards], "next": None})
    cards = campaigns.list_campaigns(store, key.site_id, now_ms(), after, limit + 1)
    return page_response(request, cards, limit, campaign_out, lambda card: card.id)


@router.get("/{campaign_id}", summary="One campaign")
def read(request: Request, campaign_id: str, key: SecretKey) -> Response:
    card = campaigns.get_campaign(request.app.state.store, key.site_id, campaign_id, now_ms())
    return private_json(campaign_out(card))


@router.get("/{campaign_id}/comments", summary="Its members on the site, oldest first")
def members(
    request: Request, campaign_id: str, key: SecretKey, after: Cursor = "", limit: Limit = 25
) -> Response:
    comments = campaigns.list_members(
        request.app.state.store, key.site_id, campaign_id, after, limit + 1
    )
    return page_response(request, comments, limit, _member_out, lambda comment: comment.id)


@router.post(
    "/{campaign_id}/decisions",
    status_code=201,
    summary="Decide about all its members on the site",
    openapi_extra=describe_body(RulingIn),
)
def decide(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[RulingIn, Depends(json_body(RulingIn))],
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
    return _decision_out(campaign_id, body.outcome.value, decision)


@router.post(
    "/{campaign_id}/undo",
    status_code=201,
    summary="Take the last decision about it back",
    openapi_extra=describe_body(SequenceIn),
)
def undo(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[SequenceIn, Depends(json_body(SequenceIn))],
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
    return _decision_out(campaign_id, campaigns.UNDONE, decision)


@router.post(
    "/{campaign_id}/exclusions",
    summary="Take members out that do not belong to it",
    openapi_extra=describe_body(CampaignMembersIn),
)
def exclude(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[CampaignMembersIn, Depends(json_body(CampaignMembersIn))],
) -> Response:
    """What was decided about them stays as it is."""
    count = campaigns.exclude(request.app.state.store, key.site_id, campaign_id, body.comment_ids)
    return private_json({"campaign_id": campaign_id, "excluded": count})


@router.post(
    "/{campaign_id}/splits",
    status_code=201,
    summary="Make a campaign of its own of some members",
    openapi_extra=describe_body(CampaignMembersIn),
)
def split(
    request: Request,
    campaign_id: str,
    key: SecretKey,
    body: Annotated[CampaignMembersIn, Depends(json_body(CampaignMembersIn))],
) -> Response:
    """The two never become one again."""
    store = request.app.state.store
    new_id = campaigns.split(
        store, key.site_id, campaign_id, body.comment_ids, now=now_ms(), entropy=os.urandom
    )
    card = campaigns.get_campaign(store, key.site_id, new_id, now_ms())
    return private_json(campaign_out(card), 201, {"Location": f"/api/v1/campaigns/{new_id}"})


def campaign_out(card: CampaignCard) -> dict[str, Any]:
    """A campaign as a site reads it; `counted` counts over all sites of this installation."""
    stats = card.campaign_stats
    return {
        "id": card.id,
        "sentence": card.sentence,
        "created_at": iso(card.created_at),
        "first_at": iso(stats.first_at),
        "last_at": iso(stats.last_at),
        "counted": {
            "comments": stats.comments,
            "addresses": stats.addresses,
            "names": stats.names,
            "networks": stats.networks,
            "pages": stats.pages,
            "sites": stats.sites,
        },
        "link": stats.domain if stats.domain and not contact_kind(stats.domain) else None,
        "comments": {status.value: count for status, count in card.counts.items()},
        "sample": [{"id": comment.id, "text": comment.text} for comment in card.sample],
        "in_force": card.in_force or None,
        "held_with_ruling": card.held_with_ruling,
        "sequence": card.sequence,
        "decisions": [
            {
                "sequence": ruling.sequence,
                "outcome": ruling.outcome,
                "actor": {"kind": "moderator", "id": ruling.moderator_id},
                "done": ruling.done,
                "created_at": iso(ruling.created_at),
            }
            for ruling in card.rulings
        ],
    }


def _member_out(comment: QueueEntry) -> dict[str, Any]:
    return {
        "id": comment.id,
        "page": {"url": comment.page_url, "title": comment.page_title or None},
        "author": {"name": comment.author_name, "url": comment.author_url or None},
        "text": comment.text,
        "status": comment.status.value,
        "created_at": iso(comment.created_at),
    }


def _decision_out(campaign_id: str, outcome: str, decision: CampaignDecision) -> Response:
    return private_json(
        {
            "campaign_id": campaign_id,
            "sequence": decision.sequence,
            "outcome": outcome,
            "changed": decision.changed,
            "left": decision.left,
            "left_published": decision.published,
        },
        201,
    )
