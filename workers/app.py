"""The Celery app and its configuration."""

import logging
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import (
    celeryd_init,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
)

from moderation.broker import celery_url
from moderation.doorbell import DELIVER, JUDGE, TRANSPORT_OPTIONS
from moderation.log import log_to_stderr
from workers.broker_connection import FastReconnect
from workers.worker import WorkerProcess

SWEEP = "sweep"

Function = TypeVar("Function", bound=Callable[..., object])


process = WorkerProcess()
app = Celery("gatehouse", include=["workers.tasks"])
app.amqp.Connection = FastReconnect


def sweep_entry() -> dict[str, Any]:
    """The sweep as beat sends it. Raises SettingsError."""
    seconds = process.settings.sweep_seconds
    return {
        "task": "gatehouse.sweep",
        "schedule": seconds,
        "options": {"queue": SWEEP, "expires": max(5.0, 2 * seconds)},
    }


def _configuration() -> dict[str, Any]:
    """Celery calls this when it needs it, so that importing this file does not read the environment.

    Raises SettingsError.
    """
    settings = process.settings
    return {
        "broker_url": celery_url(settings.broker),
        # Messages carry no data, and only JSON is read: nothing that could run code.
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "event_serializer": "json",
        # Decisions are in the database; a result backend would add 40 % to the cost for nothing.
        "task_ignore_result": True,
        "result_backend": None,
        # A doorbell message whose worker died is delivered again; judging is safe to repeat.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # One message at a time: a second one would only wait behind the first.
        "worker_prefetch_multiplier": 1,
        "broker_transport_options": TRANSPORT_OPTIONS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a broker may be away for a night
        "task_publish_retry_policy": {"max_retries": 1},
        # A worker that is stopped has this long to finish its slice before it gives up its leases.
        "worker_soft_shutdown_timeout": 10,
        # A child loads the models before it says that it is up. Celery kills it after 4 s, and the next one after
        # that, for as long as the machine is busy.
        "worker_proc_alive_timeout": 120.0,
        "worker_send_task_events": False,
        "worker_enable_remote_control": True,
        # A drain ends after a slice (tasks.SLICE_SECONDS) plus one batch; past this it is stuck.
        "task_time_limit": max(110, int(settings.scorer_timeout * 4)),
        "task_default_queue": JUDGE,
        "task_create_missing_queues": True,
        "beat_schedule": {"sweep": sweep_entry()},
        # In memory: for one entry a file is not worth having.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": settings.sweep_seconds,
        "timezone": "UTC",
    }


app.add_defaults(_configuration)


# Celery is not annotated; these two decorators keep the types of what they decorate.
def task(name: str) -> Callable[[Function], Function]:
    """Registers a function as the task of this name."""
    register: Callable[[Function], Function] = app.task(name=name)
    return register


def on(*signals: Any) -> Callable[[Function], Function]:
    """Connects a function to Celery's signals."""

    def connect(function: Function) -> Function:
        for signal in signals:
            signal.connect(function)
        return function

    return connect


@on(setup_logging)
def _log(**_: Any) -> None:
    log_to_stderr(process.settings.log_level)
    # These log every doorbell message at INFO, some thousand lines a day.
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "kombu"):
        logging.getLogger(name).setLevel("WARNING")
    # Celery logs its plans for its next version as warnings, at every loss of the broker.
    logging.getLogger("py.warnings").setLevel("ERROR")


@on(celeryd_init)
def _allow_root(**_: Any) -> None:
    # It warns of root for what messages may do; ours carry no data, and only JSON is read.
    warnings.filterwarnings("ignore", category=SecurityWarning)


def _role() -> str:
    return "courier" if DELIVER in app.amqp.queues.consume_from else "judge"


def _start() -> None:
    role = _role()
    process.start(role)
    if role == "courier" and process.settings.second_opinion_url:
        from workers.second_opinions import ask_in_thread

        ask_in_thread(process.context)


@on(worker_process_init)
def _start_child(**_: Any) -> None:
    _start()


@on(worker_init)
def _start_without_children(sender: Any, **_: Any) -> None:
    if not sender.pool_cls.__module__.endswith("prefork"):  # this process does the work itself
        _start()


@on(worker_process_shutdown, worker_shutdown)
def _stop(**_: Any) -> None:
    process.stop()
