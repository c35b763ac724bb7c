"""POSTs that are being sent in threads: one delivery each, or a batch for an endpoint that takes several."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from moderation.notify.send_attempt import AttemptSender, Sent
from moderation.store.outbox import DeliveryJob

# Bytes of text in one POST, about: a batch of long comments is split.
BATCH_BYTES = 256 * 1024


class PostsInProgress:
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
