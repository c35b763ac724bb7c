"""/api/v1/comments/{id}/reports: what readers report, and what moderators read of it."""

import os
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.errors import NotFound
from moderation.domain.report import Reporter
from moderation.doorbell import DELIVER
from moderation.intake.report import report
from moderation.reading import comment_status
from moderation.review import queues
from moderation.store.reports import Report
from moderation.store.sites import SECRET, Key
from service.access.identity import known_browser
from service.access.keys import SecretKey, bearer_token, caller
from service.api.bodies import json_body
from service.api.comment_schemas import ReaderIn, ReportIn, ReportOut, ReportPage, ReportTaken
from service.api.described import described
from service.api.paging import After, Limit, page_response
from service.api.parameters import KEYED, check_parameters, refuse_claims
from service.api.responses import private_json
from service.api.serializers import iso
from service.http.client_address import client_address, flood_unit
from service.http.middleware import COMMENTS_PATH

router = APIRouter(prefix=f"{COMMENTS_PATH}/{{comment_id}}/reports", tags=["comments"])


async def _site_caller(request: Request) -> Key | None:
    """The key that was sent, None where none was: whoever may read a comment may report it."""
    return await caller(request) if bearer_token(request) else None


@router.post(
    "",
    summary="Report a comment",
    dependencies=[Depends(_site_caller), Depends(check_parameters)],
    **described(ReportTaken, 429, body=ReportIn, status=202),
)
async def report_comment(
    request: Request,
    comment_id: str,
    key: Annotated[Key | None, Depends(_site_caller)],
    body: Annotated[ReportIn, json_body(ReportIn)],
) -> Response:
    """Readers need no key, as for the thread; only what is public can be reported. Moderators see it in the queue
    `reported`. Each reader counts once, by browser or address, and is answered the same every time.
    """
    state = request.app.state
    is_server = key is not None and key.kind == SECRET
    if not is_server:
        _require_no_claims(body.reader)
    address = body.reader.ip if is_server else client_address(request, state.trusted)
    unit = flood_unit(address)
    if unit:
        await state.limits.allow("report", state.store.crypto.address_key(unit))
    known = await run_in_threadpool(comment_status.get_status, state.store, comment_id)
    if known is None or (key is not None and key.site_id != known.site_id):
        raise NotFound("There is no such comment.")
    held = await run_in_threadpool(
        partial(
            report,
            state.store,
            comment_id,
            body.reason,
            body.note,
            _reporter(request, known.site_id, body.reader, unit),
            now=now_ms(),
            entropy=os.urandom,
        )
    )
    if held:
        state.ring(DELIVER)
    taken: ReportTaken = {"comment_id": comment_id}
    return private_json(taken, 202)


def _reporter(request: Request, site_id: str, reader: ReaderIn, unit: str) -> Reporter:
    """Who reports. unit: the address that a household or office shares, '' unknown."""
    crypto = request.app.state.store.crypto
    identity = f"id:{reader.id}" if reader.id else ""
    if not identity and (browser := known_browser(crypto, site_id, reader.token)):
        identity = browser.identity
    if not identity and not unit:
        identity = "server"  # which names nobody: all of its readers are one
    address = crypto.author_key(site_id, f"address:{unit}") if unit else ""
    return Reporter(crypto.author_key(site_id, identity), address)


def _require_no_claims(reader: ReaderIn) -> None:
    """Raises Invalid where anybody but the site's server says who the reader is."""
    refuse_claims(
        {
            "/reader/id": (reader.id, "vouch for who it is"),
            "/reader/ip": (reader.ip, "name the reader's address"),
        }
    )


@router.get(
    "",
    summary="The reports of a comment",
    dependencies=KEYED,
    **described(ReportPage, headers=["Link"]),
)
def list_reports(
    request: Request, comment_id: str, key: SecretKey, after: After, limit: Limit = 25
) -> Response:
    """First to last, whatever became of them; without who sent them. Those that were looked at are forgotten in time."""
    found = queues.list_reports(
        request.app.state.store, {key.site_id}, comment_id, after, limit + 1
    )
    return page_response(request, found, limit, _report_out, lambda report: report.id)


def _report_out(found: Report) -> ReportOut:
    return {
        "id": found.id,
        "reason": found.reason,
        "note": found.note or None,
        "revision": found.revision,
        "state": found.state,
        "created_at": iso(found.created_at),
    }
