"""/healthz, /readyz and /metrics: for load balancers, for people on call, for Prometheus."""

import hmac
from typing import Annotated, Any, Literal, NotRequired, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.errors import GatehouseError, Unauthenticated
from moderation.settings import Settings
from moderation.store import (
    deliveries,
    endpoints,
    heartbeats,
    judging_queue,
    second_opinion_usage,
    second_opinions,
)
from moderation.store.second_opinion_usage import Budget
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import is_current
from service import metrics
from service.api import answers
from service.api.described import describe_answer, described

router = APIRouter(tags=["operations"])

# Workers send a heartbeat every few seconds; without one for so long, nobody is judging. Milliseconds.
SILENCE = 30_000
# If the oldest waits longer than this, there are no workers or too few. Seconds.
OLD_PENDING = 60


class AliveOut(TypedDict):
    """The process lives."""

    status: Literal["ok"]


class CheckOut(TypedDict):
    """Whether a part works. detail: why not. count, oldest_seconds, models: what was seen, of some parts."""

    ok: bool
    detail: NotRequired[answers.Sentence]
    count: NotRequired[answers.Count]
    oldest_seconds: NotRequired[float]
    models: NotRequired[dict[str, bool | None]]


class ReadyOut(TypedDict):
    """Whether the service works, part by part: store, migrations, broker, limits, worker, courier ..."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: Annotated[dict[str, CheckOut], Field(examples=[{"store": {"ok": True}}])]


_READY = describe_answer(ReadyOut)
_READY["responses"]["503"] = _READY["responses"]["200"] | {"description": "No comment can be taken"}


@router.get("/healthz", summary="Whether this process lives", **described(AliveOut))
async def healthz() -> Response:
    alive: AliveOut = {"status": "ok"}
    return JSONResponse(alive)


@router.get("/readyz", summary="Whether the service works, part by part", openapi_extra=_READY)
async def readyz(request: Request) -> Response:
    """200 as long as comments can be taken in ('ok' or 'degraded'), 503 when not ('unavailable')."""
    state = request.app.state
    now = now_ms()
    checks = await run_in_threadpool(_database_checks, state.store, now)
    checks["broker"] = _check(await run_in_threadpool(state.bell.ping), "rings are swept up later")
    checks["limits"] = _check(state.limits.ok, "open until Redis is back")
    if state.scoring.started:
        checks["scoring"] = _check(
            not state.scoring.broken, "compatible APIs answer 503: see the log"
        )
    works = checks["store"]["ok"] and checks["migrations"]["ok"]
    healthy = all(check["ok"] for check in checks.values())
    ready: ReadyOut = {
        "status": "ok" if healthy else "degraded" if works else "unavailable",
        "checks": checks,
    }
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(ready, 200 if works else 503, headers=headers)


def _database_checks(store: Store, now: int) -> dict[str, CheckOut]:
    """The checks that need the database: store, schema, workers, pending comments."""
    try:
        with store.read() as connection:
            waiting, oldest = judging_queue.backlog(connection)
            alive = heartbeats.alive(connection, now - SILENCE)
        current = is_current(store)
    except GatehouseError as error:
        away = _check(False, error.message)
        return {"store": away, "migrations": away}
    judges = [worker for worker in alive if worker.name.startswith("judge@")]
    couriers = [worker for worker in alive if worker.name.startswith("courier@")]
    models = {str(judge.detail.get("model")): judge.detail.get("loaded") for judge in judges}
    stand_ins = {
        str(judge.detail["instead_of"]) for judge in judges if "instead_of" in judge.detail
    }
    why = (
        f"{', '.join(stand_ins)} is not on this machine"
        if stand_ins
        else "comments are held unscored"
    )
    age = (now - oldest) / 1000 if oldest else 0.0
    return {
        "store": _check(True),
        "migrations": _check(current, "run `gatehouse migrate`"),
        "worker": _check(bool(judges), "no worker has been heard of", count=len(judges)),
        "courier": _check(bool(couriers), "no courier has been heard of", count=len(couriers)),
        "model": _check(
            bool(models) and all(models.values()) and not stand_ins, why, models=models
        ),
        "pending": _check(
            age < OLD_PENDING, "the oldest waits too long", count=waiting, oldest_seconds=age
        ),
    }


def _check(ok: bool, otherwise: str = "", **facts: Any) -> CheckOut:
    detail = {"detail": otherwise} if not ok and otherwise else {}
    return cast(CheckOut, {"ok": ok, **detail, **facts})


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=PlainTextResponse,
    **described(None, 401),
)
async def show_metrics(request: Request) -> Response:
    """With the token of GATEHOUSE_METRICS_TOKEN, or without one with that of `gatehouse metrics-token`.

    The peer's address proves nothing: a proxy on this machine asks for everybody.
    """
    state = request.app.state
    token = state.settings.metrics_token.get_secret_value() or state.store.crypto.metrics_token
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(sent.encode(), token.encode()):
        raise Unauthenticated(
            "Send the metrics token as 'Authorization: Bearer <token>': GATEHOUSE_METRICS_TOKEN, or what"
            " `gatehouse metrics-token` prints."
        )
    await run_in_threadpool(_update_gauges, state.store, state.settings)
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _update_gauges(store: Store, settings: Settings) -> None:
    now = now_ms()
    with store.read() as connection:
        waiting, oldest = judging_queue.backlog(connection)
        due = deliveries.backlog(connection)
        disabled, failing = endpoints.count_failing(connection)
        workers = heartbeats.alive(connection, now - SILENCE)
    if settings.second_opinion_url:
        _update_second_opinions(store, settings, now)
    metrics.pending.set(waiting)
    metrics.pending_age.set((now - oldest) / 1000 if oldest else 0.0)
    metrics.deliveries_due.set(due)
    metrics.endpoints.labels("disabled").set(disabled)
    metrics.endpoints.labels("failing").set(failing)
    metrics.workers.set(sum(worker.name.startswith("judge@") for worker in workers))


def _update_second_opinions(store: Store, settings: Settings, now: int) -> None:
    budget = Budget(settings.second_opinion_requests, settings.second_opinion_tokens)
    with store.read() as connection:
        totals = second_opinion_usage.totals(connection)
        waiting = second_opinions.waiting(connection)
        left = second_opinion_usage.left(connection, budget, now)
        until = second_opinion_usage.paused_until(connection, settings.second_opinion_model)
    for result, count in totals.items():
        metrics.second_opinions.labels(result).set(count)
    metrics.second_opinions_waiting.set(waiting)
    metrics.second_opinion_budget.labels("requests").set(left.requests)
    metrics.second_opinion_budget.labels("tokens").set(left.tokens)
    metrics.second_opinion_paused.set(until > now)
