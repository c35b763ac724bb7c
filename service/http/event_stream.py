"""Server-sent events: streams that are counted, that say now and then that they live, and that end in time."""

import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from moderation.domain.errors import TooMany, Unavailable

QUIET_SECONDS = 15.0  # proxies close a connection on which nothing comes for a minute
# Then the browser opens another one: processes that were started later get their share, too.
STREAM_SECONDS = 900.0
# After the end of a stream; each another time, or all would come back at once. ms.
_COME_BACK = (2_000, 8_000)
_FULL_SECONDS = 60


class StreamsFull(Unavailable):
    """This process has as many streams as it may have."""

    retry_after = _FULL_SECONDS


class OpenStreams:
    """How many streams this process has. in_all, of_one: as many as it may have at once, and of each reader."""

    def __init__(self, in_all: int, of_one: int) -> None:
        self._in_all, self._of_one = in_all, of_one
        self._open: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._open.total()

    def enter(self, reader: str) -> Callable[[], None]:
        """Counts one more of a reader; what is returned is called at its end. Raises TooMany and StreamsFull."""
        if len(self) >= self._in_all:
            raise StreamsFull("There are as many streams as can be; ask now and then instead.")
        if self._open[reader] >= self._of_one:
            raise TooMany("You have too many streams open; close some.", _FULL_SECONDS)
        self._open[reader] += 1
        return partial(self._leave, reader)

    def _leave(self, reader: str) -> None:
        self._open[reader] -= 1
        if not self._open[reader]:
            del self._open[reader]


class EventStream(EventSourceResponse):
    """An answer of events, None where there is nothing to tell. leave: called at its end, whatever ends it."""

    def __init__(
        self,
        events: AsyncGenerator[bytes | None],
        leave: Callable[[], None],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._leave = leave
        super().__init__(
            _stream(events),
            headers={
                "Cache-Control": "no-cache",
                "X-Accel-Buffering": "no",  # nginx passes each event on at once
                **(headers or {}),
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


async def _stream(events: AsyncGenerator[bytes | None]) -> AsyncGenerator[bytes]:
    until = time.monotonic() + STREAM_SECONDS
    yield format_sse_event(retry=random.randint(*_COME_BACK))  # noqa: S311 - spreads load
    async with aclosing(events):
        async for event in events:
            yield KEEPALIVE_COMMENT if event is None else event
            if time.monotonic() > until:
                return
