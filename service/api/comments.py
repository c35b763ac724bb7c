"""/api/v1/comments: hand in, ask after, decide about."""

import os
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from moderation.clock import now_ms
from moderation.domain.comment import Receipt
from moderation.domain.decision import Decision
from moderation.domain.errors import Conflict, Invalid, NotFound, Unauthenticated
from moderation.domain.ids import timed_id
from moderation.doorbell import DELIVER
from moderation.reading import comment_status
from moderation.review import decisions, queues
from moderation.store.sites import SECRET, Key
from moderation.upkeep.erase import erase
from service.access import identity
from service.access.keys import caller, secret_caller
from service.api.schemas import (
    AuthorIn,
    CommentIn,
    DecisionIn,
    SequenceIn,
    strictly,
    taking,
    to_submission,
)
from service.api.serializers import comment_out, decision_out, iso
from service.http.client_address import client_address, flood_unit
from service.http.errors import problem

router = APIRouter(prefix="/api/v1", tags=["comments"])

_read_comment = strictly(CommentIn)
_KEY_FORM = re.compile(r"[\x21-\x7e]{1,255}")


@router.post(
    "/comments",
    status_code=202,
    summary="Hand in a comment",
    openapi_extra=taking(CommentIn)
    | {
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "maxLength": 255},
                "description": "The same key and body give the same receipt, and one comment.",
            }
        ],
    },
)
async def submit_comment(request: Request) -> Response:
    """Stores a reply and answers 202 with a receipt: the comment is on disk, and will be judged."""
    state = request.app.state
    key = await caller(request)
    given = await _read_comment(request)
    if key.kind != SECRET:
        given = _without_claims(given)
    # A secret key is the site's own server, which names its reader where it wants limits for him.
    address = given.context.ip or (
        "" if key.kind == SECRET else client_address(request, state.trusted)
    )
    await state.limits.admit(
        key.site_id, state.store.seal.address_key(flood_unit(address)) if address else ""
    )
    now = now_ms()
    comment_id = timed_id("cmt", now, os.urandom(10))
    seal, vouched_for = state.store.seal, _vouched(given.author)
    browser = identity.known_browser(seal, key.site_id, given.author.token)
    is_new = browser is None and key.kind != SECRET and state.settings.author_days > 0
    if is_new:
        browser = identity.new_browser(seal, key.site_id, comment_id)
    receipt = await state.intake.submit(
        to_submission(
            given,
            id=comment_id,
            site_id=key.site_id,
            now=now,
            ip=address,
            idempotency_key=_idempotency_key(request),
            identity=vouched_for or (browser.identity if browser else ""),
        )
    )
    if is_new:  # the first of a repetition is whom it was stored for
        browser = identity.new_browser(seal, key.site_id, receipt.comment_id)
    said = receipt_out(request, receipt, browser.token(seal) if browser else "")
    return JSONResponse(said, 202, headers={"Location": _path(receipt.comment_id)})


# The same, past FastAPI's routing and dependencies, which cost more than all that hand_in does. The
# app puts it first; the route above describes it in the OpenAPI document.
SUBMIT_ROUTE = Route("/api/v1/comments", submit_comment, methods=["POST"])


def _vouched(author: AuthorIn) -> str:
    """Who it is by the word of the site's own server, '' where it gives none: its own id for whoever is
    logged in, or an e-mail that it has confirmed.
    """
    if author.id:
        return f"id:{author.id}"
    if author.email and author.email_confirmed:
        return f"email:{author.email.strip().lower()}"
    return ""


def _without_claims(given: CommentIn) -> CommentIn:
    """What a script of the page may say: it runs in a stranger's browser.

    The page is then known by its URL alone: otherwise whoever comes first could bind the site's own
    number of an article to another address.
    """
    if given.context.ip:
        raise Invalid(
            "/context/ip: Only a secret key may name the reader's address.", "/context/ip"
        )
    if given.author.id or given.author.email_confirmed:
        field = "id" if given.author.id else "email_confirmed"
        raise Invalid(
            f"/author/{field}: Only a secret key may vouch for who it is.", f"/author/{field}"
        )
    if not given.page.id:
        return given
    return given.model_copy(update={"page": given.page.model_copy(update={"id": ""})})


def receipt_out(request: Request, receipt: Receipt, browser_token: str) -> dict[str, Any]:
    """The receipt: the same for every repetition. author_token: lets the writer ask after it.
    browser_token: goes along as `author.token` with the next comment from the same browser; None for the
    site's own server, unless it sent one.
    """
    state = request.app.state
    return {
        "id": receipt.comment_id,
        "status": "pending",
        "status_url": state.settings.public_url + _path(receipt.comment_id),
        "author_token": state.store.seal.author_token(receipt.comment_id),
        "browser_token": browser_token or None,
        "created_at": iso(receipt.created_at),
    }


@router.get("/comments/{comment_id}", summary="Read a comment, or ask after one's own")
async def read(request: Request, comment_id: str) -> Response:
    """With the secret key: everything but e-mail and address. With the author's token: its status."""
    store = request.app.state.store
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    if token.startswith("gha_"):
        if not store.seal.is_author_token(token, comment_id):
            raise Unauthenticated("The token is not this comment's.")
        return _private(await run_in_threadpool(_status, store, comment_id))
    key = await secret_caller(request)
    card = await run_in_threadpool(queues.get_card, store, {key.site_id}, comment_id)
    return _private(comment_out(card), etag=_etag(card.sequence))


@router.post(
    "/comments/{comment_id}/decisions",
    status_code=201,
    summary="Decide about a comment",
    openapi_extra=taking(DecisionIn),
)
def decide(
    request: Request,
    comment_id: str,
    key: Annotated[Key, Depends(secret_caller)],
    given: Annotated[DecisionIn, Depends(strictly(DecisionIn))],
) -> Response:
    """The next decision in the comment's sequence. If-Match with the comment's ETag guards as well.

    Reasons say why; `takes_back` is the sequence of the decision that this one takes back, null for none.
    """

    def decided(expected: int | None) -> Decision:
        return decisions.decide(
            request.app.state.store,
            key.id,
            {key.site_id},
            comment_id,
            given.outcome,
            given.reason,
            expected,
            now=now_ms(),
            entropy=os.urandom,
        )

    return _decided(request, key, comment_id, given.sequence, decided)


@router.post(
    "/comments/{comment_id}/undo",
    status_code=201,
    summary="Take the last decision about it back",
    openapi_extra=taking(SequenceIn),
)
def undo(
    request: Request,
    comment_id: str,
    key: Annotated[Key, Depends(secret_caller)],
    given: Annotated[SequenceIn, Depends(strictly(SequenceIn))],
) -> Response:
    """One more decision, with the outcome that was in effect before the last one; held where none was.

    `takes_back` is the sequence of the one it takes back, which says nothing of its author any more. An undo is
    taken back in the same way. 409 where the last decision is a machine's, or there is none. If-Match
    guards as it does for decisions.
    """

    def decided(expected: int | None) -> Decision:
        return decisions.undo(
            request.app.state.store,
            key.id,
            {key.site_id},
            comment_id,
            expected,
            now=now_ms(),
            entropy=os.urandom,
        )

    return _decided(request, key, comment_id, given.sequence, decided)


def _decided(
    request: Request,
    key: Key,
    comment_id: str,
    sequence: int | None,
    decide: Callable[[int | None], Decision],
) -> Response:
    """Decides about what the caller saw, by the body's sequence or If-Match, and answers with it."""
    state = request.app.state
    expected = sequence
    if_match = request.headers.get("if-match", "")
    if if_match and if_match != "*":
        if not (matched := re.fullmatch(r'"s(\d{1,9})"', if_match)):
            raise Invalid("If-Match takes the comment's ETag.")
        expected = int(matched[1])
    try:
        decision = decide(expected)
    except Conflict as error:
        # A sequence only rises: one that still stands was not the reason.
        card = queues.get_card(state.store, {key.site_id}, comment_id) if if_match else None
        if card and expected not in (None, card.sequence):
            return problem(412, "Changed meanwhile", error.message, error.code)
        raise
    state.ring(DELIVER)
    body = {"comment_id": comment_id, "status": decision.status.value, **decision_out(decision)}
    return JSONResponse(body, 201, headers={"ETag": _etag(decision.sequence)})


@router.delete("/comments/{comment_id}", status_code=204, summary="Erase a comment")
def forget(
    request: Request, comment_id: str, key: Annotated[Key, Depends(secret_caller)]
) -> Response:
    """Its text, its author and all that is personal are forgotten; endpoints hear `comment.erased`."""
    state = request.app.state
    now = now_ms()
    erase(state.store, {key.site_id}, comment_id, now=now, entropy=os.urandom)
    state.ring(DELIVER)
    return Response(status_code=204)


def _status(store: Any, comment_id: str) -> dict[str, Any]:
    found = comment_status.get_status(store, comment_id)
    if found is None:
        raise NotFound("There is no such comment.")
    return {"id": comment_id, "status": found.status.value, "created_at": iso(found.created_at)}


def _private(body: dict[str, Any], etag: str = "") -> Response:
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return JSONResponse(body, headers=headers | ({"ETag": etag} if etag else {}))


def _etag(sequence: int) -> str:
    return f'"s{sequence}"'


def _path(comment_id: str) -> str:
    return f"/api/v1/comments/{comment_id}"


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if key and not _KEY_FORM.fullmatch(key):
        raise Invalid("Idempotency-Key: 1 to 255 visible ASCII characters.")
    return key
