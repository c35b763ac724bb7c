"""Finds the caller by a site's key; publishable keys count only from the site's own pages."""

import asyncio
import time
from contextlib import suppress
from typing import Annotated

from cachetools import TTLCache
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, GatehouseError, Invalid, Unauthenticated
from moderation.domain.page_url import within
from moderation.store import sites
from moderation.store.sites import INSTALLATION, KEY_USED_EVERY, PUBLISHABLE, SECRET, Key
from moderation.store.sql.engine import Store

# A revoked key works for at most this long; a known key costs no query meanwhile. Seconds.
KEY_CACHE_SECONDS = 5.0
# An unknown origin is looked up at most once in this time: its site may just have been added. Seconds.
MISS_CACHE_SECONDS = 0.5
_CACHE_LIMIT = 10_000  # keys and wrong keys; guessing must not fill the memory


class KeyRing:
    """Keys by their digest, cached for KEY_CACHE_SECONDS."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: TTLCache[str, Key | None] = TTLCache(_CACHE_LIMIT, KEY_CACHE_SECONDS)
        self._lookups: dict[str, asyncio.Future[Key | None]] = {}
        self._noting: set[asyncio.Future[None]] = set()

    async def find(self, token: str) -> Key | None:
        digest = sites.key_digest(token)
        with suppress(KeyError):
            return self._cache[digest]
        if (lookup := self._lookups.get(digest)) is None:  # calls that come meanwhile share it
            lookup = asyncio.ensure_future(run_in_threadpool(self._look_up, digest))
            self._lookups[digest] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(digest, None))
        self._cache[digest] = key = await asyncio.shield(lookup)
        if key is not None:
            self._note_used(key)
        return key

    async def close(self) -> None:
        """Waits for what is being written."""
        await asyncio.gather(*self._noting)

    def _look_up(self, digest: str) -> Key | None:
        with self._store.read() as connection:
            return sites.find_key(connection, digest)

    def _note_used(self, key: Key) -> None:
        """Nobody waits for it: a key opens also while nothing can be written."""
        now = now_ms()
        if key.used_at is None or now - key.used_at >= KEY_USED_EVERY:
            noting = asyncio.ensure_future(run_in_threadpool(self._write_used, key.id, now))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

    def _write_used(self, key_id: str, now: int) -> None:
        with suppress(GatehouseError), self._store.write() as connection:
            sites.note_key_used(connection, key_id, now)


class Origins:
    """The origins of all sites, cached: every browser's submission is checked against them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._origins: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def has(self, origin: str) -> bool:
        """Whether a site has this origin. Never raises: without the database, the cached origins count."""
        if self._is_stale(origin):
            async with self._reading:  # one caller reads, the others wait for it
                if self._is_stale(origin):
                    with suppress(GatehouseError):
                        self._origins = await run_in_threadpool(self._look_up)
                    self._read_at = time.monotonic()
        return origin in self._origins

    def _is_stale(self, origin: str) -> bool:
        age = time.monotonic() - self._read_at
        return age > (KEY_CACHE_SECONDS if origin in self._origins else MISS_CACHE_SECONDS)

    def _look_up(self) -> frozenset[str]:
        with self._store.read() as connection:
            return frozenset(
                origin for site in sites.all_sites(connection) for origin in site.origins
            )


def bearer_token(request: Request) -> str:
    """The token of `Authorization: Bearer <token>`, '' where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def caller(request: Request) -> Key:
    """The key that a request carries as `Authorization: Bearer`.

    A publishable key is readable by everyone, so it counts only where the browser says that the page
    is the site's own. Raises Unauthenticated or Forbidden.
    """
    if not (token := bearer_token(request)):
        raise Unauthenticated("Send the site's key as 'Authorization: Bearer <key>'.")
    key: Key | None = await request.app.state.keys.find(token)
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
    request.state.site_id = key.site_id
    return key


async def installation_caller(request: Request) -> Key:
    """The caller, who must hold a key of the installation, which is of no site."""
    key = await sites_caller(request)
    if key.kind != INSTALLATION:
        raise Forbidden("This needs a key of the installation: `gatehouse site installation-key`.")
    return key


async def sites_caller(request: Request) -> Key:
    """The caller, who must hold a site's secret key or one of the installation."""
    key: Key | None = await request.app.state.keys.find(bearer_token(request))
    return key if key and key.kind == INSTALLATION else await secret_caller(request)


SecretKey = Annotated[Key, Depends(secret_caller)]
InstallationKey = Annotated[Key, Depends(installation_caller)]
SitesKey = Annotated[Key, Depends(sites_caller)]


def require_on_site(url: str, key: Key, pointer: str) -> None:
    """Raises Invalid, with the field's pointer, for a page that is on none of the site's origins.

    Its comments could never be read by the page's URL. A site without origins is known to its server alone.
    """
    if key.origins and not within(url, key.origins):
        raise Invalid(f"{pointer}: Must lie on one of the site's origins.", pointer)


def is_origin_of(request: Request, origins: tuple[str, ...]) -> bool:
    """Whether the request's Origin is one of the site's."""
    return request.headers.get("origin", "").lower() in origins
