"""Notices of illegal content: POST /api/v1/comments/{id}/notices for everybody, /api/v1/notices for those who decide."""

import os
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.comment import NAME_LIMIT
from moderation.domain.errors import Invalid, NotFound, Unauthenticated, together
from moderation.domain.legal_notice import WHY_LIMIT, LegalNotice, NoticeState
from moderation.intake.appeal import appeal_notice
from moderation.intake.legal_notice import send_notice
from moderation.reading.legal_notices import appeal_of, find_notice
from moderation.review import legal_notices
from service.access.keys import SecretKey
from service.api import answers, fields
from service.api.bodies import json_body
from service.api.comment_schemas import AppealIn
from service.api.described import described, page_type
from service.api.own_comment import OwnAppealOut, own_appeal_out
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED, check_parameters
from service.api.responses import private_json
from service.api.serializers import iso
from service.http.client_address import client_address, flood_unit

router = APIRouter(prefix="/api/v1", tags=["comments"])

State = Annotated[NoticeState, Query(description="Which notices; gone: the comment went before")]


class NoticeIn(fields.StrictModel):
    """Why a comment is against the law, and who says so. Name and e-mail may be left out only where it is about the
    sexual abuse of children (child_abuse). good_faith: that all of it is accurate and complete.
    """

    why: Annotated[
        str, fields.Lines(WHY_LIMIT), Field(examples=["It names where my daughter goes to school."])
    ]
    name: Annotated[str, fields.Line(NAME_LIMIT)] = ""
    email: fields.Email = ""
    good_faith: bool
    child_abuse: bool = False


class NoticeTaken(TypedDict):
    """The receipt. token, status_url: for its sender, to ask what was decided."""

    id: answers.NoticeId
    token: Annotated[str, Field(examples=["ghn_0f1e2d3c4b5a69788796a5b4c3d2e1f0"])]
    status_url: answers.Url
    created_at: answers.Moment


class NoticeFacts(TypedDict):
    """What became of a notice. removed: readers do not see the comment any more; kept: they do."""

    id: answers.NoticeId
    comment_id: answers.CommentId
    state: NoticeState
    created_at: answers.Moment
    decided_at: answers.Moment | None


class NoticeStatus(NoticeFacts):
    """The same, for its sender. appeal: the last one, null where there was none."""

    appeal: OwnAppealOut | None


class NoticeOut(NoticeFacts):
    """A notice, for those who decide. age_seconds: since it arrived. name, email: null where they are not kept."""

    age_seconds: Annotated[int, Field(ge=0)]
    revision: answers.RevisionNumber
    why: answers.Text | None
    name: str | None
    email: str | None
    decided_in: answers.SequenceNumber | None


NoticePage = page_type("NoticePage", NoticeOut, "notices")


async def take_notice(request: Request, comment_id: str, body: NoticeIn) -> LegalNotice:
    """Stores a notice, of which an address may send as many as reports. Raises Invalid, NotFound, Conflict, RateLimited."""
    _require_all(body)
    state = request.app.state
    unit = flood_unit(client_address(request, state.trusted))
    if unit:
        await state.limits.allow("report", state.store.crypto.address_key(unit))
    send = partial(send_notice, now=now_ms(), entropy=os.urandom)
    who = ("", "") if body.child_abuse and not body.email else (body.name, body.email)
    return await run_in_threadpool(send, state.store, comment_id, body.why, *who)


def _require_all(body: NoticeIn) -> None:
    """Raises Invalid where the law asks for more."""
    needs_name = not body.child_abuse
    missing = {
        "/why": (not body.why.strip(), "say why the comment is against the law."),
        "/name": (needs_name and not body.name.strip(), "must not be empty."),
        "/email": (needs_name and not body.email, "must not be empty."),
        "/good_faith": (not body.good_faith, "must be true."),
    }
    broken = [
        Invalid(f"{pointer}: {rule}", pointer)
        for pointer, (is_missing, rule) in missing.items()
        if is_missing
    ]
    if broken:
        raise together(broken)


def status_url(request: Request, notice: LegalNotice) -> str:
    """The page on which the sender of a notice reads what became of it."""
    state = request.app.state
    return (
        f"{state.settings.public_url}/notices/{notice.id}/"
        f"{state.store.crypto.notice_token(notice.id)}"
    )


@router.post(
    "/comments/{comment_id}/notices",
    summary="Notify the site of illegal content",
    dependencies=[Depends(check_parameters)],
    **described(NoticeTaken, 404, 409, 429, body=NoticeIn, status=201),
)
async def send(
    request: Request, comment_id: str, body: Annotated[NoticeIn, json_body(NoticeIn)]
) -> Response:
    """Art. 16 of the EU's Digital Services Act, apart from reports. No key is needed; only what readers see. The answer is the
    receipt; moderators see it in a queue of its own, and their decision about the comment answers it.
    """
    notice = await take_notice(request, comment_id, body)
    taken: NoticeTaken = {
        "id": notice.id,
        "token": request.app.state.store.crypto.notice_token(notice.id),
        "status_url": status_url(request, notice),
        "created_at": iso(notice.created_at),
    }
    return private_json(taken, 201)


@router.get(
    "/notices",
    summary="The notices of illegal content, the longest waiting first",
    dependencies=KEYED,
    **described(NoticePage, headers=["Link"]),
)
def list_notices(
    request: Request,
    key: SecretKey,
    after: After,
    state: State = NoticeState.OPEN,
    limit: Limit = 25,
) -> Response:
    """With who sent them. To decide about the comment (`POST /api/v1/comments/{id}/decisions`) is to answer its notices."""
    store, now = request.app.state.store, now_ms()
    found = legal_notices.list_notices(store, key.site_id, state, after, limit + 1)
    return page_response(
        request, found, limit, lambda notice: _notice_out(notice, now), lambda notice: notice.id
    )


@router.get(
    "/notices/{notice_id}",
    summary="What became of a notice, for whoever sent it",
    dependencies=[Depends(check_parameters)],
    **described(NoticeStatus, 401, 404),
)
def notice_status(request: Request, notice_id: str) -> Response:
    """With the token of the receipt."""
    token = _token(request)
    return private_json(notice_status_out(request, own_notice(request, notice_id, token)))


@router.post(
    "/notices/{notice_id}/appeal",
    summary="Appeal against the decision about a notice",
    dependencies=[Depends(check_parameters)],
    **described(NoticeStatus, 401, 404, 409, 429, body=AppealIn, body_required=False, status=201),
)
async def make_appeal(
    request: Request, notice_id: str, body: Annotated[AppealIn, json_body(AppealIn, required=False)]
) -> Response:
    """With the token of the receipt, where the comment was kept: another person than the one who decided looks at it. Once
    for each decision: 409, `not_appealable`, says why not.
    """
    notice = await run_in_threadpool(own_notice, request, notice_id, _token(request))
    await take_appeal(request, notice, body)
    return private_json(await run_in_threadpool(notice_status_out, request, notice), 201)


async def take_appeal(request: Request, notice: LegalNotice, body: AppealIn) -> None:
    """Raises NotAppealable and RateLimited."""
    state = request.app.state
    await state.limits.admit(notice.site_id, "")
    make = partial(appeal_notice, now=now_ms(), entropy=os.urandom)
    await run_in_threadpool(make, state.store, notice.id, body.text)


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2].strip()


def notice_status_out(request: Request, notice: LegalNotice) -> NoticeStatus:
    made = appeal_of(request.app.state.store, notice)
    return {**facts_of(notice), "appeal": own_appeal_out(made) if made else None}


def own_notice(request: Request, notice_id: str, token: str) -> LegalNotice:
    """The notice that this is the token of. Raises Unauthenticated and NotFound."""
    store = request.app.state.store
    if not store.crypto.is_notice_token(token, notice_id):
        raise Unauthenticated("The token is not this notice's.")
    notice = find_notice(store, notice_id)
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice


def facts_of(notice: LegalNotice) -> NoticeFacts:
    decided_at = notice.decided_at
    return {
        "id": notice.id,
        "comment_id": notice.comment_id,
        "state": notice.state,
        "created_at": iso(notice.created_at),
        "decided_at": iso(decided_at) if decided_at is not None else None,
    }


def _notice_out(notice: LegalNotice, now: int) -> NoticeOut:
    return {
        **facts_of(notice),
        "age_seconds": max(0, now - notice.created_at) // 1_000,
        "revision": notice.revision,
        "why": notice.why or None,
        "name": notice.name or None,
        "email": notice.email or None,
        "decided_in": notice.decided_in,
    }
