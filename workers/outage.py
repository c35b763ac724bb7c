"""An outage of the database, or of room on its disk, as a worker process sees it: logged once when it begins and once when it ends."""

import logging
import threading
import time

from moderation.domain.errors import StorageFull, Unavailable

log = logging.getLogger("gatehouse.worker")


class Outage:
    """Whether the database is away for this process; its threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None

    def begin(self, error: Unavailable) -> None:
        """The database did not answer, or stored nothing; logs only the first of these calls. error: what it raised."""
        with self._lock:
            if self._since is None:
                self._since = time.monotonic()
                if isinstance(error, StorageFull):
                    log.warning("the disk of the database is full; work waits for room")
                else:
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
