"""Akismet's API: /1.1/comment-check, submit-spam and submit-ham, at the root of the host.

A check is a submission like any other: stored, judged by the workers, shown to moderators. The client
waits a moment for the decision. As long as there is none, or the comment is held, the answer is 'false'
with X-akismet-recheck-after, and the decision is sent later; WordPress's older plugins, and all that
could not be stored, are told neither 'true' nor 'false' and ask again.
"""

import os
from functools import partial
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.compat import akismet_checks
from moderation.compat.akismet_checks import CheckAnswer
from moderation.domain.akismet_check import (
    ANSWER_AFTER,
    AkismetAnswer,
    AkismetCheck,
    is_blatant,
)
from moderation.domain.comment import PageRef
from moderation.domain.decision import STATUS_AFTER, Outcome
from moderation.domain.errors import NotFound, PageClosed, TooMany
from moderation.domain.page_url import origin_of
from moderation.domain.reason_codes import ReasonCode
from moderation.doorbell import DELIVER
from moderation.review import decisions
from moderation.review.explanation import Explanation
from moderation.store.compat_apis import AKISMET
from moderation.store.sites import Key, key_digest
from service.compat.akismet.protocol import (
    GUID,
    NO_STORE,
    check_error_response,
    error_response,
    key_of,
    unstored_guid,
)
from service.compat.akismet.request import AkismetRequest, read_fields, read_request
from service.compat.compat_api import CompatApi
from service.queues.hand_in import hand_in
from service.queues.policy_verdict import policy_verdict

THANKS = "Thanks for making the web a better place."
# Seconds until the client may ask again; the second for clients that get the decision from us. Those must
# not ask, nor approve by themselves, as WordPress's plugin does after twice this time: 30 days.
RECHECK, RECHECK_TOLD = 120, 30 * 86_400
WAITING = (
    "pending"  # neither 'true' nor 'false': WordPress's plugin holds the comment and asks again
)

api = CompatApi(AKISMET, error_response)


class _Call(NamedTuple):
    """A call about a comment. token: the key itself, which later answers carry back."""

    key: Key
    token: str
    comment: AkismetRequest


async def _read_call(request: Request) -> _Call:
    fields = await read_fields(request)
    token = key_of(fields, request, "api_key", "key")
    key = await api.admit(request, token)
    front_page = f"{key.origins[0] if key.origins else request.app.state.settings.public_url}/"
    agent = request.headers.get("user-agent", "")
    return _Call(key, token, read_request(fields, front_page, agent))


@api.call("/1.1/verify-key", "POST")
async def verify_key(request: Request) -> Response:
    fields = await read_fields(request)
    await api.admit(request, key_of(fields, request, "key", "api_key"))
    return _plain("valid")


@api.call("/1.1/deactivate", "POST")
async def deactivate(request: Request) -> Response:
    """WordPress calls this when the plugin is removed; only the operator revokes keys."""
    fields = await read_fields(request)
    await api.admit(request, key_of(fields, request, "key", "api_key"))
    return _plain("deactivated")


@api.call("/1.1/comment-check", "POST", error_response=check_error_response)
async def comment_check(request: Request) -> Response:
    call = await _read_call(request)
    key, comment = call.key, call.comment
    if comment.certain is not None:
        answer = AkismetAnswer.SPAM if comment.certain else AkismetAnswer.HAM
        return _check_response(
            CheckAnswer(answer, comment.certain and comment.test_discard), comment
        )
    if comment.is_test:
        return _check_response(await _try_policy(request, key, comment), comment)
    state = request.app.state
    try:
        comment_id = await _store(request, key, comment)
    except TooMany:  # nobody decides about it unless the client asks again
        return _check_response(CheckAnswer(AkismetAnswer.WAIT), comment, ask_again=True)
    except PageClosed:
        return _check_response(CheckAnswer(AkismetAnswer.WAIT), comment)
    await state.waiting.status(comment_id, state.settings.akismet_wait)
    check = AkismetCheck(
        comment_id,
        key.site_id,
        comment.fingerprint,
        blog=comment.blog,
        post_id=comment.post_id,
        parent_id=comment.parent_id,
        endpoint_id=await _endpoint_id(request, call),
        created_at=now_ms(),
    )
    result = await run_in_threadpool(akismet_checks.answer_check, state.store, check)
    return _check_response(result, comment, comment_id)


@api.call("/1.1/submit-spam", "POST")
async def submit_spam(request: Request) -> Response:
    return await _correct(request, AkismetAnswer.SPAM, Outcome.SPAM)


@api.call("/1.1/submit-ham", "POST")
async def submit_ham(request: Request) -> Response:
    return await _correct(request, AkismetAnswer.HAM, Outcome.APPROVE)


async def _correct(request: Request, answer: AkismetAnswer, outcome: Outcome) -> Response:
    """The site's moderators decide, as they do in the console; the spam score learns from it."""
    key, _, comment = await _read_call(request)
    if comment.is_test or comment.certain is not None:
        return _plain(THANKS)
    state = request.app.state
    try:
        comment_id = await _find(request, key, comment) or await _store(request, key, comment)
    except PageClosed:  # it was never here, and the client does not care what our pages do
        return _plain(THANKS)

    def decide() -> None:
        if akismet_checks.note_correction(state.store, key.site_id, comment_id, answer):
            decisions.decide(
                state.store,
                key.id,
                {key.site_id},
                comment_id,
                outcome,
                Explanation(ReasonCode.SITE_SAID_SO),
                take_over=True,  # nobody there could be told who has claimed it
                now=now_ms(),
                entropy=os.urandom,
            )

    try:
        await run_in_threadpool(decide)
    except NotFound:  # it was erased meanwhile
        return _plain(THANKS)
    state.ring(DELIVER)
    return _plain(THANKS)


async def _find(request: Request, key: Key, comment: AkismetRequest) -> str | None:
    """The id of the comment, None where it was never stored."""
    return await run_in_threadpool(
        akismet_checks.find_comment,
        request.app.state.store,
        key.site_id,
        comment.guid,
        comment.fingerprint,
    )


async def _store(request: Request, key: Key, comment: AkismetRequest) -> str:
    """The id of the comment, which is stored now unless it has been before. Raises TooMany, PageClosed."""
    if comment.is_recheck and (comment_id := await _find(request, key, comment)):
        return comment_id
    receipt, _ = await hand_in(
        request.app.state, key.site_id, comment.context.ip, comment.submission, join=True
    )
    return receipt.comment_id


async def _try_policy(request: Request, key: Key, comment: AkismetRequest) -> CheckAnswer:
    """What the policy decides about a comment that is not stored, counted or learned from."""
    verdict = await policy_verdict(
        request, key.site_id, comment.text, page=PageRef(comment.page_url)
    )
    answer = ANSWER_AFTER[STATUS_AFTER[verdict.outcome]]
    return CheckAnswer(answer, answer is AkismetAnswer.SPAM and is_blatant(verdict.reasons))


async def _endpoint_id(request: Request, call: _Call) -> str:
    """The endpoint that gets later decisions: the client's callback, if it lies on the site's own origins;
    '' for none.
    """
    state = request.app.state
    url = call.comment.callback
    if not url or origin_of(url) not in call.key.origins:
        return ""
    client = (call.key.site_id, url, key_digest(call.token))
    endpoint_id: str = state.verdict_endpoints.get(client, "")
    if not endpoint_id:
        add_endpoint = partial(
            akismet_checks.add_verdict_endpoint,
            state.store,
            call.key.site_id,
            url,
            call.token,
            allow=state.settings.webhook_allow,
            by=call.key.id,
            now=now_ms(),
        )
        if endpoint_id := await run_in_threadpool(add_endpoint):
            state.verdict_endpoints[client] = endpoint_id
    return endpoint_id


def _check_response(
    result: CheckAnswer, comment: AkismetRequest, comment_id: str = "", *, ask_again: bool = False
) -> Response:
    """comment_id: '' where the comment is not stored. ask_again: WordPress's plugin has to ask again,
    because we shall have no decision to tell it.
    """
    # Without a guid, WordPress's plugin leaves the comment as if nobody had been asked.
    headers = {**NO_STORE, GUID: comment_id or unstored_guid()}
    if result.blatant:
        headers["X-akismet-pro-tip"] = "discard"
    if result.answer is not AkismetAnswer.WAIT:
        return PlainTextResponse(result.answer.value, headers=headers)
    is_told = comment.is_notified and not ask_again
    headers["X-akismet-recheck-after"] = str(RECHECK_TOLD if is_told else RECHECK)
    holds_by_body = comment.waits_for_neither_word or (ask_again and comment.plugin is not None)
    body = WAITING if holds_by_body else AkismetAnswer.HAM.value
    return PlainTextResponse(body, headers=headers)


def _plain(text: str) -> Response:
    return PlainTextResponse(text, headers=NO_STORE)
