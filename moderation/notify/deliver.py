"""Sign, send, note the attempt, try again: drains the deliveries that are due."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from standardwebhooks import Webhook

from moderation.domain.delivery import (
    FAILING_LIMIT,
    MODERATORS,
    NOT_SENT_ERRORS,
    NOTICE_PAUSE,
    RETRY_AFTER_LIMIT,
    Attempt,
    AttemptOutcome,
    Format,
    Payload,
    Response,
    next_delay,
    outcome_of,
)
from moderation.domain.event import EventType, to_datetime
from moderation.domain.message import (
    EventRecord,
    Message,
    akismet_verdicts,
    batch_message,
    payload_json,
    single_message,
)
from moderation.domain.notice import Notice, event_notice
from moderation.store import deliveries, endpoints, moderators, outbox
from moderation.store.deliveries import Note
from moderation.store.endpoints import EndpointFailure
from moderation.store.outbox import DeliveryJob
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.deliver")

# Posts bytes with headers to a URL; never raises for what the network does.
Send = Callable[[str, Mapping[str, str], bytes], Response]
# Tells people: the channel's URL, the words, and e-mails where the channel is the site's moderators.
Notify = Callable[[str, Notice, Sequence[str]], Response]

LEASE_MS = 45_000  # ms: half as long again as an attempt may take (settings.webhook_timeout: 30 s)
# ms after which a drain claims no more. With the longest attempt it stays well below the 120 s
# after which the broker would hand the same bell to somebody else.
SLICE_MS = 60_000
SEND_THREADS = 32  # sends at once: they wait, they do not work
# Of them for one endpoint: what a small site's web server takes beside its readers. It takes eight
# endpoints that begin to hang in the same moment to fill the pool; failing ones get one each.
SENDS_PER_ENDPOINT = 4
# Notices at once, and how often a drain looks for them: each is a process of its own that takes a second
# or more, so they have threads of their own and no webhook waits for one. One that is started by the
# end of a slice would hold the drain, hence no later than so long before. Both in ms.
NOTICES, NOTICE_LOOK, NOTICE_TIME = 4, 1_000, 30_000
# Bytes of text in one POST, about: a batch of long comments is cut into several.
BATCH_BYTES = 256 * 1024
# Seconds between looks for new work while sends are under way: what a new event waits at most. After a
# find the next look is soon; each that finds nothing doubles the pause, so that waiting costs little.
LOOK, SOON = 0.03, 0.005


@dataclass(slots=True)
class Delivered:
    """What one drain did, in deliveries: accepted, to be tried again, given up; lost: somebody else's
    by the time they came back. A batch counts as many as it carries.
    """

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    job: DeliveryJob
    started_at: int
    response: Response


def _refuse_notices(url: str, words: Notice, emails: Sequence[str]) -> Response:
    return Response(error="url")


def deliver(
    store: Store,
    send: Send,
    *,
    now: Callable[[], int],
    entropy: Callable[[int], bytes],
    chance: Callable[[], float],
    notify: Notify = _refuse_notices,
    public_url: str = "",
    lease: str = "courier",
    scale: float = 1.0,
    limit: int = 10_000,
    threads: int = SEND_THREADS,
    per_endpoint: int = SENDS_PER_ENDPOINT,
) -> Delivered:
    """Sends what is due until nothing is, at most `limit` POSTs, within about SLICE ms.

    Sends wait in threads, outside any transaction; claims and notes are made by this thread alone,
    in batches. A crash between the two leaves the lease to run out, and the same message with the
    same id is sent again: at least once. lease: names the process, see deliveries.release; every
    drain adds its own mark, so that a note which comes too late is never taken for a timely one.
    scale: multiplies the retry schedule. chance: 0 <= it < 1. public_url: where the links of a
    notice lead. Raises Unavailable with the database.
    """
    lease = f"{lease}/{entropy(8).hex()}"
    until = now() + SLICE_MS
    done = Delivered()
    post = _Poster(store, send, notify, public_url, now)
    look, notices_at = SOON, 0
    with (
        ThreadPoolExecutor(threads, thread_name_prefix="send") as send_pool,
        ThreadPoolExecutor(NOTICES, thread_name_prefix="cry") as notice_pool,
    ):
        sends = _UnderWay(send_pool, threads, post)
        notices = _UnderWay(notice_pool, NOTICES, post)
        while True:
            look = min(2 * look, LOOK)
            free = min(sends.free, limit)
            if free > 0 and now() < until:
                jobs = _claim(store, lease, now(), free, per_endpoint)
                if started := sends.start(jobs):
                    limit -= started
                    look = SOON
            free = min(notices.free, limit)
            if free > 0 and notices_at <= now() < until - NOTICE_TIME:
                notices_at = now() + NOTICE_LOOK
                jobs = _claim(store, lease, now(), free, per_endpoint, notices=True)
                limit -= notices.start(jobs)
            if not sends.futures and not notices.futures:
                return done
            wait(sends.futures | notices.futures, timeout=look, return_when=FIRST_COMPLETED)
            notified = notices.landed()
            if notified:
                notices_at = 0
            if sent := sends.landed() + notified:
                _record(store, lease, sent, now(), entropy, chance, scale, done)


class _UnderWay:
    """The POSTs of one kind that are being sent. width: how many at most at once."""

    def __init__(self, pool: ThreadPoolExecutor, width: int, post: "_Poster") -> None:
        self._pool, self._width, self._post = pool, width, post
        self.futures: set[Future[list[_Sent]]] = set()

    @property
    def free(self) -> int:
        """How many more may start."""
        return self._width - len(self.futures)

    def start(self, jobs: Sequence[DeliveryJob]) -> int:
        """Sends these jobs; returns in how many POSTs."""
        posts = _batched(jobs)
        self.futures.update(self._pool.submit(self._post.attempt, post) for post in posts)
        return len(posts)

    def landed(self) -> list[_Sent]:
        """What was sent since the last look, and is no longer under way."""
        done = {future for future in self.futures if future.done()}
        self.futures -= done
        return [sent for future in done for sent in future.result()]


def _claim(
    store: Store, lease: str, now: int, limit: int, per_endpoint: int, *, notices: bool = False
) -> list[DeliveryJob]:
    """notices: those alone, else all but those."""
    with store.read() as connection:  # SQLite's one write lock is not taken to look about
        ids = outbox.due(connection, now, now + LEASE_MS, limit, per_endpoint, notices=notices)
    if not ids:
        return []
    with store.write() as connection:
        return outbox.take(connection, ids, lease, now, now + LEASE_MS)


def _batched(jobs: Sequence[DeliveryJob]) -> list[list[DeliveryJob]]:
    """The jobs as POSTs: one each, or those of an endpoint that takes batches in one."""
    posts: list[list[DeliveryJob]] = []
    batches: dict[str, list[DeliveryJob]] = {}
    size: Counter[str] = Counter()
    for job in jobs:
        if job.enabled is None or job.batch == 1:
            posts.append([job])
            continue
        weight = len(job.data_json) + len(job.text or "")
        if size[job.endpoint_id] == 0 or size[job.endpoint_id] + weight > BATCH_BYTES:
            batches[job.endpoint_id], size[job.endpoint_id] = [], 0
            posts.append(batches[job.endpoint_id])
        batches[job.endpoint_id].append(job)
        size[job.endpoint_id] += weight
    return posts


@dataclass(frozen=True, slots=True)
class _Poster:
    """What a thread needs to make an attempt."""

    store: Store
    send: Send
    notify: Notify
    public_url: str
    now: Callable[[], int]

    def attempt(self, jobs: Sequence[DeliveryJob]) -> list[_Sent]:
        """One POST for these jobs of one endpoint; what of it can be sent."""
        started_at = self.now()
        obstacles = {job.id: _reason_not_to_send(job) for job in jobs}
        sent = [
            _Sent(job, started_at, Response(error=error))
            for job in jobs
            if (error := obstacles[job.id])
        ]
        left = [job for job in jobs if not obstacles[job.id]]
        if not left:
            return sent
        secrets = _secrets(left[0], self.store, started_at)
        if not secrets:
            response = Response(error="secret")
        else:
            try:
                response = self._post(left, secrets, started_at)
            except Exception as error:  # a bug of ours must not stop the other deliveries
                facts = {"delivery": left[0].id, "error": type(error).__name__}
                log.error("a send broke", extra=facts)
                response = Response(error="internal")
        return sent + [_Sent(job, started_at, response) for job in left]

    def _post(self, jobs: Sequence[DeliveryJob], secrets: Sequence[str], at: int) -> Response:
        facts = [_fact(job) for job in jobs]
        first = jobs[0]
        if first.format is Format.NOTICE:
            return self.notify(
                secrets[0], event_notice(facts, self.public_url), self._people(first)
            )
        if first.format is Format.AKISMET:
            told = akismet_verdicts(facts, secrets[0])
            return self.send(first.url, {"content-type": told.content_type}, told.body.encode())
        one = (
            batch_message(facts, first.format)
            if first.batch > 1
            else single_message(facts[0], first.format)
        )
        return self.send(first.url, signed(one, at, secrets), one.body.encode())

    def _people(self, job: DeliveryJob) -> list[str]:
        if job.url != MODERATORS:
            return []
        with self.store.read() as connection:
            return moderators.readers(connection, job.site_id)


def _fact(job: DeliveryJob) -> EventRecord:
    return EventRecord(
        job.event_id,
        job.site_id,
        job.type,
        job.comment_id,
        job.happened_at,
        payload_json(job.data_json, job.payload, job.text),
    )


def _reason_not_to_send(job: DeliveryJob) -> str:
    """Why the message cannot be sent at all, '' where it can."""
    if job.enabled is None:
        return "gone"
    if not job.enabled:
        return "disabled"
    carries_text = job.payload is Payload.TEXT and job.comment_id and job.type != EventType.ERASED
    # Without its text it would be another message under the same id.
    return "erased" if carries_text and job.text is None else ""


def _secrets(job: DeliveryJob, store: Store, now: int) -> list[str]:
    """The endpoint's secrets that sign at this moment, newest first; [] where it cannot be opened."""
    secret = store.seal.open_up(job.secret_sealed, job.endpoint_id)
    if secret is None:
        return []
    old = None
    if job.old_secret_sealed and now < (job.old_secret_until or 0):
        old = store.seal.open_up(job.old_secret_sealed, job.endpoint_id)
    return [secret, old] if old else [secret]


def signed(message: Message, at: int, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of Standard Webhooks for a message sent at this time (ms), one signature a secret."""
    # Aware and UTC: the library relabels any other datetime without converting it.
    when = to_datetime(at)
    signatures = [Webhook(one).sign(message.id, when, message.body) for one in secrets]
    return {
        "content-type": message.content_type,
        "webhook-id": message.id,
        "webhook-timestamp": str(at // 1000),
        "webhook-signature": " ".join(signatures),
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
    notes = [_attempt_note(one, now, chance, scale) for one in sent]
    with store.write() as connection:
        held = deliveries.note(connection, lease, notes)
        ours = [one for one in sent if one.job.id in held]
        well = {one.job.endpoint_id for one in ours if _fate(one) is AttemptOutcome.DELIVERED}
        endpoints.accepted(connection, well)
        lost = endpoints.failed(connection, _failures(ours, well), now, now - FAILING_LIMIT, scale)
        because = dict.fromkeys(lost, "failing")
        for told in {one.job.endpoint_id for one in ours if one.job.format is Format.NOTICE} & well:
            endpoints.hold_back(connection, told, now + round(NOTICE_PAUSE * scale))
        for one in ours:
            if _fate(one) is AttemptOutcome.DISABLE:
                because[one.job.endpoint_id] = "gone"
            elif one.response.retry_after and _fate(one) is AttemptOutcome.RETRY:
                wait = min(one.response.retry_after, RETRY_AFTER_LIMIT)
                endpoints.hold_back(connection, one.job.endpoint_id, now + wait)
        for endpoint_id, why in sorted(because.items()):
            if endpoints.disable(connection, endpoint_id, why, now, entropy):
                log.warning("endpoint disabled", extra={"endpoint": endpoint_id, "because": why})
    for note in notes:
        _add_to_totals(done, note, note.delivery_id in held)


def _failures(sent: Sequence[_Sent], well: Collection[str]) -> list[EndpointFailure]:
    """The endpoints that took nothing, and in how many POSTs: the jobs of a batch began together."""
    tries: dict[str, set[tuple[int, int]]] = {}
    for one in sent:
        if one.job.endpoint_id not in well and one.response.error not in NOT_SENT_ERRORS:
            post = (one.started_at, id(one.response))
            tries.setdefault(one.job.endpoint_id, set()).add(post)
    return [EndpointFailure(id, min(its)[0], len(its)) for id, its in sorted(tries.items())]


def _fate(sent: _Sent) -> AttemptOutcome:
    return outcome_of(sent.response.status, sent.response.error)


def _attempt_note(sent: _Sent, now: int, chance: Callable[[], float], scale: float) -> Note:
    number = sent.job.attempts + 1
    attempt = Attempt(number, sent.started_at, replace(sent.response, retry_after=None))
    fate = _fate(sent)
    if fate is AttemptOutcome.DELIVERED:
        return Note(sent.job.id, attempt, "delivered", now)
    delay = None
    if fate is AttemptOutcome.RETRY:
        response = sent.response
        delay = next_delay(number, response.status, response.retry_after, chance(), scale)
    if delay is None:
        return Note(sent.job.id, attempt, "dead", now)
    return Note(sent.job.id, attempt, "due", now + delay)


def _add_to_totals(done: Delivered, note: Note, held: bool) -> None:
    if not held:
        done.lost += 1
    elif note.state == "delivered":
        done.delivered += 1
    elif note.state == "due":
        done.retried += 1
    else:
        done.dead += 1
