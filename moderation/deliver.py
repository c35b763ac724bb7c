"""Sign, send, note the attempt, try again: drains the deliveries that are due."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from standardwebhooks import Webhook

from moderation.domain.delivery import (
    FAILING_LIMIT,
    UNTRIED,
    Attempt,
    Fate,
    Response,
    next_delay,
    outcome_of,
)
from moderation.domain.event import EventType, body, moment
from moderation.store import deliveries, endpoints, outbox
from moderation.store.deliveries import Note
from moderation.store.engine import Store
from moderation.store.outbox import Job

log = logging.getLogger("gatehouse.deliver")

# Posts bytes with headers to a URL; never raises for what the network does.
Send = Callable[[str, Mapping[str, str], bytes], Response]

LEASE = 45_000  # ms: half as long again as an attempt may take (settings.webhook_timeout: 30 s)
# ms after which a drain claims no more. With the longest attempt it stays well below the 120 s
# after which the broker would hand the same bell to somebody else.
SLICE = 60_000
THREADS = 32  # sends at once: they wait, they do not work
# Of them for one endpoint: what a small site's web server takes beside its readers. It takes eight
# endpoints that begin to hang in the same moment to fill the pool; failing ones get one each.
PER_ENDPOINT = 4
# Seconds between looks for new work while sends are under way: what a new event waits at most.
LOOK = 0.1


@dataclass(slots=True)
class Delivered:
    """What one drain did, in attempts: accepted, to be tried again, given up; lost: somebody else's
    by the time they came back.
    """

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    job: Job
    started_at: int
    response: Response


def deliver(
    store: Store,
    send: Send,
    *,
    now: Callable[[], int],
    entropy: Callable[[int], bytes],
    chance: Callable[[], float],
    lease: str = "courier",
    scale: float = 1.0,
    limit: int = 10_000,
    threads: int = THREADS,
    per_endpoint: int = PER_ENDPOINT,
) -> Delivered:
    """Sends what is due until nothing is, at most `limit` attempts, within about SLICE ms.

    Sends wait in threads, outside any transaction; claims and notes are made by this thread alone,
    in batches. A crash between the two leaves the lease to run out, and the same message with the
    same id is sent again: at least once. lease: names the process, see deliveries.release; every
    drain adds its own mark, so that a note which comes too late is never taken for a timely one.
    scale: multiplies the retry schedule. chance: 0 <= it < 1. Raises Unavailable with the database.
    """
    lease = f"{lease}/{entropy(8).hex()}"
    until = now() + SLICE
    done = Delivered()
    flying: set[Future[_Sent]] = set()
    with ThreadPoolExecutor(threads, thread_name_prefix="send") as pool:
        while True:
            free = min(threads - len(flying), limit)
            if free > 0 and now() < until:
                for job in _claim(store, lease, now(), free, per_endpoint):
                    flying.add(pool.submit(_attempt, job, store, send, now))
                    limit -= 1
            if not flying:
                return done
            landed, flying = wait(flying, timeout=LOOK, return_when=FIRST_COMPLETED)
            if landed:
                sent = [future.result() for future in landed]
                _record(store, lease, sent, now(), entropy, chance, scale, done)


def _claim(store: Store, lease: str, now: int, limit: int, per_endpoint: int) -> list[Job]:
    with store.read() as connection:  # SQLite's one write lock is not taken to look about
        ids = outbox.due(connection, now, now + LEASE, limit, per_endpoint)
    if not ids:
        return []
    with store.write() as connection:
        return outbox.take(connection, ids, lease, now, now + LEASE)


def _attempt(job: Job, store: Store, send: Send, now: Callable[[], int]) -> _Sent:
    started_at = now()
    if error := _obstacle(job):
        return _Sent(job, started_at, Response(error=error))
    secrets = _secrets(job, store, started_at)
    if not secrets:
        return _Sent(job, started_at, Response(error="secret"))
    try:
        text = job.text if job.with_text else None
        message = body(job.type, job.happened_at, job.data_json, text)
        headers = signed(job.event_id, started_at, message, secrets)
        response = send(job.url, headers, message.encode())
    except Exception as error:  # a bug of ours must not stop the other deliveries
        log.error("a send broke", extra={"delivery": job.id, "error": type(error).__name__})
        response = Response(error="internal")
    return _Sent(job, started_at, response)


def _obstacle(job: Job) -> str:
    """Why the message cannot be sent at all, '' where it can."""
    if job.enabled is None:
        return "gone"
    if not job.enabled:
        return "disabled"
    carries_text = job.with_text and job.comment_id and job.type != EventType.ERASED
    # Without its text it would be another message under the same id.
    return "erased" if carries_text and job.text is None else ""


def _secrets(job: Job, store: Store, now: int) -> list[str]:
    """The endpoint's secrets that sign at this moment, newest first; [] where it cannot be opened."""
    secret = store.seal.open_up(job.secret_sealed, job.endpoint_id)
    if secret is None:
        return []
    old = None
    if job.old_secret_sealed and now < (job.old_secret_until or 0):
        old = store.seal.open_up(job.old_secret_sealed, job.endpoint_id)
    return [secret, old] if old else [secret]


def signed(id: str, at: int, message: str, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of Standard Webhooks for a message sent at this time (ms), one signature a secret."""
    when = moment(
        at
    )  # aware and UTC: the library relabels any other datetime without converting it
    return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(at // 1000),
        "webhook-signature": " ".join(Webhook(one).sign(id, when, message) for one in secrets),
    }


def _record(
    store: Store,
    lease: str,
    sent: Sequence[_Sent],
    now: int,
    entropy: Callable[[int], bytes],
    chance: Callable[[], float],
    scale: float,
    done: Delivered,
) -> None:
    """Notes what came of attempts, and what it means for their endpoints, in one transaction."""
    notes = [_note(one, now, chance, scale) for one in sent]
    with store.write() as connection:
        held = deliveries.note(connection, lease, notes)
        ours = [one for one in sent if one.job.id in held]
        well = {one.job.endpoint_id for one in ours if _fate(one) is Fate.DELIVERED}
        endpoints.accepted(connection, well)
        ill = {
            one.job.endpoint_id: one.started_at
            for one in ours
            if one.job.endpoint_id not in well and one.response.error not in UNTRIED
        }
        lost = endpoints.failed(connection, sorted(ill.items()), now - FAILING_LIMIT)
        because = dict.fromkeys(lost, "failing")
        for one in ours:
            if _fate(one) is Fate.DISABLE:
                because[one.job.endpoint_id] = "gone"
            elif one.response.retry_after and _fate(one) is Fate.RETRY:
                wait_until = now + (next_delay(1, None, one.response.retry_after, 0, 0) or 0)
                deliveries.hold_back(connection, one.job.endpoint_id, now, wait_until)
        for endpoint_id, why in sorted(because.items()):
            if endpoints.disable(connection, endpoint_id, why, now, entropy):
                log.warning("endpoint disabled", extra={"endpoint": endpoint_id, "because": why})
    for note in notes:
        _count(done, note, note.delivery_id in held)


def _fate(sent: _Sent) -> Fate:
    return outcome_of(sent.response.status, sent.response.error)


def _note(sent: _Sent, now: int, chance: Callable[[], float], scale: float) -> Note:
    number = sent.job.attempts + 1
    attempt = Attempt(number, sent.started_at, replace(sent.response, retry_after=None))
    fate = _fate(sent)
    if fate is Fate.DELIVERED:
        return Note(sent.job.id, attempt, "delivered", now)
    delay = None
    if fate is Fate.RETRY:
        response = sent.response
        delay = next_delay(number, response.status, response.retry_after, chance(), scale)
    if delay is None:
        return Note(sent.job.id, attempt, "dead", now)
    return Note(sent.job.id, attempt, "due", now + delay)


def _count(done: Delivered, note: Note, held: bool) -> None:
    if not held:
        done.lost += 1
    elif note.state == "delivered":
        done.delivered += 1
    elif note.state == "due":
        done.retried += 1
    else:
        done.dead += 1
