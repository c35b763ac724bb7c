"""/api/v1/reputation: what moderators decided about an author's comments, a domain's links, a network."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from moderation.clock import now_ms
from moderation.domain.reputation import ReputationScore, Subject, SubjectKind
from moderation.review import reputation
from moderation.review.reputation import Reputation
from moderation.store.sites import Key
from service.access.keys import secret_caller
from service.api.schemas import SequenceIn, strictly, taking
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1", tags=["reputation"])
_HEADERS = {"Cache-Control": "private, no-store"}

Secret = Annotated[Key, Depends(secret_caller)]
# A domain, or 64 hex digits that stand for an author or a network and are good on this site only.
Name = Annotated[str, Path(max_length=120, pattern=r"^[^\s/:]+$")]
Given = Annotated[SequenceIn, Depends(strictly(SequenceIn, required=False))]


@router.get("/reputation", summary="The site's reputations of one kind, by name")
def listed(
    request: Request,
    key: Secret,
    kind: SubjectKind = SubjectKind.DOMAIN,
    after: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Response:
    """Authors and networks are known by a keyed hash."""
    store = request.app.state.store
    found = reputation.list_by_kind(store, key.site_id, kind, now_ms(), after, limit + 1)
    page, more = found[:limit], len(found) > limit
    body: dict[str, Any] = {"items": [repute_out(*one) for one in page], "next": None}
    headers = dict(_HEADERS)
    if more:
        following = request.url.include_query_params(after=page[-1][0].name)
        body["next"] = f"{following.path}?{following.query}"
        headers["Link"] = f'<{body["next"]}>; rel="next"'
    return JSONResponse(body, headers=headers)


@router.get(
    "/comments/{comment_id}/reputation", summary="The reputations that a comment comes with"
)
def of_comment(request: Request, comment_id: str, key: Secret) -> Response:
    """Its author's, where it is proved who that is; its network's; those of the domains it links to.

    After 30 days neither is known any more, unless somebody has decided about it.
    """
    found = reputation.of_comment(request.app.state.store, {key.site_id}, comment_id, now_ms())
    return JSONResponse({"items": [repute_out(*one) for one in found]}, headers=_HEADERS)


@router.get("/reputation/{kind}/{name}", summary="One reputation with its history")
def read(request: Request, kind: SubjectKind, name: Name, key: Secret) -> Response:
    """decisions: the newest 20, newest first."""
    subject = Subject(kind, key.site_id, name)
    found = reputation.get_reputation(request.app.state.store, subject, now_ms())
    return JSONResponse(reputation_out(found), headers=_HEADERS)


@router.post(
    "/reputation/{kind}/{name}/reset",
    status_code=201,
    summary="Have what was decided until now count no more",
    openapi_extra=taking(SequenceIn, required=False),
)
def reset(request: Request, kind: SubjectKind, name: Name, key: Secret, given: Given) -> Response:
    """sequence: of the last reset that was seen, 0 for none."""
    subject = Subject(kind, key.site_id, name)
    found = reputation.reset(request.app.state.store, key.id, subject, given.sequence, now=now_ms())
    return JSONResponse(reputation_out(found), 201, headers=_HEADERS)


@router.post(
    "/reputation/{kind}/{name}/undo",
    status_code=201,
    summary="Take the last reset back",
    openapi_extra=taking(SequenceIn, required=False),
)
def undo(request: Request, kind: SubjectKind, name: Name, key: Secret, given: Given) -> Response:
    """All counts again that counted before it."""
    subject = Subject(kind, key.site_id, name)
    found = reputation.undo_reset(
        request.app.state.store, key.id, subject, given.sequence, now=now_ms()
    )
    return JSONResponse(reputation_out(found), 201, headers=_HEADERS)


def repute_out(subject: Subject, repute: ReputationScore) -> dict[str, Any]:
    """trust: at least this share of what comes next will be approved, distrust: will not, as far as one
    can tell; both fade.
    """
    return {
        "kind": subject.kind.value,
        "name": subject.name,
        "approved": repute.approved,
        "spam": repute.spam,
        "rejected": repute.rejected,
        "trust": round(repute.trust, 4),
        "distrust": round(repute.distrust, 4),
    }


def reputation_out(found: Reputation) -> dict[str, Any]:
    """A reputation as a site reads it."""
    return {
        **repute_out(found.subject, found.repute),
        "sequence": found.sequence,
        "decisions": [
            {
                "comment_id": one.comment_id,
                "said": one.said.value,
                "counts": one.created_at > found.counts_after,
                "created_at": iso(one.created_at),
            }
            for one in found.votes
        ],
        "resets": [
            {
                "sequence": one.sequence,
                "actor": {"kind": "moderator", "id": one.moderator_id},
                "counts_after": iso(one.counts_after) if one.counts_after else None,
                "created_at": iso(one.created_at),
            }
            for one in found.resets
        ],
    }
