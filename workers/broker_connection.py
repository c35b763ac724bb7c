"""The connection to the broker: how often a lost one is tried again, and what the log says meanwhile."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from kombu.connection import Connection
from redis import AuthenticationError

log = logging.getLogger("gatehouse.worker")

AGAIN_SECONDS = 60.0  # a log of a night without a broker has some hundred lines of it


class BrokerOutage:
    """Whether the broker is away for this process: said when it begins, each minute that it lasts, and when it ends.

    clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._said_at = 0.0

    def go_on(self, place: str, error: BaseException) -> None:
        """The broker at this place was tried in vain. Of the error only its type is said: Celery's own words quote the URL."""
        with self._lock:
            now = self._clock()
            if self._since is None:
                self._since = now
            elif now < self._said_at + AGAIN_SECONDS:
                return
            self._said_at = now
            seconds = round(now - self._since)
        refused = isinstance(error, AuthenticationError)
        what = "refuses the user or the password" if refused else "does not answer"
        log.warning(
            f"the broker at {place} {what}; work waits in the database meanwhile (GATEHOUSE_REDIS_URL)",
            extra={"error": type(error).__name__, "seconds": seconds},
        )

    def end(self) -> None:
        """The broker answered."""
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            log.warning(
                "the broker answers again", extra={"seconds": round(self._clock() - since, 1)}
            )


outage = BrokerOutage()


class FastReconnect(Connection):
    """Tries to reach a lost broker at least every second; kombu's own waits grow to 30 s.

    What the callers would say of each try in vain is left to BrokerOutage.
    """

    def ensure_connection(self, errback: Any = None, *arguments: Any, **options: Any) -> Any:
        waits = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 1.0}
        connect: Callable[..., Any] = super().ensure_connection
        connected = connect(self._tried_in_vain, *arguments, **{**waits, **options})
        outage.end()
        return connected

    def _tried_in_vain(self, error: BaseException, _: float) -> None:
        outage.go_on(self._place, error)

    @property
    def _place(self) -> str:
        host = str(self.hostname)
        if "://" in host:  # kombu keeps the whole URL of a socket here, with the password
            return urlsplit(host).path
        return f"{host}:{self.port}" if self.port else host
