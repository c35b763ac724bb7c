"""/api/v1/agreement: how far people's decisions agree, as JSON or CSV; disagreements; golden items."""

import os
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts.sign_in import emails_of
from moderation.clock import now_ms
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import GOLDEN_LIMIT, Kappa
from moderation.review import agreement
from moderation.review.agreement import PersonAgreement
from moderation.store.second_looks import Look
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import ModeratorOut, iso, moderator_out

router = APIRouter(prefix="/api/v1/agreement", tags=["agreement"], dependencies=KEYED)

LookId = Annotated[str, Field(examples=["look_01kaxw6d00e5j8n2q4s6v8x0z"])]


class ShareIn(StrictModel):
    """share: of people's decisions that get a second look from now on, per cent; 0 for none."""

    share: Annotated[int, Field(ge=0, le=100, examples=[5])]


class RightIn(StrictModel):
    """Who is right."""

    verdict: Literal["publish", "remove"]


class GoldenIn(StrictModel):
    """Who is asked, and about how many comments."""

    moderator_id: Annotated[str, Field(max_length=60, examples=["mod_01kaxw6d00e5j8n2q4s6v8x0z2"])]
    count: Annotated[int, Field(ge=1, le=GOLDEN_LIMIT, examples=[10])] = 10


class KappaOut(TypedDict):
    """Of `pairs` verdicts that two gave without knowing each other's, `agreed` were the same. kappa: Cohen's, -1 to 1; interval: 95 %. Both are
    null where there is too little to tell.
    """

    pairs: answers.Count
    agreed: answers.Count
    kappa: Annotated[float | None, Field(examples=[0.71])]
    interval: Annotated[list[float] | None, Field(examples=[[0.55, 0.83]])]


class PersonAgreementOut(TypedDict):
    """Of the last 90 days. name: an e-mail, null for a key. reversed: of the decisions, those that others changed. median_seconds: from one
    decision to the next in one sitting.
    """

    id: answers.PolicyOrPerson
    name: answers.Email | None
    decisions: answers.Count
    reversed: answers.Count
    median_seconds: Annotated[int | None, Field(examples=[14])]
    agreement: KappaOut
    golden_items: answers.Count
    golden_right: answers.Count


class DisagreementOut(TypedDict):
    """A decision that somebody else would have made otherwise."""

    id: LookId
    comment_id: answers.CommentId
    decided: Verdict
    decided_by: ModeratorOut
    otherwise: Verdict
    otherwise_by: ModeratorOut
    at: answers.Moment


class SiteAgreementOut(TypedDict):
    """share: of decisions that get a second look, per cent. disagreements: that no editor has settled, the oldest first."""

    share: Annotated[int, Field(examples=[5])]
    whole: KappaOut
    people: list[PersonAgreementOut]
    disagreements: list[DisagreementOut]


class GoldenOut(TypedDict):
    """How many comments were mixed in: there may be fewer than were asked for."""

    asked: answers.Count


@router.get(
    "", summary="How far people's decisions agree", **described(SiteAgreementOut, as_csv=True)
)
def read(request: Request, key: SecretKey, format: Literal["json", "csv"] = "json") -> Response:
    """Of the last 90 days. With `format=csv` a line for each person as text/csv."""
    store = request.app.state.store
    found = agreement.agreement(store, key.site_id, now=now_ms())
    names = emails_of(store, [person.person_id for person in found.people])
    if format == "csv":
        text = agreement.csv_of(
            found.people, {person.person_id: person.person_id for person in found.people} | names
        )
        headers = {"Cache-Control": "private, no-store"}
        return Response(text, media_type="text/csv", headers=headers)
    body: SiteAgreementOut = {
        "share": found.share,
        "whole": _kappa_out(found.whole),
        "people": [_person_out(person, names) for person in found.people],
        "disagreements": [_disagreement_out(disagreement) for disagreement in found.disagreements],
    }
    return private_json(body)


@router.put(
    "",
    summary="Set how many decisions get a second look",
    **described(SiteAgreementOut, body=ShareIn),
)
def set_share(
    request: Request, key: SecretKey, body: Annotated[ShareIn, json_body(ShareIn)]
) -> Response:
    """Of those that are made from now on."""
    agreement.set_share(request.app.state.store, key.site_id, body.share, key.id, now=now_ms())
    return read(request, key)


@router.post(
    "/disagreements/{look_id}",
    summary="Say who is right",
    **described(None, body=RightIn, status=204),
)
def settle(
    request: Request, look_id: str, key: SecretKey, body: Annotated[RightIn, json_body(RightIn)]
) -> Response:
    """The comment stays as it is: decide about it if it should not."""
    store = request.app.state.store
    agreement.settle(store, key.site_id, look_id, Verdict(body.verdict), key.id)
    return Response(status_code=204)


@router.post(
    "/golden",
    summary="Ask somebody about comments with a known answer",
    **described(GoldenOut, 404, 409, body=GoldenIn, status=201),
)
def ask(
    request: Request, key: SecretKey, body: Annotated[GoldenIn, json_body(GoldenIn)]
) -> Response:
    """They are mixed into what the person looks at blind, and marked nowhere until they are answered. 409 where there is none yet."""
    asked = agreement.ask_golden(
        request.app.state.store,
        key.site_id,
        body.moderator_id,
        body.count,
        key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    answer: GoldenOut = {"asked": asked}
    return private_json(answer, 201)


def _kappa_out(found: Kappa) -> KappaOut:
    return {
        "pairs": found.pairs,
        "agreed": found.agreed,
        "kappa": None if found.value is None else round(found.value, 4),
        "interval": None if found.interval is None else [round(n, 4) for n in found.interval],
    }


def _person_out(person: PersonAgreement, names: Mapping[str, str]) -> PersonAgreementOut:
    ms = person.median_ms
    return {
        "id": person.person_id,
        "name": names.get(person.person_id),
        "decisions": person.reversed.count,
        "reversed": person.reversed.hits,
        "median_seconds": None if ms is None else round(ms / 1_000),
        "agreement": _kappa_out(person.agreement),
        "golden_items": person.golden.count,
        "golden_right": person.golden.hits,
    }


def _disagreement_out(look: Look) -> DisagreementOut:
    return {
        "id": look.id,
        "comment_id": look.comment_id,
        "decided": look.known,
        "decided_by": moderator_out(look.decided_by),
        "otherwise": Verdict(look.verdict),
        "otherwise_by": moderator_out(look.judged_by),
        "at": iso(look.judged_at or look.created_at),
    }
