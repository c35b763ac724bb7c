"""Who calls: a site's key, known by its digest; publishable keys only from the site's own pages."""

import asyncio
import time
from contextlib import suppress
from typing import Annotated
from urllib.parse import urlsplit

from cachetools import TTLCache
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from moderation.domain.errors import Forbidden, GatehouseError, Unauthenticated
from moderation.store import sites
from moderation.store.sites import PUBLISHABLE, SECRET, Key
from moderation.store.sql.engine import Store

# A revoked key works for at most this long; a known one costs no query meanwhile. Seconds.
KEY_CACHE_SECONDS = 5.0
# An origin nobody has is looked for so often at most: its site may just have been added. Seconds.
MISS_CACHE_SECONDS = 0.5
_CACHE_LIMIT = 10_000  # keys and non-keys; guessing must not fill the memory


class KeyRing:
    """Keys by digest, remembered for a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: TTLCache[str, Key | None] = TTLCache(_CACHE_LIMIT, KEY_CACHE_SECONDS)
        self._asked: dict[str, asyncio.Future[Key | None]] = {}

    async def find(self, key: str) -> Key | None:
        digest = sites.key_digest(key)
        with suppress(KeyError):
            return self._known[digest]
        if (asked := self._asked.get(digest)) is None:  # one asks, whoever comes meanwhile waits
            asked = asyncio.ensure_future(run_in_threadpool(self._look_up, digest))
            self._asked[digest] = asked
            asked.add_done_callback(lambda _: self._asked.pop(digest, None))
        found = await asyncio.shield(asked)
        self._known[digest] = found
        return found

    def _look_up(self, digest: str) -> Key | None:
        with self._store.read() as connection:
            return sites.find_key(connection, digest)


class Origins:
    """The origins of all sites, remembered for a moment: every browser's submission asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: frozenset[str] = frozenset()
        self._looked = float("-inf")
        self._looking = asyncio.Lock()

    async def has(self, origin: str) -> bool:
        """Whether a site has this origin. Never raises: with the database away, what was known."""
        if self._is_stale(origin):
            async with self._looking:  # one looks, the others wait for what it finds
                if self._is_stale(origin):
                    with suppress(GatehouseError):
                        self._known = await run_in_threadpool(self._look_up)
                    self._looked = time.monotonic()
        return origin in self._known

    def _is_stale(self, origin: str) -> bool:
        age = time.monotonic() - self._looked
        return age > (KEY_CACHE_SECONDS if origin in self._known else MISS_CACHE_SECONDS)

    def _look_up(self) -> frozenset[str]:
        with self._store.read() as connection:
            return frozenset(one for site in sites.all_sites(connection) for one in site.origins)


async def caller(request: Request) -> Key:
    """The key that a request carries as `Authorization: Bearer`.

    A publishable key is readable by everyone, so it counts only where the browser says that the page
    is the site's own. Raises Unauthenticated or Forbidden.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send the site's key as 'Authorization: Bearer <key>'.")
    key: Key | None = await request.app.state.keys.find(token.strip())
    if key is None or key.kind not in (SECRET, PUBLISHABLE):
        raise Unauthenticated("The key is not known.")
    if key.kind == PUBLISHABLE and not is_origin_of(request, key.origins):
        raise Forbidden("A publishable key works only from the site's own origins.")
    return key


async def secret_caller(request: Request) -> Key:
    """The caller, who must hold a secret key."""
    key = await caller(request)
    if key.kind != SECRET:
        raise Forbidden("This needs the site's secret key.")
    return key


SecretKey = Annotated[Key, Depends(secret_caller)]


def is_origin_of(request: Request, origins: tuple[str, ...]) -> bool:
    """Whether the request's Origin is one of the site's."""
    return request.headers.get("origin", "").lower() in origins


def origin_of(url: str) -> str:
    """'https://news.example' of a URL on it; '' where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, default) else f":{port}")
