"""/api/v1/campaigns: many comments that say the same, decided once."""

import os
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from moderation.clock import now_ms
from moderation.doorbell import DELIVER
from moderation.review import campaign_decisions, campaigns
from moderation.review.campaign_decisions import CampaignDecision
from moderation.review.campaigns import CampaignCard
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.schemas import CampaignMembersIn, RulingIn, SequenceIn, strictly, taking
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])
_HEADERS = {"Cache-Control": "private, no-store"}

Secret = Annotated[Key, Depends(secret_caller)]
After = Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("", summary="The campaigns of the site, the newest first")
def listed(
    request: Request, key: Secret, after: After = "", limit: Limit = 25, waiting: bool = False
) -> Response:
    """waiting: those of which something is held, what waits longest first, on one page."""
    store = request.app.state.store
    if waiting:
        cards = campaigns.waiting_campaigns(store, key.site_id, now_ms(), limit)
        return JSONResponse({"items": [campaign_out(one) for one in cards], "next": None})
    cards = campaigns.list_campaigns(store, key.site_id, now_ms(), after, limit + 1)
    return _page(request, [campaign_out(one) for one in cards], limit)


@router.get("/{campaign_id}", summary="One campaign")
def read(request: Request, campaign_id: str, key: Secret) -> Response:
    card = campaigns.get_campaign(request.app.state.store, key.site_id, campaign_id, now_ms())
    return JSONResponse(campaign_out(card), headers=_HEADERS)


@router.get("/{campaign_id}/comments", summary="Its members on the site, oldest first")
def members(
    request: Request, campaign_id: str, key: Secret, after: After = "", limit: Limit = 25
) -> Response:
    found = campaigns.list_members(
        request.app.state.store, key.site_id, campaign_id, after, limit + 1
    )
    items = [
        {
            "id": one.id,
            "page": {"url": one.page_url, "title": one.page_title or None},
            "author": {"name": one.author_name, "url": one.author_url or None},
            "text": one.text,
            "status": one.status.value,
            "created_at": iso(one.created_at),
        }
        for one in found
    ]
    return _page(request, items, limit)


@router.post(
    "/{campaign_id}/decisions",
    status_code=201,
    summary="Decide about all its members on the site",
    openapi_extra=taking(RulingIn),
)
def decide(
    request: Request,
    campaign_id: str,
    key: Secret,
    given: Annotated[RulingIn, Depends(strictly(RulingIn))],
) -> Response:
    """Members that a person has decided about singly stay; those that come later meet the outcome."""
    state = request.app.state
    done = campaign_decisions.decide(
        state.store,
        key.id,
        key.site_id,
        campaign_id,
        given.outcome,
        expected_sequence=given.sequence,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return JSONResponse(_settled(campaign_id, given.outcome.value, done), 201)


@router.post(
    "/{campaign_id}/undo",
    status_code=201,
    summary="Take the last decision about it back",
    openapi_extra=taking(SequenceIn),
)
def undo(
    request: Request,
    campaign_id: str,
    key: Secret,
    given: Annotated[SequenceIn, Depends(strictly(SequenceIn))],
) -> Response:
    """Each member that it changed gets the outcome it had before."""
    state = request.app.state
    done = campaign_decisions.undo(
        state.store,
        key.id,
        key.site_id,
        campaign_id,
        expected_sequence=given.sequence,
        now=now_ms(),
        entropy=os.urandom,
    )
    state.ring(DELIVER)
    return JSONResponse(_settled(campaign_id, campaigns.UNDONE, done), 201)


@router.post(
    "/{campaign_id}/exclusions",
    summary="Take members out that do not belong to it",
    openapi_extra=taking(CampaignMembersIn),
)
def exclude(
    request: Request,
    campaign_id: str,
    key: Secret,
    given: Annotated[CampaignMembersIn, Depends(strictly(CampaignMembersIn))],
) -> Response:
    """What was decided about them stays as it is."""
    count = campaigns.exclude(request.app.state.store, key.site_id, campaign_id, given.comment_ids)
    return JSONResponse({"campaign_id": campaign_id, "excluded": count}, headers=_HEADERS)


@router.post(
    "/{campaign_id}/splits",
    status_code=201,
    summary="Make a campaign of its own of some members",
    openapi_extra=taking(CampaignMembersIn),
)
def split(
    request: Request,
    campaign_id: str,
    key: Secret,
    given: Annotated[CampaignMembersIn, Depends(strictly(CampaignMembersIn))],
) -> Response:
    """The two never become one again."""
    store = request.app.state.store
    new_id = campaigns.split(
        store, key.site_id, campaign_id, given.comment_ids, now=now_ms(), entropy=os.urandom
    )
    card = campaigns.get_campaign(store, key.site_id, new_id, now_ms())
    headers = _HEADERS | {"Location": f"/api/v1/campaigns/{new_id}"}
    return JSONResponse(campaign_out(card), 201, headers=headers)


def campaign_out(card: CampaignCard) -> dict[str, Any]:
    """A campaign as a site reads it; what is counted is counted over every site here."""
    crowd = card.crowd
    return {
        "id": card.id,
        "sentence": card.sentence,
        "created_at": iso(card.created_at),
        "first_at": iso(crowd.first_at),
        "last_at": iso(crowd.last_at),
        "counted": {
            "comments": crowd.comments,
            "addresses": crowd.addresses,
            "names": crowd.names,
            "networks": crowd.networks,
            "pages": crowd.pages,
            "sites": crowd.sites,
        },
        "link": crowd.domain or None,
        "comments": {status.value: count for status, count in card.counts.items()},
        "sample": [{"id": one.id, "text": one.text} for one in card.sample],
        "in_force": card.in_force or None,
        "sequence": card.sequence,
        "decisions": [
            {
                "sequence": one.sequence,
                "outcome": one.outcome,
                "actor": {"kind": "moderator", "id": one.moderator_id},
                "done": one.done,
                "created_at": iso(one.created_at),
            }
            for one in card.rulings
        ],
    }


def _settled(campaign_id: str, outcome: str, done: CampaignDecision) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "sequence": done.sequence,
        "outcome": outcome,
        "changed": done.changed,
        "left": done.left,
    }


def _page(request: Request, items: list[dict[str, Any]], limit: int) -> Response:
    page, more = items[:limit], len(items) > limit
    body: dict[str, Any] = {"items": page, "next": None}
    headers = dict(_HEADERS)
    if more:
        following = request.url.include_query_params(after=page[-1]["id"])
        body["next"] = f"{following.path}?{following.query}"
        headers["Link"] = f'<{body["next"]}>; rel="next"'
    return JSONResponse(body, headers=headers)
