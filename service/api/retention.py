"""/api/v1/retention: how long a site keeps comments of each status, and what terms would delete."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.event import iso
from moderation.domain.expiry import TERM_LIMIT, WITH_TERM, Expiring, Terms
from moderation.upkeep import expiry
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json

router = APIRouter(prefix="/api/v1/retention", tags=["comments"], dependencies=KEYED)

Days = Annotated[int | None, Field(ge=0, le=TERM_LIMIT)]


class TermsIn(StrictModel):
    """Days that comments of each status are kept, from when they came to have it; 0: for ever. null: as the installation does:
    spam for GATEHOUSE_SPAM_DAYS, what was withdrawn for GATEHOUSE_PERSONAL_DAYS, the rest for ever.
    """

    approved: Days = None
    held: Days = None
    rejected: Days = None
    spam: Days = None
    withdrawn: Days = None

    def terms(self) -> Terms:
        return {Status(name): days for name, days in self.model_dump().items() if days is not None}


class TermsOut(TypedDict):
    """As in what sets them."""

    approved: int | None
    held: int | None
    rejected: int | None
    spam: int | None
    withdrawn: int | None


class ExpiringOut(TypedDict):
    """comments: how many would be deleted now. oldest_at: since when the first of them has the status; null for none."""

    status: str
    days: answers.Count
    comments: answers.Count
    oldest_at: answers.Moment | None


class TriedOut(TypedDict):
    """What was tried: a row for each status with a term."""

    would_delete: list[ExpiringOut]


@router.get("", summary="How long comments are kept", **described(TermsOut))
def read_terms(request: Request, key: SecretKey) -> Response:
    return private_json(_out(expiry.get_terms(request.app.state.store, key.site_id)))


@router.put("", summary="Say how long comments are kept", **described(TermsOut, body=TermsIn))
def change_terms(
    request: Request, key: SecretKey, body: Annotated[TermsIn, json_body(TermsIn)]
) -> Response:
    """All of them together. What has had its term is erased within minutes, a few comments at a time: there is no way back.
    What somebody waits for an answer about stays: an appeal, a notice, a report.
    """
    store = request.app.state.store
    return private_json(_out(expiry.set_terms(store, key.site_id, body.terms(), key.id)))


@router.post("/preview", summary="What terms would delete", **described(TriedOut, body=TermsIn))
def preview_terms(
    request: Request, key: SecretKey, body: Annotated[TermsIn, json_body(TermsIn)]
) -> Response:
    """What these terms would delete if they were set now. Nothing is set, and nothing deleted."""
    store = request.app.state.store
    found = expiry.try_terms(store, key.site_id, body.terms(), now_ms())
    tried: TriedOut = {"would_delete": [_expiring(expiring) for expiring in found]}
    return private_json(tried)


def _out(terms: Mapping[Status, int]) -> TermsOut:
    approved, held, rejected, spam, withdrawn = (terms.get(status) for status in WITH_TERM)
    return {
        "approved": approved,
        "held": held,
        "rejected": rejected,
        "spam": spam,
        "withdrawn": withdrawn,
    }


def _expiring(each: Expiring) -> ExpiringOut:
    return {
        "status": each.status.value,
        "days": each.days,
        "comments": each.comments,
        "oldest_at": iso(each.oldest_at) if each.oldest_at is not None else None,
    }
