"""/api/v1/reputation: what moderators decided about an author's comments, a domain's links, a network."""

import os
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from moderation.clock import now_ms
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind
from moderation.review import reputation
from moderation.review.reputation import Reputation
from service.access.keys import SecretKey
from service.api.bodies import describe_body, json_body
from service.api.fields import SequenceIn
from service.api.paging import Limit, page_response
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["reputation"])

# A domain, or 64 hex digits that stand for an author or a network and are good on this site only.
Name = Annotated[str, Path(max_length=120, pattern=r"^[^\s/:]+$")]
SequenceBody = Annotated[SequenceIn, Depends(json_body(SequenceIn, required=False))]


@router.get("/reputation", summary="The site's reputations of one kind, by name")
def listed(
    request: Request,
    key: SecretKey,
    kind: SubjectKind = SubjectKind.DOMAIN,
    after: Annotated[str, Query(max_length=120)] = "",
    limit: Limit = 25,
) -> Response:
    """Authors and networks are known by a keyed hash."""
    store = request.app.state.store
    rows = reputation.list_by_kind(store, key.site_id, kind, now_ms(), after, limit + 1)
    return page_response(request, rows, limit, lambda row: score_out(*row), lambda row: row[0].name)


@router.get(
    "/comments/{comment_id}/reputation", summary="The reputations that a comment comes with"
)
def of_comment(request: Request, comment_id: str, key: SecretKey) -> Response:
    """Its author's, where it is proved who that is; its network's; those of the domains it links to.

    After 30 days neither is known any more, unless somebody has decided about it.
    """
    rows = reputation.of_comment(request.app.state.store, {key.site_id}, comment_id, now_ms())
    return private_json({"items": [score_out(*row) for row in rows]})


@router.get("/reputation/{kind}/{name}", summary="One reputation with its history")
def read(request: Request, kind: SubjectKind, name: Name, key: SecretKey) -> Response:
    """decisions: the newest 20, newest first."""
    subject = Subject(kind, key.site_id, name)
    details = reputation.get_reputation(request.app.state.store, subject, now_ms())
    return private_json(reputation_out(details))


@router.post(
    "/reputation/{kind}/{name}/reset",
    status_code=201,
    summary="Have what was decided until now count no more",
    openapi_extra=describe_body(SequenceIn, required=False),
)
def reset(
    request: Request, kind: SubjectKind, name: Name, key: SecretKey, body: SequenceBody
) -> Response:
    """sequence: of the last reset that was seen, 0 for none."""
    subject = Subject(kind, key.site_id, name)
    details = reputation.reset(
        request.app.state.store, key.id, subject, body.sequence, now=now_ms(), entropy=os.urandom
    )
    return private_json(reputation_out(details), 201)


@router.post(
    "/reputation/{kind}/{name}/undo",
    status_code=201,
    summary="Take the last reset back",
    openapi_extra=describe_body(SequenceIn, required=False),
)
def undo(
    request: Request, kind: SubjectKind, name: Name, key: SecretKey, body: SequenceBody
) -> Response:
    """All counts again that counted before it."""
    subject = Subject(kind, key.site_id, name)
    details = reputation.undo_reset(
        request.app.state.store, key.id, subject, body.sequence, now=now_ms(), entropy=os.urandom
    )
    return private_json(reputation_out(details), 201)


def score_out(subject: Subject, score: ReputationScore) -> dict[str, Any]:
    """trust, distrust: the share of what comes next that will at least be approved, or not; both fade."""
    return {
        "kind": subject.kind.value,
        "name": subject.name,
        "approved": score.approved,
        "spam": score.spam,
        "rejected": score.rejected,
        "trust": round(score.trust, 4),
        "distrust": round(score.distrust, 4),
    }


def reputation_out(details: Reputation) -> dict[str, Any]:
    """A reputation as a site reads it."""
    return {
        **score_out(details.subject, details.repute),
        "sequence": details.sequence,
        "decisions": [
            {
                "comment_id": vote.comment_id,
                "said": vote.said.value,
                "counts": vote.created_at > details.counts_after,
                "created_at": iso(vote.created_at),
            }
            for vote in details.votes
        ],
        "resets": [
            {
                "sequence": reset.sequence,
                "actor": {"kind": "moderator", "id": reset.moderator_id},
                "counts_after": iso(reset.counts_after) if reset.counts_after else None,
                "created_at": iso(reset.created_at),
            }
            for reset in details.resets
        ],
    }
