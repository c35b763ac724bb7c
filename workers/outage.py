"""An outage of the database as a worker process sees it: logged once when it begins and once when it ends."""

import logging
import threading
import time

log = logging.getLogger("gatehouse.worker")


class Outage:
    """Whether the database is away for this process; its threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None

    def begin(self) -> None:
        """The database did not answer; logs only the first of these calls."""
        with self._lock:
            if self._since is None:
                self._since = time.monotonic()
                log.warning("the database is away; work waits for it")

    def end(self) -> None:
        """The database answered."""
        if self._since is None:  # looked at without the lock: this is called after every batch
            return
        with self._lock:
            if self._since is not None:
                seconds = round(time.monotonic() - self._since, 1)
                self._since = None
                log.warning("the database is back", extra={"seconds": seconds})
