"""Flood control: sliding windows in Redis, through `limits`, per address, site, face and in all.

Site-wide limits are taken in handfuls: one round trip buys the right to many submissions, so a busy
site costs the broker next to nothing; the window may then be off by one handful per API process.
With Redis away every comment passes, and /readyz says so: losing comments is worse than a flood.
Log-ins and unknown keys are then counted by this process alone: guessing is not made free.
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

# Share of a window bought at once; a hundredth keeps the error below what anyone would notice.
PREPAID_SHARE = 0.01
# After Redis failed it is left alone for so long, that a flood does not wait for it. Seconds.
RETRY_BROKER_SECONDS = 1.0
_PREPAID_LIMIT = 50_000  # site windows remembered
# What a broker that is away or ill raises. Anything else is a fault of ours and opens no limit.
_AWAY = (RedisError, OSError, TimeoutError)
_COUNTED_LOCALLY = ("login", "guess")  # what is counted even without Redis


@dataclass(slots=True)
class _Prepaid:
    left: int
    until: float


class Limits:
    """The limits of this service. ok: whether Redis answered last time."""

    def __init__(self, settings: Settings) -> None:
        self.ok = True
        self._rest_until = 0.0
        self._items: dict[str, RateLimitItem] = {
            "address": parse(settings.limit_address),
            "site": parse(settings.limit_site),
            "global": parse(settings.limit_global),
            "login": parse(settings.limit_login),
            "guess": parse(settings.limit_guess),
            "face": parse(settings.limit_face),
        }
        url = client_url(settings.broker)
        # Short time-outs and no second try (redis-py would make three, a second apart): a broker
        # that hangs must not hold a submission back.
        self._pool = ConnectionPool.from_url(
            url,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
        )
        # Passed through to redis-py; annotated there as if it were of the address alone.
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(
                "async+redis://",  # where to is the pool's affair
                implementation="redispy",
                key_prefix="gatehouse:limit",
                **options,
            )
        )
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._bought: LRUCache[tuple[str, str], _Prepaid] = LRUCache(_PREPAID_LIMIT)
        self._buying = asyncio.Lock()

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._pool.disconnect()

    async def admit(self, site_id: str, address_key: str) -> None:
        """Lets a submission pass or raises TooMany. address_key: '' where no address is known."""
        if address_key:
            await self.allow("address", address_key)
        await self._take("site", site_id)
        await self._take("global", "all")

    async def admit_call(self, site_id: str, face: str, limit: str) -> None:
        """Lets a call to a face pass or raises TooMany. limit: the site's own, '' for the default."""
        if limit and limit not in self._items:
            self._items[limit] = parse(limit)
        await self._take(limit or "face", f"{site_id}:{face}")

    async def check(self, kind: str, key: str) -> None:
        """Raises TooMany when the limit `kind` of `key` is used up; counts nothing."""
        item = self._items[kind]
        try:
            if time.monotonic() < self._rest_until:
                left = await self._alone.test(item, kind, key)
            else:
                left = await self._limiter.test(item, kind, key)
        except _AWAY as error:
            self._away(error)
            left = await self._alone.test(item, kind, key)
        if not left:
            raise TooMany("Too many attempts; please wait.", await self._wait(kind, key))

    async def allow(self, kind: str, key: str) -> None:
        """Counts one against the limit `kind` of `key`. Raises TooMany when it is used up."""
        if not await self._hit(kind, key, 1):
            raise TooMany("Too many requests; please slow down.", await self._wait(kind, key))

    async def _take(self, kind: str, key: str) -> None:
        if self._spend(kind, key):
            return
        async with self._buying:  # one buys, the others spend what it bought
            if not self._spend(kind, key):
                await self._buy(kind, key)

    def _spend(self, kind: str, key: str) -> bool:
        bought = self._bought.get((kind, key))
        if bought is None or bought.left <= 0 or bought.until < time.monotonic():
            return False
        bought.left -= 1
        return True

    async def _buy(self, kind: str, key: str) -> None:
        item = self._items[kind]
        handful = max(1, int(item.amount * PREPAID_SHARE))
        if not await self._hit(kind, key, handful) and not (
            handful > 1 and await self._hit(kind, key, handful := 1)
        ):
            raise TooMany("Too many requests are arriving here.", await self._wait(kind, key))
        # What was bought in one window is not hoarded for the next.
        self._bought[kind, key] = _Prepaid(handful - 1, time.monotonic() + item.get_expiry() / 10)

    async def _hit(self, kind: str, key: str, cost: int) -> bool:
        if time.monotonic() < self._rest_until:
            return await self._hit_alone(kind, key)
        try:
            allowed = await self._limiter.hit(self._items[kind], kind, key, cost=cost)
        except _AWAY as error:  # the limit is open until it is back
            self._away(error)
            return await self._hit_alone(kind, key)
        if not self.ok:
            log.info("limits are in force again")
        self.ok = True
        return allowed

    async def _hit_alone(self, kind: str, key: str) -> bool:
        return kind not in _COUNTED_LOCALLY or await self._alone.hit(self._items[kind], kind, key)

    async def _wait(self, kind: str, key: str) -> int:
        try:
            stats = await self._limiter.get_window_stats(self._items[kind], kind, key)
        except _AWAY as error:
            self._away(error)
            stats = await self._alone.get_window_stats(self._items[kind], kind, key)
        return max(1, round(stats.reset_time - time.time()))

    def _away(self, error: Exception) -> None:
        if self.ok:
            log.warning("limits are open: Redis is away", extra={"error": type(error).__name__})
        self.ok = False
        self._rest_until = time.monotonic() + RETRY_BROKER_SECONDS
