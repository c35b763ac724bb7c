"""/api/v1/reputation: what moderators decided about an author's comments, a domain's links, a network."""

import os
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from moderation.clock import now_ms
from moderation.domain.reputation import Subject, SubjectKind
from moderation.review import reputation
from moderation.store.sites import Key
from service.access.keys import SecretKey
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import SequenceIn
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED
from service.api.reputation_schemas import (
    ReputationList,
    ReputationOut,
    ReputationPage,
    reputation_out,
    score_out,
)
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1", tags=["reputation"], dependencies=KEYED)

# A domain, or 64 hex digits that stand for an author or a network and are good on this site only.
Name = Annotated[str, Path(max_length=120, pattern=r"^[^\s/:]+$")]
SequenceBody = Annotated[SequenceIn, json_body(SequenceIn, required=False)]


@router.get(
    "/reputation",
    summary="The site's reputations of one kind, by name",
    **described(ReputationPage, headers=["Link"]),
)
def listed(
    request: Request,
    key: SecretKey,
    after: After,
    kind: SubjectKind = SubjectKind.DOMAIN,
    limit: Limit = 25,
) -> Response:
    """Authors and networks are known by a keyed hash."""
    store = request.app.state.store
    rows = reputation.list_by_kind(store, key.site_id, kind, now_ms(), after, limit + 1)
    return page_response(request, rows, limit, lambda row: score_out(*row), lambda row: row[0].name)


@router.get(
    "/comments/{comment_id}/reputation",
    summary="The reputations that a comment comes with",
    **described(ReputationList),
)
def of_comment(request: Request, comment_id: str, key: SecretKey) -> Response:
    """Its author's, where it is proved who that is; its network's; those of the domains it links to.

    After 30 days neither is known any more, unless somebody has decided about it.
    """
    rows = reputation.of_comment(request.app.state.store, {key.site_id}, comment_id, now_ms())
    body: ReputationList = {"items": [score_out(*row) for row in rows]}
    return private_json(body)


@router.get(
    "/reputation/{kind}/{name}",
    summary="One reputation with its history",
    **described(ReputationOut),
)
def read(request: Request, kind: SubjectKind, name: Name, key: SecretKey) -> Response:
    """decisions: the newest 20, newest first."""
    subject = Subject(kind, key.site_id, name)
    details = reputation.get_reputation(request.app.state.store, subject, now_ms())
    return private_json(reputation_out(details))


@router.post(
    "/reputation/{kind}/{name}/reset",
    summary="Have what was decided until now count no more",
    **described(ReputationOut, 409, body=SequenceIn, body_required=False, status=201),
)
def reset(
    request: Request, kind: SubjectKind, name: Name, key: SecretKey, body: SequenceBody
) -> Response:
    """sequence: of the last reset that was seen, 0 for none."""
    return _reset(request, Subject(kind, key.site_id, name), key, body, undo=False)


@router.post(
    "/reputation/{kind}/{name}/undo",
    summary="Take the last reset back",
    **described(ReputationOut, 409, body=SequenceIn, body_required=False, status=201),
)
def undo(
    request: Request, kind: SubjectKind, name: Name, key: SecretKey, body: SequenceBody
) -> Response:
    """All counts again that counted before it."""
    return _reset(request, Subject(kind, key.site_id, name), key, body, undo=True)


def _reset(
    request: Request, subject: Subject, key: Key, body: SequenceIn, *, undo: bool
) -> Response:
    details = reputation.reset(
        request.app.state.store,
        key.id,
        subject,
        body.sequence,
        undo=undo,
        now=now_ms(),
        entropy=os.urandom,
    )
    return private_json(reputation_out(details), 201)
