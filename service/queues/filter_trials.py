"""Trials of filters and policies: seconds of CPU each, so few at a time, and none for somebody who has left."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from moderation.domain.errors import TooMany

AT_ONCE = 2  # in one process
RETRY_AFTER = 5  # seconds; a trial takes up to PREVIEW_SECONDS

_Result = TypeVar("_Result")


class FilterTrials:
    """The trials of this process. Used from the event loop only.

    at_once: trials that run at the same time; others are refused.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._running = 0

    @property
    def running(self) -> int:
        return self._running

    async def run(
        self, request: Request, trial: Callable[[Callable[[], bool]], _Result]
    ) -> _Result:
        """What `trial` returns, from a thread. Its argument tells whether the asker has left, and it should end.

        The body of the request has been read. Raises TooMany where others take all the places.
        """
        if self._running >= self._at_once:
            raise TooMany(
                "Others are trying something out right now; try again in a few seconds.",
                RETRY_AFTER,
            )
        left = threading.Event()
        self._running += 1
        watching = asyncio.create_task(_watch(request, left))
        work = asyncio.ensure_future(run_in_threadpool(trial, left.is_set))
        work.add_done_callback(self._finished)
        try:
            # The place is free when the thread ends, not when nobody waits for it any more.
            return await asyncio.shield(work)
        finally:
            left.set()
            watching.cancel()

    def _finished(self, work: "asyncio.Future[_Result]") -> None:
        self._running -= 1
        if not work.cancelled():
            work.exception()  # seen: the asker may be gone


async def _watch(request: Request, left: threading.Event) -> None:
    """Sets `left` when the asker has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    left.set()
