"""The database's clock: what workers on several machines agree on, whatever their own clocks say."""

import logging
from collections.abc import Callable

from moderation.clock import now_ms
from moderation.store.sql.dialect import database_time
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.clock")

# Milliseconds that the own clock may be off: less is as much the way to the database and back.
TOLERANCE = 1_000


class DatabaseClock:
    """Milliseconds since 1970 UTC by the own clock, corrected by what it was last off.

    A lease or a due time by a clock that is minutes off would keep work from the others for minutes.
    offset: what is added, in ms; 0 until measure() was called. own: the clock to correct.
    """

    def __init__(self, own: Callable[[], int] = now_ms) -> None:
        self._own = own
        self.offset = 0

    def __call__(self) -> int:
        return self._own() + self.offset

    def measure(self, store: Store) -> None:
        """Compares the own clock with the database's. Raises Unavailable."""
        with store.read() as connection:
            before = self._own()
            there = database_time(connection)
            after = self._own()
        offset = there - (before + after) // 2
        if abs(offset) <= TOLERANCE + (after - before) // 2:
            offset = 0
        elif not self.offset:
            log.warning(
                "this machine's clock is not the database's; the database's is used",
                extra={"seconds_ahead": round(-offset / 1000, 1)},
            )
        self.offset = offset
