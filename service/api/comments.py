"""/api/v1/comments: hand one in, ask for its status, change or withdraw it, decide about it."""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from moderation.clock import now_ms
from moderation.domain.comment import Receipt, Status
from moderation.domain.decision import Decision
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.doorbell import DELIVER, JUDGE
from moderation.intake import change
from moderation.reading import comment_status
from moderation.review import branches, decisions, queues
from moderation.store.sites import SECRET, Key
from moderation.upkeep.erase import erase
from service.access.idempotency import stored_key
from service.access.keys import SecretKey, caller, require_on_site
from service.access.writer import writer, writer_or_server
from service.api.before_posting import require_proof
from service.api.bodies import body_reader, json_body
from service.api.comment_schemas import (
    AuthorIn,
    CommentDecided,
    CommentIn,
    DecisionIn,
    EditIn,
    ReceiptOut,
    UndoIn,
    to_submission,
)
from service.api.described import describe_answer, describe_body, described
from service.api.own_comment import CommentOrStatus, StatusOut, status_out
from service.api.parameters import KEYED, check_parameters, refuse_claims, unknown_parameters
from service.api.responses import (
    IfSequence,
    etag_header,
    if_match,
    precondition_failed,
    private_json,
)
from service.api.serializers import comment_out, decision_out, iso
from service.http.broken_rules import BadParameter
from service.http.client_address import client_address
from service.http.middleware import COMMENTS_PATH
from service.queues.hand_in import hand_in

router = APIRouter(prefix=COMMENTS_PATH, tags=["comments"])

_read_comment = body_reader(CommentIn)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@router.post(
    "",
    status_code=202,
    summary="Hand in a comment",
    operation_id="hand_in_api_v1_comments_post",  # public; generated clients use it
    openapi_extra=describe_body(CommentIn)
    | describe_answer(ReceiptOut, 409, 429, status=202, headers=["Location"])
    | {
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "maxLength": 255},
                "description": "The same key and body give the same receipt, and one comment. Keys sent "
                "with the publishable key are apart from the server's; there, only the same sender gets "
                "the tokens again.",
            }
        ]
    },
)
async def submit_comment(request: Request) -> Response:
    """Stores a reply and answers 202 with a receipt: the comment is on disk, and will be judged."""
    state = request.app.state
    key = await caller(request)
    idempotency_key = request.headers.get("idempotency-key", "")
    if broken := [*_broken_key(idempotency_key), *unknown_parameters(request, set())]:
        request.state.broken = broken
    comment = await _read_comment(request)
    is_server = key.kind == SECRET
    if not is_server:
        comment = _without_claims(comment, request.headers.get("user-agent", ""))
    require_on_site(comment.page.url, key, "/page/url")
    await require_proof(request, key, comment.proof)
    # A secret key is the site's own server, which names its reader if it wants him limited.
    address = comment.context.ip or ("" if is_server else client_address(request, state.trusted))
    receipt, browser_token = await hand_in(
        state,
        key.site_id,
        address,
        lambda new: to_submission(
            comment,
            new,
            vouched_for=_vouched_for(comment.author),
            by_server=is_server,
            idempotency_key=stored_key(key.kind, idempotency_key),
            joins_since=None if is_server else 0,
        ),
        browser_token=comment.author.token,
        issue_token=not is_server and state.settings.author_days > 0,
    )
    # A caller with the secret key may read everything; a script of the page only what it sent itself.
    is_own = is_server or not receipt.replayed or receipt.same_sender
    body = receipt_out(request, receipt, browser_token, is_own=is_own)
    return JSONResponse(body, 202, headers={"Location": _path(receipt.comment_id)})


# The same without FastAPI's routing and dependencies, which cost more than the rest of the request. The
# app puts it first; the route above describes it in the OpenAPI document.
SUBMIT_ROUTE = Route(COMMENTS_PATH, submit_comment, methods=["POST"])


def _vouched_for(author: AuthorIn) -> str:
    """The author's identity by the word of the site's own server, '' where it gives none: the server's
    own id of a user who is logged in, or an e-mail address that it has confirmed.
    """
    if author.id:
        return f"id:{author.id}"
    if author.email and author.email_confirmed:
        return f"email:{author.email.strip().lower()}"
    return ""


def _without_claims(comment: CommentIn, user_agent: str) -> CommentIn:
    """The comment without what a script on the page may not claim: it runs in a stranger's browser.

    Its page is known by the URL alone; otherwise any caller could bind the site's own id of an article to
    another URL. Where the script does not say, the user agent is the request's. Raises Invalid for
    claims about the reader.
    """
    refuse_claims(
        {
            "/author/id": (comment.author.id, "vouch for who it is"),
            "/author/email_confirmed": (comment.author.email_confirmed, "vouch for who it is"),
            "/author/staff": (comment.author.staff, "say who is staff"),
            "/author/article_author": (comment.author.article_author, "say who wrote the article"),
            "/context/ip": (comment.context.ip, "name the reader's address"),
        }
    )
    context = comment.context
    if not context.user_agent:
        printable = "".join(letter if letter.isprintable() else " " for letter in user_agent)
        context = context.model_copy(update={"user_agent": printable[:1_000]})
    page = comment.page.model_copy(update={"id": ""}) if comment.page.id else comment.page
    return comment.model_copy(update={"context": context, "page": page})


def receipt_out(
    request: Request, receipt: Receipt, browser_token: str, *, is_own: bool
) -> ReceiptOut:
    """The receipt, the same for every repetition of the same sender. author_token: lets its author ask for its
    status, as the status_page does; None unless `is_own`. browser_token: to be sent as `author.token` with the next comment from the
    same browser; None for the site's own server, unless it sent one.
    """
    state = request.app.state
    url, token = state.settings.public_url, state.store.crypto.author_token(receipt.comment_id)
    return {
        "id": receipt.comment_id,
        "status": Status.PENDING,
        "status_url": url + _path(receipt.comment_id),
        "author_token": token if is_own else None,
        "status_page": f"{url}/status/{receipt.comment_id}#{token}" if is_own else None,
        "browser_token": browser_token or None,
        "created_at": iso(receipt.created_at),
    }


@router.get(
    "/{comment_id}",
    summary="Read a comment, or ask after one's own",
    dependencies=[Depends(check_parameters)],
    **described(CommentOrStatus, headers=["ETag"]),
)
async def read(request: Request, comment_id: str) -> Response:
    """With the secret key: everything but e-mail and address. With the author's token: its status."""
    store = request.app.state.store
    key = await writer_or_server(request, comment_id)
    if key is None:
        return _private(await run_in_threadpool(status_out, store, comment_id))
    card = await run_in_threadpool(queues.get_card, store, {key.site_id}, comment_id)
    return _private(comment_out(card), etag_header("s", card.sequence))


@router.patch(
    "/{comment_id}",
    summary="Change one's own comment",
    dependencies=[Depends(writer), Depends(check_parameters)],
    **described(StatusOut, 409, 429, body=EditIn, status=202),
)
async def edit(
    request: Request, comment_id: str, body: Annotated[EditIn, json_body(EditIn)]
) -> Response:
    """With the author's token, for some minutes. Readers see it again once the new text is approved.

    409 where it is too late, where it was removed, or where the site does not let comments be changed; 403 on a page
    that is closed. The same text once more changes nothing.
    """
    state = request.app.state
    now = now_ms()
    before = await run_in_threadpool(comment_status.get_status, state.store, comment_id)
    if before is None:
        raise NotFound("There is no such comment.")
    await state.limits.admit(before.site_id, "")
    keeps_address = state.settings.asks_akismet(before.site_id)
    address = client_address(request, state.trusted) if keeps_address else ""
    changed = await run_in_threadpool(
        partial(
            change.edit,
            state.store,
            comment_id,
            body.text,
            now=now,
            entropy=os.urandom,
            address=address,
        )
    )
    if changed:
        state.ring(JUDGE)
        state.ring(DELIVER)
    out = await run_in_threadpool(status_out, state.store, comment_id)
    return private_json(out, 202)


@router.post(
    "/{comment_id}/decisions",
    summary="Decide about a comment",
    dependencies=KEYED,
    **described(CommentDecided, 409, 412, body=DecisionIn, status=201, headers=["ETag"]),
)
def decide(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[DecisionIn, json_body(DecisionIn)],
    seen: IfSequence = "",
) -> Response:
    """The next decision in the comment's sequence. If-Match with the comment's ETag guards as well.

    Reasons say why; `takes_back` is the sequence of the decision that this one takes back, null for none.
    `replies` in the answer counts those that were rejected along with it, if the body asks for that. 409 with the code
    `claimed` and the member `claim` where somebody else has claimed the comment. 422 for a reason that is not in the
    site's list (GET /api/v1/reasons), which the error names.
    """
    decide_as = partial(
        decisions.decide,
        outcome=body.outcome,
        explanation=body.explanation,
        replies=body.replies,
        take_over=body.take_over,
    )
    return _decided(request, key, comment_id, body.sequence, seen, decide_as)


@router.post(
    "/{comment_id}/undo",
    summary="Take the last decision about it back",
    dependencies=KEYED,
    **described(CommentDecided, 409, 412, body=UndoIn, status=201, headers=["ETag"]),
)
def undo(
    request: Request,
    comment_id: str,
    key: SecretKey,
    body: Annotated[UndoIn, json_body(UndoIn)],
    seen: IfSequence = "",
) -> Response:
    """One more decision, with the outcome that was in effect before the last one; held where none was.

    `takes_back` is the sequence of the one it takes back, which says nothing of its author any more. An undo is
    taken back in the same way. Replies that were rejected along with it are restored, and counted in
    `replies`. 409 where the last decision is a machine's, or there is none. If-Match
    guards as it does for decisions.
    """
    undo_as = partial(decisions.undo, take_over=body.take_over)
    return _decided(request, key, comment_id, body.sequence, seen, undo_as)


def _decided(
    request: Request,
    key: Key,
    comment_id: str,
    sequence: int | None,
    seen: str,
    make_decision: Callable[..., Decision],
) -> Response:
    """Decides about what the caller saw, by the body's sequence or If-Match (`seen`), and answers with it.

    make_decision: decisions.undo, or decisions.decide with the outcome.
    """
    state = request.app.state
    number = if_match(seen)
    expected = sequence if number is None else number
    try:
        decision = make_decision(
            state.store,
            key.id,
            {key.site_id},
            comment_id,
            expected_sequence=expected,
            now=now_ms(),
            entropy=os.urandom,
        )
    except Conflict as error:
        # A sequence only rises: one that is still current was not the cause.
        if seen and expected is not None:
            card = queues.get_card(state.store, {key.site_id}, comment_id)
            if card.sequence != expected:
                return precondition_failed(error)
        raise
    state.ring(DELIVER)
    body: CommentDecided = {
        **decision_out(decision),
        "comment_id": comment_id,
        "status": decision.status,
        "replies": branches.count_along(state.store, decision),
    }
    return JSONResponse(body, 201, headers=etag_header("s", decision.sequence))


@router.delete(
    "/{comment_id}",
    status_code=204,
    summary="Erase a comment, or withdraw one's own",
    dependencies=[Depends(writer_or_server), Depends(check_parameters)],
)
def forget(
    request: Request, comment_id: str, key: Annotated[Key | None, Depends(writer_or_server)]
) -> Response:
    """With the secret key: its text, its author and all that is personal are forgotten; endpoints hear
    `comment.erased`. With the author's token: readers do not see it any more, and endpoints hear
    `comment.withdrawn`. Doing so again changes nothing.
    """
    state = request.app.state
    now = now_ms()
    if key is None:
        change.withdraw(state.store, comment_id, now=now, entropy=os.urandom)
    else:
        erase(state.store, {key.site_id}, comment_id, key.id, now=now, entropy=os.urandom)
    state.ring(DELIVER)
    return Response(status_code=204)


def _private(body: Mapping[str, Any], headers: dict[str, str] | None = None) -> Response:
    return private_json(body, headers={"X-Robots-Tag": "noindex", **(headers or {})})


def _path(comment_id: str) -> str:
    return f"{COMMENTS_PATH}/{comment_id}"


def _broken_key(idempotency_key: str) -> list[Invalid]:
    if not idempotency_key or _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
        return []
    return [BadParameter("Idempotency-Key", "Takes 1 to 255 visible ASCII characters.", "header")]
