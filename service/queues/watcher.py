"""Looks once a second, for all open streams of this process together, whether what they show has changed."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Collection, Hashable, Mapping
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

log = logging.getLogger("gatehouse.live")

EVERY_SECONDS = 1.0
# A look that takes long is followed by a rest of so many times as long: looking never takes more than a tenth
# of a database connection.
REST_FACTOR = 9.0

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Watcher(Generic[Key, Value]):
    """Those who follow a key hear of each of its values, the present one first.

    look: the present value of each of these keys, asked in a thread while anybody follows one. Where it fails,
    as without the database, those who follow wait until it does not.
    """

    def __init__(self, look: Callable[[Collection[Key]], Mapping[Key, Value]]) -> None:
        self._look = look
        self._values: dict[Key, Value] = {}
        self._followers: dict[Key, set[asyncio.Event]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._has_ended = False

    async def follow(self, key: Key, quiet_seconds: float) -> AsyncGenerator[Value | None]:
        """Each value of the key, until end(); None where there was no other one for so long."""
        woken = asyncio.Event()
        self._followers.setdefault(key, set()).add(woken)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_again_and_again())
        told: Value | None = None
        try:
            while not self._has_ended:
                value = self._values.get(key)
                if value is not None and value != told:
                    told = value
                    yield value
                    continue
                woken.clear()
                try:
                    async with asyncio.timeout(quiet_seconds):
                        await woken.wait()
                except TimeoutError:
                    yield None
        finally:
            self._followers[key].discard(woken)
            if not self._followers[key]:
                del self._followers[key]
                self._values.pop(key, None)

    def end(self) -> None:
        """Ends all streams; those that begin later end at once."""
        self._has_ended = True
        self._wake(self._followers)

    async def close(self) -> None:
        """Ends all streams, and stops looking."""
        self.end()
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_again_and_again(self) -> None:
        is_failing = False
        while self._followers:
            started = time.monotonic()
            try:
                values = await run_in_threadpool(self._look, list(self._followers))
            except Exception as error:  # the streams stay open, and hear of what changed meanwhile
                if not is_failing:
                    log.warning("changes are not seen", extra={"error": type(error).__name__})
                is_failing = True
            else:
                is_failing = False
                changed = [
                    key
                    for key in self._followers
                    if key in values and self._values.get(key) != values[key]
                ]
                self._values |= {key: values[key] for key in changed}
                self._wake(changed)
            seconds = time.monotonic() - started
            await asyncio.sleep(max(EVERY_SECONDS, REST_FACTOR * seconds))
        self._looking = None

    def _wake(self, keys: Collection[Key]) -> None:
        for key in keys:
            for woken in self._followers[key]:
                woken.set()
