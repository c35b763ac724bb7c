"""The Celery app and its settings; each number with its reason."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
)
from kombu.connection import Connection

from moderation.broker import celery_url
from moderation.doorbell import DELIVER, JUDGE, TRANSPORT
from moderation.log import log_to_stderr
from workers.worker import WorkerProcess

SWEEP = "sweep"

Function = TypeVar("Function", bound=Callable[..., object])


class FastReconnect(Connection):
    """Looks for a lost broker every second at the least; kombu's own waits grow to 30 s."""

    def ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        waits = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 1.0}
        connect: Callable[..., Any] = super().ensure_connection
        return connect(*arguments, **{**waits, **options})


process = WorkerProcess()
app = Celery("gatehouse", include=["workers.tasks"])
app.amqp.Connection = FastReconnect


def _configuration() -> dict[str, Any]:
    """Celery asks for it when it needs it: to import this file no environment is read.

    Raises SettingsError.
    """
    settings = process.settings
    return {
        "broker_url": celery_url(settings.broker),
        # Ids and nothing else travel, and nothing that could run code is read back.
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "event_serializer": "json",
        # The database keeps what was decided; a result backend would cost 40 % more for nothing.
        "task_ignore_result": True,
        "result_backend": None,
        # A doorbell that was heard by a worker that died is heard again; judging is safe to repeat.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # One bell at a time: a second one would only wait behind the first.
        "worker_prefetch_multiplier": 1,
        "broker_transport_options": TRANSPORT,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a broker may be away for a night
        "task_publish_retry_policy": {"max_retries": 1},
        # Asked to stop, a worker gets this long to finish its slice before it hands its work back.
        "worker_soft_shutdown_timeout": 10,
        "worker_send_task_events": False,
        "worker_enable_remote_control": True,
        # A drain ends by itself after a slice (tasks.SLICE) plus one batch; past this it is stuck.
        "task_time_limit": max(110, int(settings.scorer_timeout * 4)),
        "task_default_queue": JUDGE,
        "task_create_missing_queues": True,
        "beat_schedule": {
            "sweep": {
                "task": "gatehouse.sweep",
                "schedule": settings.sweep_seconds,
                "options": {"queue": SWEEP, "expires": max(5.0, 2 * settings.sweep_seconds)},
            }
        },
        # In memory: there is one entry, and a file would be one thing more to own.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": settings.sweep_seconds,
        "timezone": "UTC",
    }


app.add_defaults(_configuration)


# Celery has no annotations; these two keep those of what they decorate.
def task(name: str) -> Callable[[Function], Function]:
    """Makes a function the task of this name."""
    register: Callable[[Function], Function] = app.task(name=name)
    return register


def on(*signals: Any) -> Callable[[Function], Function]:
    """Has a function called at each of Celery's signals."""

    def connect(function: Function) -> Function:
        for signal in signals:
            signal.connect(function)
        return function

    return connect


@on(setup_logging)
def _log(**_: Any) -> None:
    log_to_stderr(process.settings.log_level)
    # Their INFO lines say that a bell rang, some thousand times a day.
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "kombu"):
        logging.getLogger(name).setLevel("WARNING")


def _role() -> str:
    return "courier" if DELIVER in app.amqp.queues.consume_from else "judge"


@on(worker_process_init)
def _begin_child(**_: Any) -> None:
    process.begin(_role())


@on(worker_init)
def _begin_here(sender: Any, **_: Any) -> None:
    if not sender.pool_cls.__module__.endswith(
        "prefork"
    ):  # no children: this process does the work
        process.begin(_role())


@on(worker_process_shutdown, worker_shutdown)
def _end(**_: Any) -> None:
    process.end()
