"""Sends the deliveries that are due, in threads, until nothing is due or the time slice ends."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from moderation.domain.delivery import Response
from moderation.domain.errors import Unavailable
from moderation.domain.ids import Entropy
from moderation.domain.notice import Notice
from moderation.notify.record_attempts import AttemptRecorder, Delivered
from moderation.notify.send_attempt import AttemptSender, Notify, Send, Sent
from moderation.store import deliveries, outbox
from moderation.store.outbox import DeliveryJob
from moderation.store.sql.engine import Store

LEASE_MS = 45_000  # ms: half as long again as an attempt may take (settings.webhook_timeout: 30 s)
# ms after which a drain claims no more. With the longest attempt it stays well below the 120 s
# after which the broker would give the same message to another process.
SLICE_MS = 60_000
SEND_THREADS = 32  # sends at once: they wait, they do not work
# Of them for one endpoint: as much as a small site's web server can take beside its readers. Only eight
# endpoints that begin to hang at the same moment fill the pool; failing ones get one each.
SENDS_PER_ENDPOINT = 4
# Notices at once, and how often a drain looks for them (ms). Each is a process of its own that takes a
# second or more, so they have their own threads and no webhook waits for one. One started near the end
# of a slice would prolong the drain, so none is started in its last NOTICE_TIME ms.
NOTICES, NOTICE_LOOK, NOTICE_TIME = 4, 1_000, 30_000
# Bytes of text in one POST, about: a batch of long comments is split.
BATCH_BYTES = 256 * 1024
# Seconds between looks for new work while sends are in progress: the longest a new event waits. After a
# look that finds work the next comes soon; each that finds none doubles the pause, which saves CPU.
LOOK, SOON = 0.03, 0.005
# The same while the database is away.
AWAY = 0.5


def _refuse_notices(url: str, notice: Notice, emails: Sequence[str]) -> Response:
    return Response(error="url")


def deliver(
    store: Store,
    send: Send,
    *,
    now: Callable[[], int],
    entropy: Entropy,
    chance: Callable[[], float],
    notify: Notify = _refuse_notices,
    public_url: str = "",
    lease: str = "courier",
    unsure: set[str] | None = None,
    scale: float = 1.0,
    limit: int = 10_000,
    threads: int = SEND_THREADS,
    per_endpoint: int = SENDS_PER_ENDPOINT,
) -> Delivered:
    """Sends what is due until nothing is, at most `limit` POSTs, within about SLICE_MS.

    Sends wait in threads, outside any transaction; this thread alone claims deliveries and records
    attempts, in batches. After a crash in between the lease expires, and the same message with the
    same id is sent again: at least once. lease: names the process, see deliveries.release; every
    drain adds a random part, so that an attempt recorded too late is recognised as such. unsure: the
    leases of earlier drains whose last claim failed, perhaps after its commit; what they hold is handed
    back first, and a drain that ends like this adds its own.
    While the database is away, the outcome of what was sent is kept and recorded once it is back.
    scale: multiplies the retry schedule. chance: 0 <= it < 1. public_url: where the links of a
    notice lead. Raises Unavailable where the database is away and nothing is left to record.
    """
    unsure = set() if unsure is None else unsure
    _hand_back(store, unsure, now())
    lease = f"{lease}/{entropy(8).hex()}"
    until = now() + SLICE_MS
    recorder = AttemptRecorder(store, lease, entropy, chance, scale)
    sender = AttemptSender(store, send, notify, public_url, now)
    claims = _Claims(store, lease, per_endpoint)
    pause, next_notices_at = SOON, 0
    finished: list[Sent] = []
    with (
        ThreadPoolExecutor(threads, thread_name_prefix="send") as send_pool,
        ThreadPoolExecutor(NOTICES, thread_name_prefix="notice") as notice_pool,
    ):
        sends = _InProgress(send_pool, threads, sender)
        notices = _InProgress(notice_pool, NOTICES, sender)
        while True:
            pause = min(2 * pause, LOOK)
            try:
                if finished:
                    recorder.record(finished, now())
                    claims.in_progress.difference_update(sent.job.id for sent in finished)
                    finished = []
                free = min(sends.free, limit)
                if free > 0 and now() < until:
                    jobs = claims.claim(now(), free)
                    if started := sends.start(jobs):
                        limit -= started
                        pause = SOON
                free = min(notices.free, limit)
                if free > 0 and next_notices_at <= now() < until - NOTICE_TIME:
                    next_notices_at = now() + NOTICE_LOOK
                    jobs = claims.claim(now(), free, notices=True)
                    limit -= notices.start(jobs)
            except Unavailable:
                # What was sent must not be sent again only because this cannot be recorded now.
                if not finished and not sends.futures and not notices.futures:
                    if claims.is_unsure:
                        unsure.add(lease)
                    raise
                if now() > until + LEASE_MS:  # every lease has run out, others may have sent it all
                    raise
                pause = AWAY
                time.sleep(AWAY)
            if not finished and not sends.futures and not notices.futures:
                return recorder.totals
            wait(sends.futures | notices.futures, timeout=pause, return_when=FIRST_COMPLETED)
            finished_notices = notices.take_finished()
            if finished_notices:
                next_notices_at = 0
            finished += sends.take_finished() + finished_notices


def _hand_back(store: Store, leases: set[str], now: int) -> None:
    """Raises Unavailable."""
    if not leases:
        return
    handed_back = frozenset(leases)  # another thread may add one meanwhile
    with store.write() as connection:
        for lease in handed_back:
            deliveries.release(connection, lease, now)
    leases -= handed_back


class _InProgress:
    """The POSTs of one kind that are being sent. limit: how many at once."""

    def __init__(self, pool: ThreadPoolExecutor, limit: int, sender: AttemptSender) -> None:
        self._pool, self._limit, self._sender = pool, limit, sender
        self.futures: set[Future[list[Sent]]] = set()

    @property
    def free(self) -> int:
        """How many more may start."""
        return self._limit - len(self.futures)

    def start(self, jobs: Sequence[DeliveryJob]) -> int:
        """Sends these deliveries; returns in how many POSTs."""
        posts = _posts(jobs)
        self.futures.update(self._pool.submit(self._sender.attempt, post) for post in posts)
        return len(posts)

    def take_finished(self) -> list[Sent]:
        """The deliveries of the POSTs that have ended since the last call."""
        finished = {future for future in self.futures if future.done()}
        self.futures -= finished
        return [attempted for future in finished for attempted in future.result()]


@dataclass(slots=True)
class _Claims:
    """What one lease holds.

    in_progress: the ids of deliveries that were claimed and whose outcome is not recorded yet.
    is_unsure: the last claim failed, perhaps after its commit: then the lease holds what nobody sends.
    """

    store: Store
    lease: str
    per_endpoint: int
    in_progress: set[str] = field(default_factory=set)
    is_unsure: bool = False

    def claim(self, now: int, limit: int, *, notices: bool = False) -> list[DeliveryJob]:
        """notices: claims only notices, else everything but notices. Raises Unavailable."""
        until = now + LEASE_MS
        if self.is_unsure:
            with self.store.write() as connection:
                deliveries.hand_back(connection, self.lease, self.in_progress, now)
            self.is_unsure = False
        with self.store.read() as connection:  # looking does not take SQLite's one write lock
            ids = outbox.due(connection, now, until, limit, self.per_endpoint, notices=notices)
        if not ids:
            return []
        self.is_unsure = True
        with self.store.write() as connection:
            jobs = outbox.take(connection, ids, self.lease, now, until)
        self.is_unsure = False
        self.in_progress.update(job.id for job in jobs)
        return jobs


def _posts(jobs: Sequence[DeliveryJob]) -> list[list[DeliveryJob]]:
    """The jobs of each POST: a single one, or several of an endpoint that takes batches."""
    posts: list[list[DeliveryJob]] = []
    batches: dict[str, list[DeliveryJob]] = {}
    batch_bytes: Counter[str] = Counter()
    for job in jobs:
        if job.enabled is None or job.batch == 1:
            posts.append([job])
            continue
        size = len(job.data_json) + len(job.text or "")
        used = batch_bytes[job.endpoint_id]
        if used == 0 or used + size > BATCH_BYTES:
            batches[job.endpoint_id], batch_bytes[job.endpoint_id] = [], 0
            posts.append(batches[job.endpoint_id])
        batches[job.endpoint_id].append(job)
        batch_bytes[job.endpoint_id] += size
    return posts
