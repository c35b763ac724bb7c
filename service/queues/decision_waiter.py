"""Waits a bounded time for a comment's decision: announced through Redis, read from the database.

If an announcement gets lost or the broker is away, the database is polled.
"""

import asyncio
import logging
import time

from redis.asyncio import ConnectionPool, Redis
from starlette.concurrency import run_in_threadpool

from moderation.domain.comment import Status
from moderation.doorbell import DECIDED_CHANNEL
from moderation.reading import comment_status
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.waiting")

# Seconds between polls: with announcements, in case one got lost; and without.
POLL_SECONDS, POLL_SECONDS_WITHOUT_REDIS = 0.25, 0.03
# Until Redis is tried again after a failure.
RETRY_BROKER_SECONDS = 1.0
# A half-open connection is noticed within this.
HEALTH_CHECK_SECONDS = 5


class DecisionWaiter:
    """The waiting callers of this process. url: of the broker, as redis-py takes it."""

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._pool = ConnectionPool.from_url(
            url, socket_connect_timeout=0.5, health_check_interval=HEALTH_CHECK_SECONDS
        )
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._is_subscribed = False

    @property
    def is_subscribed(self) -> bool:
        """Whether announcements of decisions arrive."""
        return self._is_subscribed

    def __len__(self) -> int:
        """How many comments somebody waits for."""
        return len(self._waiting)

    async def status(self, comment_id: str, seconds: float) -> Status | None:
        """The comment's status once it is judged, or after `seconds`; None where there is no such comment.

        Raises Unavailable without the database.
        """
        until = time.monotonic() + seconds
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        announced = asyncio.Event()
        self._waiting.setdefault(comment_id, set()).add(announced)
        try:
            while True:
                comment = await run_in_threadpool(
                    comment_status.get_status, self._store, comment_id
                )
                seconds_left = until - time.monotonic()
                if comment is None or comment.status is not Status.PENDING or seconds_left <= 0:
                    return comment.status if comment else None
                try:
                    async with asyncio.timeout(
                        min(
                            seconds_left,
                            POLL_SECONDS if self._is_subscribed else POLL_SECONDS_WITHOUT_REDIS,
                        )
                    ):
                        await announced.wait()
                except TimeoutError:
                    continue
                announced.clear()
        finally:
            waiting = self._waiting[comment_id]
            waiting.discard(announced)
            if not waiting:
                del self._waiting[comment_id]

    async def close(self) -> None:
        """Stops listening."""
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._pool.disconnect()

    async def _listen(self) -> None:
        while True:
            try:
                async with Redis(connection_pool=self._pool).pubsub() as subscription:
                    await subscription.subscribe(DECIDED_CHANNEL)
                    async for message in subscription.listen():
                        if message["type"] == "subscribe":
                            self._is_subscribed = True
                        else:
                            self._wake(message["data"].decode().split())
            except Exception as error:  # whatever redis raises; the database is polled meanwhile
                if self._is_subscribed:
                    log.warning(
                        "decisions are not heard of: Redis is away",
                        extra={"error": type(error).__name__},
                    )
                self._is_subscribed = False
                await asyncio.sleep(RETRY_BROKER_SECONDS)

    def _wake(self, comment_ids: list[str]) -> None:
        for comment_id in comment_ids:
            for announced in self._waiting.get(comment_id, ()):
                announced.set()
