"""Flood control: sliding windows in Redis, through `limits`, per address, site, compatible API and in all.

Site-wide limits are taken in batches: one round trip reserves many submissions, so a busy site costs
the broker next to nothing; the window may then be off by one batch per API process.
Without Redis every comment passes, and /readyz says so: losing comments is worse than a flood.
Log-ins and unknown keys are then counted by this process alone, so that guessing stays limited.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from moderation.broker import client_url
from moderation.domain.errors import TooMany
from moderation.settings import Settings

log = logging.getLogger("gatehouse.limits")

# The share of a window reserved at once; with a hundredth, nobody notices the error.
BATCH_SHARE = 0.01
# After a failure Redis is not asked for so long: a flood must not wait for it. Seconds.
RETRY_BROKER_SECONDS = 1.0
_RESERVATIONS_LIMIT = 50_000  # windows of sites
# What an unreachable or failing broker raises. Anything else is our own error and opens no limit.
_BROKER_ERRORS = (RedisError, OSError, TimeoutError)
# An account may fail so many times as often as an address, so that no single address locks it.
ACCOUNT_FACTOR = 5
_COUNTED_LOCALLY = ("login", "account", "guess", "proof")  # counted even without Redis


@dataclass(slots=True)
class _Reservation:
    left: int
    until: float


class Limits:
    """The limits of this service. ok: whether Redis answered last time."""

    def __init__(self, settings: Settings) -> None:
        self.ok = True
        self._broker_retry_at = 0.0
        self._items: dict[str, RateLimitItem] = {
            "address": parse(settings.limit_address),
            "report": parse(settings.limit_report),
            "site": parse(settings.limit_site),
            "global": parse(settings.limit_global),
            "login": parse(settings.limit_login),
            "account": _times(parse(settings.limit_login), ACCOUNT_FACTOR),
            "guess": parse(settings.limit_guess),
            # Each answer to a challenge once; longer than a challenge is good for (domain/proof_of_work.py).
            "proof": parse("1/20 minutes"),
            "face": parse(settings.limit_face),
        }
        url = client_url(settings.broker)
        # Short time-outs and no retry (redis-py would try three times, a second apart): a hanging broker
        # must not delay a submission.
        self._pool = ConnectionPool.from_url(
            url,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
        )
        # Passed on to redis-py; `limits` annotates its options as if they were only the address's.
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(
                "async+redis://",  # the pool knows the address
                implementation="redispy",
                key_prefix="gatehouse:limit",
                **options,
            )
        )
        self._local_limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._reservations: LRUCache[tuple[str, str], _Reservation] = LRUCache(_RESERVATIONS_LIMIT)
        self._reserving = asyncio.Lock()

    async def close(self) -> None:
        """Closes the connections."""
        await self._pool.disconnect()

    async def admit(self, site_id: str, address_key: str) -> None:
        """Lets a submission pass or raises TooMany. address_key: '' where no address is known."""
        if address_key:
            await self.allow("address", address_key)
        await self._take("site", site_id)
        await self._take("global", "all")

    async def admit_call(self, site_id: str, api: str, limit: str) -> None:
        """Lets a call to the compatible API `api` pass or raises TooMany. limit: the site's, '' for the default."""
        if limit and limit not in self._items:
            self._items[limit] = parse(limit)
        await self._take(limit or "face", f"{site_id}:{api}")

    async def check(self, kind: str, key: str) -> None:
        """Raises TooMany when the limit `kind` of `key` is used up; does not count the call."""
        item = self._items[kind]
        try:
            if time.monotonic() < self._broker_retry_at:
                has_calls_left = await self._local_limiter.test(item, kind, key)
            else:
                has_calls_left = await self._limiter.test(item, kind, key)
        except _BROKER_ERRORS as error:
            self._broker_failed(error)
            has_calls_left = await self._local_limiter.test(item, kind, key)
        if not has_calls_left:
            raise TooMany("Too many attempts; please wait.", await self._wait(kind, key))

    async def allow(self, kind: str, key: str) -> None:
        """Counts a call against the limit `kind` of `key`. Raises TooMany when it is used up."""
        if not await self._hit(kind, key, 1):
            raise TooMany("Too many requests; please slow down.", await self._wait(kind, key))

    async def forget(self, kind: str, key: str) -> None:
        """Starts the count of `key` against the limit `kind` anew."""
        item = self._items[kind]
        await self._local_limiter.clear(item, kind, key)
        if time.monotonic() < self._broker_retry_at:
            return
        try:
            await self._limiter.clear(item, kind, key)
        except _BROKER_ERRORS as error:
            self._broker_failed(error)

    async def _take(self, kind: str, key: str) -> None:
        if self._spend(kind, key):
            return
        async with self._reserving:  # one caller reserves, the others spend
            if not self._spend(kind, key):
                await self._reserve(kind, key)

    def _spend(self, kind: str, key: str) -> bool:
        reservation = self._reservations.get((kind, key))
        if reservation is None or reservation.left <= 0 or reservation.until < time.monotonic():
            return False
        reservation.left -= 1
        return True

    async def _reserve(self, kind: str, key: str) -> None:
        item = self._items[kind]
        batch = max(1, int(item.amount * BATCH_SHARE))
        if not await self._hit(kind, key, batch) and not (
            batch > 1 and await self._hit(kind, key, batch := 1)
        ):
            raise TooMany("Too many requests are arriving here.", await self._wait(kind, key))
        # What was reserved in one window is not kept for the next.
        self._reservations[kind, key] = _Reservation(
            batch - 1, time.monotonic() + item.get_expiry() / 10
        )

    async def _hit(self, kind: str, key: str, cost: int) -> bool:
        if time.monotonic() < self._broker_retry_at:
            return await self._hit_locally(kind, key)
        try:
            allowed = await self._limiter.hit(self._items[kind], kind, key, cost=cost)
        except _BROKER_ERRORS as error:  # the limit is open until Redis is back
            self._broker_failed(error)
            return await self._hit_locally(kind, key)
        if not self.ok:
            log.info("limits are in force again")
        self.ok = True
        return allowed

    async def _hit_locally(self, kind: str, key: str) -> bool:
        return kind not in _COUNTED_LOCALLY or await self._local_limiter.hit(
            self._items[kind], kind, key
        )

    async def _wait(self, kind: str, key: str) -> int:
        try:
            stats = await self._limiter.get_window_stats(self._items[kind], kind, key)
        except _BROKER_ERRORS as error:
            self._broker_failed(error)
            stats = await self._local_limiter.get_window_stats(self._items[kind], kind, key)
        return max(1, round(stats.reset_time - time.time()))

    def _broker_failed(self, error: Exception) -> None:
        if self.ok:
            log.warning("limits are open: Redis is away", extra={"error": type(error).__name__})
        self.ok = False
        self._broker_retry_at = time.monotonic() + RETRY_BROKER_SECONDS


def _times(item: RateLimitItem, factor: int) -> RateLimitItem:
    return type(item)(item.amount * factor, item.multiples)
