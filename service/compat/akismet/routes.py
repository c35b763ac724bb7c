"""Akismet's API: /1.1/comment-check and its kin, at the root of the host.

A check is a submission like any other: stored, judged by the workers, shown to moderators. The client
waits a moment for the decision; where nobody has had the last word it is told 'false' with
X-akismet-recheck-after, which makes WordPress hold the comment, and hears of the decision later.
"""

import csv
import io
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.compat import akismet_checks
from moderation.compat.akismet_checks import CheckAnswer
from moderation.domain.akismet_check import (
    ANSWER_AFTER,
    AkismetAnswer,
    AkismetCheck,
    CheckUsage,
    is_blatant,
)
from moderation.domain.decision import STATUS_AFTER, Outcome
from moderation.domain.errors import (
    Forbidden,
    GatehouseError,
    Invalid,
    NotFound,
    PageClosed,
    TooMany,
    Unauthenticated,
)
from moderation.domain.reason_codes import ReasonCode
from moderation.doorbell import DELIVER
from moderation.review import decisions
from moderation.store.compat_apis import AKISMET
from moderation.store.sites import Key, key_digest
from service.access.keys import origin_of
from service.compat.akismet.request import AkismetRequest, read_fields, read_request
from service.compat.compat_api import CompatApi
from service.compat.policy_verdict import policy_verdict
from service.http.html import retry_header, status_of
from service.queues.hand_in import hand_in

THANKS = "Thanks for making the web a better place."
# Seconds until the client may ask again. Whoever named a callback is told by us, and must not ask, nor
# approve by itself: WordPress's plugin does after twice this time, callback or not. 30 days.
RECHECK, RECHECK_TOLD = 120, 30 * 86_400
PAGE = 500  # hosts in one answer
_PLUGIN = re.compile(r"^WordPress/[^|]{1,40}\| ?Akismet/", re.IGNORECASE)
_LABEL = re.compile(r"[0-9a-f]{12}")
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_ORDERS = ("total", "spam", "ham", "missed_spam", "false_positives")
_PRIVATE = {"Cache-Control": "no-store"}


def _refuse(error: GatehouseError) -> Response:
    """In Akismet's words: what concerns the key or the request is 200 and 'invalid'.

    Clients compare bodies; WordPress holds a comment whose answer it does not know and asks again.
    """
    status, _ = status_of(error)
    if isinstance(error, Unauthenticated | Forbidden | Invalid | NotFound) or status == 400:
        status = 200
    headers = {"X-akismet-debug-help": error.message, **retry_header(error), **_PRIVATE}
    return PlainTextResponse("invalid", status, headers)


face = CompatApi(AKISMET, _refuse)


def _key_in(fields: Mapping[str, str], request: Request, *names: str) -> str:
    """The key that a request carries: in one of the fields, else as the first label of its host."""
    label = request.headers.get("host", "").partition(".")[0].lower()
    given = next((fields[name] for name in names if fields.get(name)), "")
    return given.strip() or (label if _LABEL.fullmatch(label) else "")


class _Asked(NamedTuple):
    """Who asks what. token: the key itself, which later answers carry back."""

    key: Key
    token: str
    question: AkismetRequest


async def _asked(request: Request) -> _Asked:
    fields = await read_fields(request)
    token = _key_in(fields, request, "api_key", "key")
    key = await face.admit(request, token)
    front_page = f"{key.origins[0] if key.origins else request.app.state.settings.public_url}/"
    agent = request.headers.get("user-agent", "")
    return _Asked(key, token, read_request(fields, front_page, agent))


@face.call("/1.1/verify-key", "POST")
async def verify_key(request: Request) -> Response:
    fields = await read_fields(request)
    await face.admit(request, _key_in(fields, request, "key", "api_key"))
    return _plain("valid")


@face.call("/1.1/deactivate", "POST")
async def deactivate(request: Request) -> Response:
    """WordPress says so when the plugin is removed; the key stays the operator's affair."""
    fields = await read_fields(request)
    await face.admit(request, _key_in(fields, request, "key", "api_key"))
    return _plain("deactivated")


@face.call("/1.1/comment-check", "POST")
async def comment_check(request: Request) -> Response:
    asked = await _asked(request)
    key, question = asked.key, asked.question
    plugin = _PLUGIN.match(request.headers.get("user-agent", ""))
    patient = bool(question.callback or plugin)
    if question.certain is not None:
        return _answer(
            CheckAnswer(AkismetAnswer.SPAM if question.certain else AkismetAnswer.HAM), patient
        )
    if question.is_test:
        return _answer(await _trial(request, key, question), patient)
    state = request.app.state
    try:
        comment_id = await _stored(request, key, question)
    except (TooMany, PageClosed):  # not stored: the site holds it and asks again
        return _answer(CheckAnswer(AkismetAnswer.WAIT), patient)
    await state.waiting.status(comment_id, state.settings.akismet_wait)
    made = AkismetCheck(
        comment_id,
        key.site_id,
        question.fingerprint,
        blog=question.blog,
        post_id=question.post_id,
        parent_id=question.parent_id,
        endpoint_id=await _endpoint(request, asked),
        created_at=now_ms(),
    )
    told = await run_in_threadpool(akismet_checks.answer_check, state.store, made)
    return _answer(told, patient, comment_id)


@face.call("/1.1/submit-spam", "POST")
async def submit_spam(request: Request) -> Response:
    return await _corrected(request, AkismetAnswer.SPAM, Outcome.SPAM)


@face.call("/1.1/submit-ham", "POST")
async def submit_ham(request: Request) -> Response:
    return await _corrected(request, AkismetAnswer.HAM, Outcome.APPROVE)


async def _corrected(request: Request, right: AkismetAnswer, outcome: Outcome) -> Response:
    """The site's people have the last word, as in the console; the spam score learns from it."""
    key, _, question = await _asked(request)
    if question.is_test or question.certain is not None:
        return _plain(THANKS)
    store = request.app.state.store
    comment_id = await _known(request, key, question) or await _stored(request, key, question)

    def decide() -> None:
        if akismet_checks.note_correction(store, key.site_id, comment_id, right):
            decisions.decide(
                store,
                key.id,
                {key.site_id},
                comment_id,
                outcome,
                ReasonCode.SITE_SAID_SO,
                now=now_ms(),
                entropy=os.urandom,
            )

    try:
        await run_in_threadpool(decide)
    except NotFound:  # it was erased meanwhile
        return _plain(THANKS)
    request.app.state.ring(DELIVER)
    return _plain(THANKS)


async def _known(request: Request, key: Key, question: AkismetRequest) -> str | None:
    return await run_in_threadpool(
        akismet_checks.find_comment,
        request.app.state.store,
        key.site_id,
        question.guid,
        question.fingerprint,
    )


async def _stored(request: Request, key: Key, question: AkismetRequest) -> str:
    """The id of the comment in question, stored now unless it is here already. Raises TooMany."""
    if question.is_recheck and (known := await _known(request, key, question)):
        return known
    receipt, _ = await hand_in(
        request.app.state, key.site_id, question.context.ip, question.submission, join=True
    )
    return receipt.comment_id


async def _trial(request: Request, key: Key, question: AkismetRequest) -> CheckAnswer:
    """What the policy says of a comment that nobody keeps, counts or learns from."""
    verdict = await policy_verdict(request, key.site_id, question.text)
    answer = ANSWER_AFTER[STATUS_AFTER[verdict.outcome]]
    return CheckAnswer(answer, answer is AkismetAnswer.SPAM and is_blatant(verdict.reasons))


async def _endpoint(request: Request, asked: _Asked) -> str:
    """Who hears of later decisions: the client's callback, on the site's own origins; '' nobody."""
    state = request.app.state
    url = asked.question.callback
    if not url or origin_of(url) not in asked.key.origins:
        return ""
    who = (asked.key.site_id, url, key_digest(asked.token))
    endpoint_id: str = state.following.get(who, "")
    if not endpoint_id:
        follow = partial(
            akismet_checks.add_verdict_endpoint,
            state.store,
            asked.key.site_id,
            url,
            asked.token,
            allow=state.settings.webhook_allow,
            now=now_ms(),
        )
        if endpoint_id := await run_in_threadpool(follow):
            state.following[who] = endpoint_id
    return endpoint_id


def _answer(told: CheckAnswer, patient: bool, comment_id: str = "") -> Response:
    """patient: whether the client must leave what is held alone for long."""
    headers = dict(_PRIVATE)
    if comment_id:
        headers["X-akismet-guid"] = comment_id
    if told.blatant:
        headers["X-akismet-pro-tip"] = "discard"
    if told.answer is AkismetAnswer.WAIT:
        headers["X-akismet-recheck-after"] = str(RECHECK_TOLD if patient else RECHECK)
    return PlainTextResponse(
        "true" if told.answer is AkismetAnswer.SPAM else "false", headers=headers
    )


def _plain(text: str) -> Response:
    return PlainTextResponse(text, headers=_PRIVATE)


# --- what was asked so far -----------------------------------------------------------------------


@face.call("/1.2/usage-limit", "GET")
async def usage_limit(request: Request) -> Response:
    query = request.query_params
    key = await face.admit(request, _key_in(query, request, "api_key", "key"))
    since, _ = _month("")
    used = await run_in_threadpool(
        akismet_checks.count, request.app.state.store, key.site_id, since
    )
    body = {"limit": "none", "usage": used, "percentage": "0.00", "throttled": False}
    return JSONResponse(body, headers=_PRIVATE)


@face.call("/1.2/key-sites", "GET")
async def key_sites(request: Request) -> Response:
    query = request.query_params
    key = await face.admit(request, _key_in(query, request, "api_key", "key"))
    month = query.get("month", "")
    since, until = _month(month)
    limit = min(_count(query.get("limit", ""), PAGE) or PAGE, PAGE)
    offset = _count(query.get("offset", ""), 0)
    store = request.app.state.store
    found = await run_in_threadpool(akismet_checks.usage, store, key.site_id, since, until)
    wanted = [one for one in found if query.get("filter", "").lower() in one.blog]
    order = query.get("order", "")
    field = {"total": "calls"}.get(order, order) if order in _ORDERS else "calls"
    wanted.sort(key=lambda one: (-getattr(one, field), one.blog))
    shown = wanted[offset : offset + limit]
    name = month or datetime.now(UTC).strftime("%Y-%m")
    if query.get("format", "json") == "csv":
        head = f"(limit:{limit}, offset: {offset}, total: {len(wanted)})"
        title = f"Active sites for {_hint(request)} during {name} {head}"
        return Response(_csv(title, shown), media_type="text/csv", headers=_PRIVATE)
    body = {
        name: [_as_json(one) for one in shown],
        "limit": limit,
        "offset": offset,
        "total": len(wanted),
    }
    return JSONResponse(body, headers=_PRIVATE)


def _hint(request: Request) -> str:
    """The key as its owner knows it; a log of the answer opens nothing."""
    return _key_in(request.query_params, request, "api_key", "key")[:3] + "..."


# Akismet sends these numbers as strings.
def _as_json(one: CheckUsage) -> dict[str, Any]:
    return {
        "site": one.blog,
        "api_calls": str(one.calls),
        "spam": str(one.spam),
        "ham": str(one.ham),
        "missed_spam": str(one.missed_spam),
        "false_positives": str(one.false_positives),
        "is_revoked": False,
    }


def _csv(title: str, shown: list[CheckUsage]) -> str:
    lines = io.StringIO()
    lines.write(f"{title}\n")
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(
        ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")
    )
    for one in shown:
        table.writerow(
            (one.blog, one.calls, one.spam, one.ham, one.missed_spam, one.false_positives, "false")
        )
    return lines.getvalue()


def _month(given: str) -> tuple[int, int]:
    """From when to before when a month lasts, in ms. '' for the current one. Raises Invalid."""
    if given and not _MONTH.fullmatch(given):
        raise Invalid("month is written YYYY-MM.", "/month")
    today = datetime.now(UTC)
    year, month = (int(one) for one in given.split("-")) if given else (today.year, today.month)
    first = datetime(year, month, 1, tzinfo=UTC)
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp() * 1000), int(following.timestamp() * 1000)


def _count(given: str, default: int) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else default


# --- what WordPress's plugin asks when its form is filled in --------------------------------------


@face.call("/1.1/get-subscription", "POST")
async def get_subscription(request: Request) -> Response:
    fields = await read_fields(request)
    key = await face.admit(request, _key_in(fields, request, "key", "api_key"))
    body = {
        "account_id": key.site_id,
        "account_name": "Gatehouse",
        "status": "active",
        "next_billing_date": False,
        "limit_reached": False,
    }
    return JSONResponse(body, headers=_PRIVATE)


@face.call("/1.1/get-stats", "POST")
async def get_stats(request: Request) -> Response:
    fields = await read_fields(request)
    key = await face.admit(request, _key_in(fields, request, "key", "api_key"))
    days = {"60-days": 60, "6-months": 183}.get(fields.get("from", ""), 0)
    since = now_ms() - days * 86_400_000 if days else 0
    found = await run_in_threadpool(
        akismet_checks.usage, request.app.state.store, key.site_id, since, now_ms()
    )
    counted = ("spam", "ham", "missed_spam", "false_positives")
    total = {name: sum(getattr(one, name) for one in found) for name in counted}
    asked = total["spam"] + total["ham"]
    wrong = total["missed_spam"] + total["false_positives"]
    body = {
        **total,
        "accuracy": f"{100 - 100 * wrong / asked:.2f}" if asked else "100.00",
        "time_saved": 0,
        "breakdown": {},
    }
    return JSONResponse(body, headers=_PRIVATE)
