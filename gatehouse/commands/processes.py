"""The commands that run one process of the service: api, worker, courier, beat, migrate."""

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.database import checked_settings, open_store
from moderation import memory

if TYPE_CHECKING:
    from moderation.settings import Settings

# Migrating a database of millions of comments may take a while. Seconds.
MIGRATION_LIMIT = 600.0


def api(
    when_migrated: Annotated[
        bool, typer.Option(help="Wait until the database is migrated.", hidden=True)
    ] = False,
) -> None:
    """Run the API until SIGTERM or Ctrl-C."""
    from gatehouse.supervisor.port import require_free

    settings = checked_settings()
    require_free(settings.host, settings.port)  # uvicorn would say so in five lines of its own
    with memory.lasting_objects():
        from service.server import serve

    if when_migrated:
        _await_migration(settings)
    serve(settings)


def _await_migration(settings: "Settings") -> None:
    from moderation.domain.errors import Unavailable
    from moderation.settings import SettingsError
    from moderation.store.sql.engine import Store
    from moderation.store.sql.migrate import is_current

    store = Store(settings.database, settings.master_secret())
    deadline = time.monotonic() + MIGRATION_LIMIT
    while True:
        try:
            if is_current(store):
                break
        except Unavailable:
            pass
        if time.monotonic() > deadline:
            raise SettingsError("The database was not migrated in time.")
        time.sleep(0.02)
    store.close()


def worker(
    beat: Annotated[bool, typer.Option(help="Sweep as well; for one of the workers only.")] = False,
    concurrency: Annotated[
        int, typer.Option(min=1, help="Processes, each with its own models in memory.")
    ] = 1,
) -> None:
    """Judge comments until SIGTERM or Ctrl-C."""
    if "GATEHOUSE_MODEL_THREADS" not in os.environ:
        from moderation.scorers.models.model_names import available_cores

        # The processes share the cores: more threads than cores only wait for each other.
        os.environ["GATEHOUSE_MODEL_THREADS"] = str(max(1, available_cores() // concurrency))
    with memory.lasting_objects():
        from workers.main import run_worker

    queues = ("judge", "sweep", "bulk")
    sys.exit(run_worker(f"judge-{os.getpid()}", queues, "prefork", concurrency, sweeps=beat))


def courier(
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, help="Threads that send: while one waits for a slow endpoint, others send."
        ),
    ] = 2,
) -> None:
    """Deliver webhooks until SIGTERM or Ctrl-C."""
    with memory.lasting_objects():
        from workers.main import run_worker

    # Threads: they wait, they do not compute.
    sys.exit(run_worker(f"courier-{os.getpid()}", ("deliver",), "threads", concurrency))


def beat() -> None:
    """Start the sweep every few seconds.

    One such process is enough, and none is needed where a worker has --beat.
    """
    with memory.lasting_objects():
        from workers.main import run_beat

    run_beat()


def migrate() -> None:
    """Bring the database to this version.

    Safe to run again, and by several processes at once.
    """
    settings = checked_settings()
    _migrate(settings)
    print("The database is up to date.", file=sys.stderr)


def _migrate(settings: "Settings") -> None:
    from moderation.store.sql import migrate
    from moderation.store.sql.engine import Store

    if settings.database_url == "":
        settings.make_data_folder()
    store = Store(settings.database, settings.master_secret())
    try:
        if not migrate.is_current(store):
            migrate.migrate(store)
    finally:
        store.close()


def prepare() -> None:
    """Migrate, set up the demo site and print what `up` shows when it is ready; for `up` only."""
    from gatehouse.supervisor import first_run

    settings = checked_settings()
    _migrate(settings)
    with open_store(settings) as store:
        print(first_run.write_line(first_run.prepare(store, settings)))
