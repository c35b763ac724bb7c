"""Akismet's calls about the account: usage, sites, and what WordPress's plugin asks when it is set up."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.compat import akismet_checks
from moderation.domain.akismet_check import CheckUsage
from moderation.domain.errors import Invalid
from moderation.store.compat_apis import AKISMET
from service.compat.akismet.protocol import NO_STORE, error_response, key_of
from service.compat.akismet.request import read_fields
from service.compat.compat_api import CompatApi

PAGE = 500  # hosts in one answer
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_ORDERS = ("total", "spam", "ham", "missed_spam", "false_positives")

api = CompatApi(AKISMET, error_response)


@api.call("/1.2/usage-limit", "GET")
async def usage_limit(request: Request) -> Response:
    query = request.query_params
    key = await api.admit(request, key_of(query, request, "api_key", "key"))
    since, _ = _month("")
    used = await run_in_threadpool(
        akismet_checks.count, request.app.state.store, key.site_id, since
    )
    body = {"limit": "none", "usage": used, "percentage": "0.00", "throttled": False}
    return JSONResponse(body, headers=NO_STORE)


@api.call("/1.2/key-sites", "GET")
async def key_sites(request: Request) -> Response:
    query = request.query_params
    key = await api.admit(request, key_of(query, request, "api_key", "key"))
    month = query.get("month", "")
    since, until = _month(month)
    limit = min(_count(query.get("limit", ""), PAGE) or PAGE, PAGE)
    offset = _count(query.get("offset", ""), 0)
    store = request.app.state.store
    usages = await run_in_threadpool(akismet_checks.usage, store, key.site_id, since, until)
    wanted = [usage for usage in usages if query.get("filter", "").lower() in usage.blog]
    order = query.get("order", "")
    field = {"total": "calls"}.get(order, order) if order in _ORDERS else "calls"
    wanted.sort(key=lambda usage: (-getattr(usage, field), usage.blog))
    shown = wanted[offset : offset + limit]
    name = month or datetime.now(UTC).strftime("%Y-%m")
    if query.get("format", "json") == "csv":
        head = f"(limit:{limit}, offset: {offset}, total: {len(wanted)})"
        title = f"Active sites for {_hint(request)} during {name} {head}"
        return Response(_csv(title, shown), media_type="text/csv", headers=NO_STORE)
    body = {
        name: [_as_json(usage) for usage in shown],
        "limit": limit,
        "offset": offset,
        "total": len(wanted),
    }
    return JSONResponse(body, headers=NO_STORE)


def _hint(request: Request) -> str:
    """The first characters of the key: its owner knows it by them, and nobody else can use them."""
    return key_of(request.query_params, request, "api_key", "key")[:3] + "..."


# Akismet sends these numbers as strings.
def _as_json(usage: CheckUsage) -> dict[str, Any]:
    return {
        "site": usage.blog,
        "api_calls": str(usage.calls),
        "spam": str(usage.spam),
        "ham": str(usage.ham),
        "missed_spam": str(usage.missed_spam),
        "false_positives": str(usage.false_positives),
        "is_revoked": False,
    }


def _csv(title: str, shown: list[CheckUsage]) -> str:
    lines = io.StringIO()
    lines.write(f"{title}\n")
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(
        ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")
    )
    for usage in shown:
        table.writerow(
            (
                usage.blog,
                usage.calls,
                usage.spam,
                usage.ham,
                usage.missed_spam,
                usage.false_positives,
                "false",
            )
        )
    return lines.getvalue()


def _month(name: str) -> tuple[int, int]:
    """The start and the end of a month, in ms. name: YYYY-MM, '' for the current one. Raises Invalid."""
    if name and not _MONTH.fullmatch(name):
        raise Invalid("month is written YYYY-MM.", "/month")
    today = datetime.now(UTC)
    year, month = (int(part) for part in name.split("-")) if name else (today.year, today.month)
    first = datetime(year, month, 1, tzinfo=UTC)
    next_first = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp() * 1000), int(next_first.timestamp() * 1000)


def _count(digits: str, default: int) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else default


@api.call("/1.1/get-subscription", "POST")
async def get_subscription(request: Request) -> Response:
    fields = await read_fields(request)
    key = await api.admit(request, key_of(fields, request, "key", "api_key"))
    body = {
        "account_id": key.site_id,
        "account_name": "Gatehouse",
        "status": "active",
        "next_billing_date": False,
        "limit_reached": False,
    }
    return JSONResponse(body, headers=NO_STORE)


@api.call("/1.1/get-stats", "POST")
async def get_stats(request: Request) -> Response:
    fields = await read_fields(request)
    key = await api.admit(request, key_of(fields, request, "key", "api_key"))
    days = {"60-days": 60, "6-months": 183}.get(fields.get("from", ""), 0)
    since = now_ms() - days * 86_400_000 if days else 0
    usages = await run_in_threadpool(
        akismet_checks.usage, request.app.state.store, key.site_id, since, now_ms()
    )
    counts = ("spam", "ham", "missed_spam", "false_positives")
    total = {name: sum(getattr(usage, name) for usage in usages) for name in counts}
    checked = total["spam"] + total["ham"]
    wrong = total["missed_spam"] + total["false_positives"]
    body = {
        **total,
        "accuracy": f"{100 - 100 * wrong / checked:.2f}" if checked else "100.00",
        "time_saved": 0,
        "breakdown": {},
    }
    return JSONResponse(body, headers=NO_STORE)
