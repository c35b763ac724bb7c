"""Runs a worker or the beat in this process, without the `celery` command and all that it imports."""

from collections.abc import Sequence

from celery import concurrency as pools
from celery.apps.beat import Beat
from celery.apps.worker import Worker
from celery.utils.nodenames import host_format

import workers.tasks  # noqa: F401 - registers the tasks
from workers.app import app, process
from workers.sweep_timer import SweepTimer

app.steps["consumer"].add(SweepTimer)


def run_worker(
    name: str, queues: Sequence[str], pool: str, concurrency: int, *, sweeps: bool = False
) -> int:
    """Works until asked to stop; returns the exit status.

    name: unique on this machine. pool: 'prefork' or 'threads'. sweeps: sends the sweep as well, as
    run_beat does. Raises SettingsError.
    """
    # Where these cannot be used, it is one sentence here; a child would be started again for ever.
    process.settings.master_secret()
    if not process.settings.database_url:
        process.settings.make_data_folder()
    worker = Worker(
        app=app,
        hostname=host_format(f"{name}@%h"),
        queues=list(queues),
        pool_cls=pools.get_implementation(pool),
        concurrency=concurrency,
        sweeps=sweeps,
        loglevel=process.settings.log_level,
        quiet=True,
        # Workers need not know each other: what they share is in the database.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def run_beat() -> None:
    """Sends the sweep every few seconds until asked to stop. Raises SettingsError."""
    Beat(app=app, loglevel=process.settings.log_level, quiet=True).run()
