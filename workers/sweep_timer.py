"""Sends the sweep from a worker's own event loop; Celery's embedded beat would be one more process."""

from contextlib import suppress
from typing import Any

from celery import bootsteps
from celery.worker.consumer.tasks import Tasks
from kombu.exceptions import OperationalError

from workers.app import app, process, sweep_entry


class SweepTimer(bootsteps.StartStopStep):  # type: ignore[misc] # Celery is not annotated
    """Part of a consumer that was made with `sweeps`: it starts and ends with the connection to the broker."""

    requires = (Tasks,)

    def __init__(self, consumer: Any, sweeps: bool = False, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.enabled = sweeps
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        _send_sweep()  # what was left over from before need not wait
        self._timer = consumer.timer.call_repeatedly(process.settings.sweep_seconds, _send_sweep)

    def stop(self, consumer: Any) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _send_sweep() -> None:
    entry = sweep_entry()
    with suppress(OperationalError):  # without the broker there is nobody to sweep either
        app.send_task(entry["task"], **entry["options"])
