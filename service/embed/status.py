"""/status/{comment_id}: the page on which the writer of a comment sees what became of it, and appeals; without an account.

The token of the receipt is typed, or comes after the # of a link, which no server and no log sees.
"""

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.appeal import TEXT_LIMIT
from moderation.domain.comment import Status
from moderation.domain.errors import GatehouseError, Invalid, NotFound, Unauthenticated
from moderation.intake.appeal import appeal
from moderation.reading.comment_status import OwnComment, get_own
from moderation.store.sql.engine import Store
from service.api.bodies import parse
from service.api.comment_schemas import AppealIn
from service.embed.status_words import WORDS
from service.http.forms import read_form
from service.http.html import Pages, retry_header, status_of

router = APIRouter(include_in_schema=False)
pages = Pages(Path(__file__).parent, "/embed/static", scripts=True)

_FORM_LIMIT = 64 * 1024  # bytes: a token and an appeal
_COMMENT_ID = re.compile(r"cmt_[0-9a-z]{1,64}")
_GONE = (Status.ERASED, Status.WITHDRAWN)


@router.get("/status/{comment_id}")
def ask(comment_id: str) -> Response:
    """Asks for the token. Whether there is such a comment is said only to who has it."""
    return _page(comment_id, "en")


@router.post("/status/{comment_id}")
async def show(request: Request, comment_id: str) -> Response:
    """Where the comment stands, and why."""
    fields = await read_form(request, ("token",), _FORM_LIMIT, strict=True)
    return await run_in_threadpool(_shown, request.app.state.store, comment_id, fields)


@router.post("/status/{comment_id}/appeal")
async def make_appeal(request: Request, comment_id: str) -> Response:
    """Appeals, and shows what is known then. The text is kept where it cannot be taken."""
    state = request.app.state
    fields = await read_form(request, ("token", "text"), _FORM_LIMIT, strict=True)
    try:
        own = await run_in_threadpool(_own, state.store, comment_id, fields)
        await state.limits.admit(own.comment.site_id, "")
        text = fields.get("text", "").replace("\r\n", "\n")
        text = parse(AppealIn, {"text": text}).text
        make = partial(appeal, now=now_ms(), entropy=os.urandom)
        await run_in_threadpool(make, state.store, comment_id, text)
    except GatehouseError as error:
        return await run_in_threadpool(_shown, state.store, comment_id, fields, error)
    return await run_in_threadpool(_shown, state.store, comment_id, fields)


def _own(store: Store, comment_id: str, fields: dict[str, str]) -> OwnComment:
    """Raises Unauthenticated where the token is not this comment's, or where there is no such comment."""
    token = fields.get("token", "").strip()
    is_writer = store.crypto.is_author_token(token, comment_id)
    own = get_own(store, comment_id) if is_writer else None
    if own is None:
        raise Unauthenticated("This token is not this comment's.")
    return own


def _shown(
    store: Store, comment_id: str, fields: dict[str, str], problem: GatehouseError | None = None
) -> Response:
    """problem: what stands in the way of what was asked for last."""
    try:
        own = _own(store, comment_id, fields)
    except Unauthenticated as error:
        return _page(comment_id, "en", problem=error)
    statement = own.statement
    return _page(
        comment_id,
        own.language,
        problem=problem,
        token=fields.get("token", "").strip(),
        state="gone" if own.comment.status in _GONE else own.comment.status.value,
        statement=statement,
        appeal=own.appeal,
        can_appeal=statement is not None and statement.appeal is None,
        text=fields.get("text", "") if problem else "",
    )


def _page(
    comment_id: str, language: str, *, problem: GatehouseError | None = None, **values: Any
) -> Response:
    if not _COMMENT_ID.fullmatch(comment_id):
        raise NotFound("There is no such page.")
    code = language if language in WORDS else "en"
    sentence = problem.message if problem else ""
    if isinstance(problem, Unauthenticated):
        sentence = WORDS[code]["not_yours"]
    elif isinstance(problem, Invalid):
        sentence = WORDS[code]["too_long"]
    nothing: dict[str, Any] = {"token": "", "state": "", "statement": None, "appeal": None}
    return pages.page(
        "status.html",
        status_of(problem)[0] if problem else 200,
        retry_header(problem) if problem else {},
        comment_id=comment_id,
        language=code,
        words=WORDS[code],
        sentence=sentence,
        limit=TEXT_LIMIT,
        **nothing | {"can_appeal": False, "text": ""} | values,
    )
