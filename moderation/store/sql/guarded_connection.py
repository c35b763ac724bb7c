"""Connections to PostgreSQL that notice when the server's answer was lost on the way.

The driver waits for an answer without limit. A network that drops a packet's connection at one end only,
or a proxy that swallows what passes, would hold a worker until the server's own limits end the session.
"""

import time
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

# Seconds of silence after which the server is asked, by another connection, whether it still works on the
# statement; then again, until the answer is there. Twice the same answer counts: the first may be sent
# while the server is being asked. Longer statements are fine, they only cost the questions.
FIRST_LOOK, NEXT_LOOK, LATER_LOOK = 2.0, 0.5, 5.0
# Seconds that the connection for the question, and its answer, may take each.
QUESTION_LIMIT = 2
_INTERVAL = 0.1  # seconds between looks at the clock; psycopg's own default

_STATE = "SELECT state FROM pg_stat_activity WHERE pid = %s"


class GuardedConnection(psycopg.Connection[Any]):
    """A connection that closes itself when its answer was lost, and raises OperationalError.

    connect_options: what it was connected with, for the second connection.
    """

    connect_options: Mapping[str, Any] | None = None

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL, timeout: float | None = None) -> RV:
        return super().wait(self._guarded(gen), interval=interval, timeout=timeout)

    def _guarded(self, gen: PQGen[RV]) -> PQGen[RV]:
        """The same steps; each time nothing has come for an interval, the silence is looked at."""
        silent_since, look_after, silent_looks = time.monotonic(), FIRST_LOOK, 0
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    silent_since, look_after, silent_looks = time.monotonic(), FIRST_LOOK, 0
                elif time.monotonic() - silent_since > look_after:
                    silent_looks = 0 if self._is_working() else silent_looks + 1
                    if silent_looks == 2:
                        self.pgconn.finish()
                        raise psycopg.OperationalError("the server's answer was lost")
                    pause = NEXT_LOOK if silent_looks else LATER_LOOK
                    look_after = time.monotonic() - silent_since + pause
                wanted = gen.send(ready)
        except StopIteration as end:
            result: RV = end.value
            return result

    def _is_working(self) -> bool:
        """Whether the server still works on our statement; False also where it cannot be asked."""
        if self.connect_options is None:
            return True
        options = {**self.connect_options, "connect_timeout": QUESTION_LIMIT}
        try:
            with _Question.connect(**options, autocommit=True) as connection:
                row = connection.execute(_STATE, [self.info.backend_pid]).fetchone()
        except psycopg.Error:
            return False
        return row is not None and row[0] in ("active", "fastpath function call")


class _Question(psycopg.Connection[Any]):
    """A connection on which no answer takes longer than QUESTION_LIMIT."""

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL, timeout: float | None = None) -> RV:
        return super().wait(gen, interval=interval, timeout=QUESTION_LIMIT)


def connect(conninfo: str = "", **options: Any) -> GuardedConnection:
    """Connects as psycopg does. Raises psycopg.OperationalError."""
    options = {"conninfo": conninfo, **options}
    connection = GuardedConnection.connect(**options)
    connection.connect_options = options
    return connection
