"""Sends the deliveries that are due, in threads, until nothing is due or the time slice ends."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from moderation.domain.delivery import Response
from moderation.domain.errors import Unavailable
from moderation.domain.ids import Entropy
from moderation.domain.notice import Notice
from moderation.notify.claim_deliveries import LEASE_MS, Claims, hand_back
from moderation.notify.posts_in_progress import PostsInProgress
from moderation.notify.record_attempts import AttemptRecorder, Delivered
from moderation.notify.send_attempt import AttemptSender, Notify, Send, Sent
from moderation.store.sql.engine import Store

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
# Seconds between looks for new work while sends are in progress: the longest a new event waits. After a
# look that finds work the next comes soon; each that finds none doubles the pause, which saves CPU.
LOOK, SOON = 0.03, 0.005
# The same while the database is away.
AWAY = 0.5


def _refuse_notices(url: str, notice: Notice, emails: Sequence[str]) -> Response:
    return Response(error="url")


@dataclass(kw_only=True, slots=True)
class Courier:
    """Sends due deliveries, drain by drain.

    now: ms. chance: 0 <= it < 1. public_url: where the links of a notice lead. scale: multiplies the
    retry schedule. threads, per_endpoint: POSTs at once, in all and to one endpoint.
    lease: names the process, see deliveries.release; every drain adds a random part, so that an attempt
    recorded too late is recognised as such. unsure: the leases of drains whose last claim failed, perhaps
    after its commit; the next drain hands back what they hold.
    """

    store: Store
    send: Send
    now: Callable[[], int]
    entropy: Entropy
    chance: Callable[[], float]
    notify: Notify = _refuse_notices
    public_url: str = ""
    scale: float = 1.0
    threads: int = SEND_THREADS
    per_endpoint: int = SENDS_PER_ENDPOINT
    lease: str = "courier"
    unsure: set[str] = field(default_factory=set)

    def drain(self, limit: int = 10_000) -> Delivered:
        """Sends what is due until nothing is, at most `limit` POSTs, within about SLICE_MS.

        Sends wait in threads, outside any transaction; this thread alone claims deliveries and records
        attempts, in batches. After a crash in between the lease expires, and the same message with the
        same id is sent again: at least once. While the database is away, the outcome of what was sent is
        kept and recorded once it is back.
        Raises Unavailable where the database is away and nothing is left to record.
        """
        hand_back(self.store, self.unsure, self.now())
        with (
            ThreadPoolExecutor(self.threads, thread_name_prefix="send") as send_pool,
            ThreadPoolExecutor(NOTICES, thread_name_prefix="notice") as notice_pool,
        ):
            return _Drain(self, send_pool, notice_pool, limit).run()


class _Drain:
    """One drain: what it has claimed, what is being sent, what has ended and is not recorded yet."""

    def __init__(
        self,
        courier: Courier,
        send_pool: ThreadPoolExecutor,
        notice_pool: ThreadPoolExecutor,
        limit: int,
    ) -> None:
        self._courier, self._now, self._limit = courier, courier.now, limit
        self._lease = f"{courier.lease}/{courier.entropy(8).hex()}"
        self._until = courier.now() + SLICE_MS
        store = courier.store
        sender = AttemptSender(store, courier.send, courier.notify, courier.public_url, courier.now)
        self._recorder = AttemptRecorder(
            store, self._lease, courier.entropy, courier.chance, courier.scale
        )
        self._claims = Claims(store, self._lease, courier.per_endpoint)
        self._sends = PostsInProgress(send_pool, courier.threads, sender)
        self._notices = PostsInProgress(notice_pool, NOTICES, sender)
        self._finished: list[Sent] = []
        self._pause, self._next_notices_at = SOON, 0

    def run(self) -> Delivered:
        while True:
            self._pause = min(2 * self._pause, LOOK)
            try:
                self._record()
                self._start_sends()
                self._start_notices()
            except Unavailable:
                # What was sent must not be sent again only because this cannot be recorded now.
                if self._is_done:
                    if self._claims.is_unsure:
                        self._courier.unsure.add(self._lease)
                    raise
                if (
                    self._now() > self._until + LEASE_MS
                ):  # every lease has run out, others may have sent it all
                    raise
                self._pause = AWAY
                time.sleep(AWAY)
            if self._is_done:
                return self._recorder.totals
            self._wait()

    @property
    def _is_done(self) -> bool:
        return not (self._finished or self._sends.futures or self._notices.futures)

    def _record(self) -> None:
        if self._finished:
            self._recorder.record(self._finished, self._now())
            self._claims.in_progress.difference_update(sent.job.id for sent in self._finished)
            self._finished = []

    def _start_sends(self) -> None:
        free = min(self._sends.free, self._limit)
        if free <= 0 or self._now() >= self._until:
            return
        if started := self._sends.start(self._claims.claim(self._now(), free)):
            self._limit -= started
            self._pause = SOON

    def _start_notices(self) -> None:
        free = min(self._notices.free, self._limit)
        if free > 0 and self._next_notices_at <= self._now() < self._until - NOTICE_TIME:
            self._next_notices_at = self._now() + NOTICE_LOOK
            jobs = self._claims.claim(self._now(), free, notices=True)
            self._limit -= self._notices.start(jobs)

    def _wait(self) -> None:
        """Until a POST has ended, or it is time to look again."""
        in_progress = self._sends.futures | self._notices.futures
        wait(in_progress, timeout=self._pause, return_when=FIRST_COMPLETED)
        finished_notices = self._notices.take_finished()
        if finished_notices:
            self._next_notices_at = 0
        self._finished += self._sends.take_finished() + finished_notices
