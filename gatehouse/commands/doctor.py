"""`gatehouse doctor`: checks everything that the service needs, and says what to do about faults."""

import socket
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from gatehouse.commands.output import with_path
from gatehouse.database import checked_settings, open_store
from moderation.clock import now_ms
from moderation.domain.errors import GatehouseError

if TYPE_CHECKING:
    from moderation.settings import Settings

SILENCE = 30_000  # ms without a heartbeat; workers send one every five seconds (workers/worker.py)
CLOCK_LIMIT = 2_000  # ms of difference; leases last a minute, so two seconds do no harm

Finding = tuple[bool, str]


def doctor() -> None:
    """Check everything that the service needs, and say what to do.

    Settings, data folder, database, broker, proxies, model, workers, clocks, endpoints, second opinions; exit status 1 where one has a fault.
    """
    settings = checked_settings()
    well = True
    print("ok    settings   every one makes sense")
    for name, check in CHECKS.items():
        for ok, text in _findings(check, settings):
            well = well and ok
            print(f"{'ok   ' if ok else 'FAULT'} {name:10} {with_path(text)}")
    if not well:
        raise typer.Exit(1)


def _findings(
    check: Callable[["Settings"], Iterator[Finding]], settings: "Settings"
) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except GatehouseError as error:
        yield False, error.message
    except Exception as error:  # whatever a driver raises: the other checks still run
        yield False, f"could not be examined: {type(error).__name__}"


def _folder(settings: "Settings") -> Iterator[Finding]:
    folder = settings.data.absolute()
    if not folder.exists():
        if settings.database_url and settings.secret_key.get_secret_value():
            yield True, "not needed: database and secret are elsewhere"
        else:
            yield False, f"{folder} is not there: `gatehouse up` makes it, or set GATEHOUSE_DATA"
        return
    is_open = stat.S_IMODE(folder.stat().st_mode) & 0o077
    yield (
        not is_open,
        f"{folder} is "
        + (f"open to other users: chmod 700 {folder}" if is_open else "its owner's alone"),
    )


def _database(settings: "Settings") -> Iterator[Finding]:
    from moderation.store import room

    with open_store(settings) as store:
        yield True, f"{'SQLite' if store.is_sqlite else 'PostgreSQL'} answers and is migrated"
        room.require_room(store)


def _broker(settings: "Settings") -> Iterator[Finding]:
    import redis

    from moderation.doorbell import redis_client

    if settings.broker.startswith(("amqp", "sentinel", "sqs")):
        yield True, "no Redis; its own tools tell how it is"
        return
    client = redis_client(settings.broker, timeout=2.0)
    try:
        client.ping()
    except redis.RedisError:
        yield False, "does not answer: start it, or `gatehouse up`; comments wait until it is back"
        return
    yield True, "answers"
    try:
        options: Any = client.config_get("appendonly", "maxmemory-policy")
    except redis.RedisError:
        yield True, "does not tell its configuration: appendonly yes, maxmemory-policy noeviction"
        return
    appends = options.get("appendonly") == "yes"
    evicts = options.get("maxmemory-policy") != "noeviction"
    yield appends, "keeps what it has on disk" if appends else "forgets on restart: appendonly yes"
    yield (
        not evicts,
        ("forgets when it is full: maxmemory-policy noeviction" if evicts else "refuses when full"),
    )
    seconds, micros = client.time()
    difference = abs(seconds * 1000 + micros // 1000 - now_ms())
    yield difference < CLOCK_LIMIT, f"its clock and ours are {difference / 1000:.1f} s apart"
    client.close()


def _proxies(settings: "Settings") -> Iterator[Finding]:
    from moderation.doorbell import MUTE_PROXY, redis_client

    if not settings.trusted_proxies:
        yield True, "none is trusted: GATEHOUSE_TRUSTED_PROXIES is not set"
        return
    if settings.broker.startswith(("amqp", "sentinel", "sqs")):
        yield True, "no Redis; the API's log tells of those that name no reader"
        return
    client = redis_client(settings.broker, timeout=2.0)
    mute = sorted(
        key.decode().removeprefix(MUTE_PROXY) for key in client.scan_iter(f"{MUTE_PROXY}*")
    )
    client.close()
    for address in mute:
        yield (
            False,
            f"{address} named no reader in X-Forwarded-For within the last hour: all its readers share one limit",
        )
    if not mute:
        yield True, "each that is trusted names its readers"


def _model(settings: "Settings") -> Iterator[Finding]:
    from moderation.judging.score_texts import score_texts
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline
    from moderation.startup import models_of

    models = models_of(settings)
    for name in filter(None, (settings.toxicity_model, settings.multilingual_model)):
        if not models.is_here(name):
            yield False, f"{name} is missing: `gatehouse model add {name}`"
    if models.serving != models.toxicity:
        yield False, f"{models.serving} serves instead, as GATEHOUSE_MODEL_FALLBACK says"
    pipeline = ScorerPipeline(build_scorers(models), timeout=300.0)
    pipeline.load()
    findings = score_texts(pipeline, ["Thank you, that was an interesting article."])[0]
    for name in pipeline.names:
        if name in findings.failed or name in pipeline.failing:
            yield False, f"{name} cannot measure; its comments are held: see the worker's log"
    for sha256, model, runtime in {
        (signal.sha256, signal.model, signal.runtime)
        for signal in findings.signals
        if signal.sha256
    }:
        on_runtime = f" on {runtime}" if runtime else ""
        yield True, f"{model} loads and scores{on_runtime}; SHA-256 {sha256[:12]} as it should be"


def _workers(settings: "Settings") -> Iterator[Finding]:
    from moderation.store import heartbeats, judging_queue

    with open_store(settings) as store, store.read() as connection:
        beats = heartbeats.alive(connection, now_ms() - SILENCE)
        waiting, oldest = judging_queue.backlog(connection)
    for role, command in (("judge", "worker"), ("courier", "courier")):
        count = sum(beat.name.startswith(f"{role}@") for beat in beats)
        yield count > 0, f"{count} {role}" + ("" if count else f": start `gatehouse {command}`")
    ahead = max((beat.at - now_ms() for beat in beats), default=0)
    yield (
        ahead < CLOCK_LIMIT,
        f"clocks of the workers are at most {max(ahead, 0) / 1000:.1f} s ahead",
    )
    age = (now_ms() - oldest) / 1000 if oldest else 0.0
    yield age < 60, f"{waiting} comments wait, the oldest for {age:.0f} s"


def _endpoints(settings: "Settings") -> Iterator[Finding]:
    from importlib.util import find_spec

    from moderation.notify.notifier import APPRISE_MISSING
    from moderation.store import endpoints

    with open_store(settings) as store, store.read() as connection:
        disabled, failing = endpoints.count_failing(connection)
        has_channels = bool(endpoints.channels(connection, now_ms()))
    yield (
        not disabled + failing,
        f"{disabled} disabled themselves, {failing} accept nothing now"
        + (": `gatehouse endpoint list SITE`" if disabled + failing else ""),
    )
    if has_channels and find_spec("apprise") is None:
        yield False, APPRISE_MISSING


def _second_opinion(settings: "Settings") -> Iterator[Finding]:
    from moderation.domain.second_opinion import Prompt, Unanswered
    from workers.chat_endpoint import endpoint_of

    if not settings.second_opinion_url:
        yield True, "off: GATEHOUSE_SECOND_OPINION_URL is not set"
        return
    instructions = Prompt(
        'Say what a moderator would do with the comment of the next message. Answer with JSON: {"label": "fine", '
        '"unsure" or "remove", "probability": 0 to 1, "reason": one sentence}'
    )
    endpoint = endpoint_of(settings)
    try:
        answer = endpoint.ask(instructions, "Thank you, that was an interesting article.")
    except Unanswered as failure:
        yield (
            False,
            f"{endpoint.model} gave no answer ({failure.kind}); comments wait for people as before",
        )
        return
    opinion = answer.opinion
    yield True, f"{endpoint.model} answers: {opinion.label.value} {opinion.probability:.2f}"


def alive(role: str) -> None:
    """Exit 0 if a judge or courier of this host sent a heartbeat lately; for containers."""
    from moderation.store import heartbeats

    with open_store() as store, store.read() as connection:
        beats = heartbeats.alive(connection, now_ms() - SILENCE)
    if not any(beat.name.startswith(f"{role}@{socket.gethostname()}/") for beat in beats):
        raise typer.Exit(1)


CHECKS = {
    "data": _folder,
    "database": _database,
    "broker": _broker,
    "proxies": _proxies,
    "model": _model,
    "workers": _workers,
    "endpoints": _endpoints,
    "opinion": _second_opinion,
}
