"""/api/v1/policies/shadow: a candidate policy beside the one in force; it decides nothing until it is adopted."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound
from moderation.review import shadow_policy
from moderation.review.shadow_policy import Comparison
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.policy_schemas import (
    AgreementOut,
    ChangeOut,
    PolicyText,
    Toml,
    agreement_out,
    change_out,
)
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1/policies/shadow", tags=["policies"], dependencies=KEYED)


class ShadowIn(StrictModel):
    """policy: TOML, as in a file."""

    policy: PolicyText


class ShadowOut(TypedDict):
    """version: of the candidate's content. examined: comments judged since it was started; changed: of these, those that it would
    decide otherwise; decided: those that people published or removed. before: the policy in force beside their decisions;
    after: the candidate. rules of a change: of its samples.
    """

    version: answers.Hash
    started_by: answers.PolicyOrPerson
    started_at: answers.Moment
    examined: answers.Count
    changed: answers.Count
    decided: answers.Count
    changes: list[ChangeOut]
    before: AgreementOut
    after: AgreementOut
    toml: Toml


@router.get("", summary="The candidate beside the policy in force", **described(ShadowOut, 404))
def read(request: Request, key: SecretKey) -> Response:
    """404 where the site has none."""
    return _answer(request, key.site_id)


@router.put(
    "", summary="Run a policy beside the one in force", **described(ShadowOut, body=ShadowIn)
)
def start(
    request: Request, key: SecretKey, body: Annotated[ShadowIn, json_body(ShadowIn)]
) -> Response:
    """What it would decide is kept for each comment that is judged from now on. It takes the place of another candidate.
    To adopt it, put it in force with `PUT /api/v1/policies`, and end it here.
    """
    try:
        shadow_policy.start(request.app.state.store, key.site_id, body.policy, key.id, now=now_ms())
    except Invalid as error:
        raise Invalid(f"/policy: {error.message}", "/policy") from None
    return _answer(request, key.site_id)


@router.delete("", summary="End the candidate", **described(None, status=204))
def stop(request: Request, key: SecretKey) -> Response:
    shadow_policy.stop(request.app.state.store, key.site_id, key.id)
    return Response(status_code=204)


def _answer(request: Request, site_id: str) -> Response:
    found = shadow_policy.compare(request.app.state.store, site_id)
    if found is None:
        raise NotFound("No policy runs beside the one in force.")
    answer: ShadowOut = _shadow_out(found)
    return private_json(answer)


def _shadow_out(found: Comparison) -> ShadowOut:
    before, after = map(agreement_out, found.agreement)
    return {
        "version": found.candidate.version,
        "started_by": found.candidate.started_by,
        "started_at": iso(found.candidate.started_at),
        "examined": found.examined,
        "changed": found.changed,
        "decided": found.decided,
        "changes": [change_out(change) for change in found.changes],
        "before": before,
        "after": after,
        "toml": found.candidate.toml,
    }
