"""The courier's thread that asks for second opinions: apart from the deliveries, one question at a time."""

import logging
import os
import threading

from moderation.domain.errors import Unavailable
from moderation.doorbell import DELIVER, JUDGE
from moderation.judging.second_opinion import ask_one
from moderation.store.second_opinion_usage import Budget
from workers.chat_endpoint import endpoint_of
from workers.worker import WorkerContext

log = logging.getLogger("gatehouse.second_opinions")

# Between two looks for questions. Seconds.
IDLE_SECONDS = 1.0
# A question may be sent in each of four shapes before it is answered (chat_endpoint.py).
_REQUESTS_OF_A_QUESTION = 4


def ask_in_thread(worker: WorkerContext) -> None:
    """Asks in a thread of its own, which no delivery waits for, and no comment."""
    threading.Thread(
        target=ask_until_stopped, args=(worker,), name="second opinions", daemon=True
    ).start()


def ask_until_stopped(worker: WorkerContext) -> None:
    """Asks what is due until the process stops. An error ends one question, never the thread."""
    settings, endpoint = worker.settings, endpoint_of(worker.settings)
    budget = Budget(settings.second_opinion_requests, settings.second_opinion_tokens)
    lease_ms = round((settings.second_opinion_timeout * _REQUESTS_OF_A_QUESTION + 30) * 1000)
    while not worker.stopping.is_set():
        busy = False
        try:
            asked = ask_one(
                worker.store,
                endpoint.ask,
                endpoint.model,
                budget,
                worker.policy,
                lease_ms=lease_ms,
                now=worker.now,
                entropy=os.urandom,
            )
            worker.outage.end()
            busy = asked.busy
            if asked.deliveries:
                worker.bell.ring(DELIVER)
            if asked.approved:
                worker.bell.publish_decided([asked.approved])
                worker.bell.ring(JUDGE)  # what answers it
        except Unavailable as error:
            worker.outage.begin(error)
        except Exception:  # its message is left out of the log: it may quote the comment
            log.exception("a second opinion could not be asked for")
        if not busy:
            worker.stopping.wait(IDLE_SECONDS)
