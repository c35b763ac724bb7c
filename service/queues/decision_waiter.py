"""Waiting for a comment's decision, for a bounded time: called out through Redis, read in the database.

A call that gets lost, or a broker that is away, costs a look into the database every now and then.
"""

import asyncio
import logging
import time

from redis.asyncio import ConnectionPool, Redis
from starlette.concurrency import run_in_threadpool

from moderation.domain.comment import Status
from moderation.doorbell import DECIDED
from moderation.reading import comment_status
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.waiting")

# Seconds between looks: while calls are heard, in case one got lost; and while they are not.
LOOK, LOOK_DEAF = 0.25, 0.03
# After Redis failed it is left alone for so long. Seconds.
REST = 1.0
# A connection that is half dead is noticed within this. Seconds.
HEALTH = 5


class DecisionWaiter:
    """Those who wait in this process. url: of the broker, as redis-py wants it."""

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._pool = ConnectionPool.from_url(
            url, socket_connect_timeout=0.5, health_check_interval=HEALTH
        )
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._hears = False

    @property
    def hears(self) -> bool:
        """Whether decisions are heard of as they are called out."""
        return self._hears

    def __len__(self) -> int:
        """How many comments are waited for."""
        return len(self._waiting)

    async def status(self, comment_id: str, seconds: float) -> Status | None:
        """Where the comment stands once it is judged, or after so long; None where there is none.

        Raises Unavailable with the database.
        """
        until = time.monotonic() + seconds
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        called = asyncio.Event()
        self._waiting.setdefault(comment_id, set()).add(called)
        try:
            while True:
                found = await run_in_threadpool(comment_status.get_status, self._store, comment_id)
                left = until - time.monotonic()
                if found is None or found.status is not Status.PENDING or left <= 0:
                    return found.status if found else None
                try:
                    async with asyncio.timeout(min(left, LOOK if self._hears else LOOK_DEAF)):
                        await called.wait()
                except TimeoutError:
                    continue
                called.clear()
        finally:
            others = self._waiting[comment_id]
            others.discard(called)
            if not others:
                del self._waiting[comment_id]

    async def close(self) -> None:
        """Listens no more."""
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._pool.disconnect()

    async def _listen(self) -> None:
        while True:
            try:
                async with Redis(connection_pool=self._pool).pubsub() as calls:
                    await calls.subscribe(DECIDED)
                    async for call in calls.listen():
                        if call["type"] == "subscribe":
                            self._hears = True
                        else:
                            self._wake(call["data"].decode().split())
            except (
                Exception
            ) as error:  # whatever redis raises; the database is looked into meanwhile
                if self._hears:
                    log.warning(
                        "decisions are not heard of: Redis is away",
                        extra={"error": type(error).__name__},
                    )
                self._hears = False
                await asyncio.sleep(REST)

    def _wake(self, comment_ids: list[str]) -> None:
        for one in comment_ids:
            for called in self._waiting.get(one, ()):
                called.set()
