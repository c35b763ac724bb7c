"""The doorbell: notifies the workers, through the broker, that there is work in the database.

A ring carries no data. Many rings in quick succession become one, and a lost one only delays the work
until the next sweep. No request waits for a ring: see Doorbell.
"""

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

import redis
from celery import Celery
from redis.backoff import NoBackoff
from redis.retry import Retry

from moderation.broker import celery_url, client_url

log = logging.getLogger("gatehouse.doorbell")

# One queue, one task name, for each kind of work.
JUDGE, DELIVER, BULK = "judge", "deliver", "bulk"

# Rings within this time of the first are dropped. The worker deletes the key when it starts, so this
# only limits for how long a ring that was lost with its worker suppresses the next.
COALESCE_MS = 1_000

# Between two rings of one process: on a busy service every commit wants one.
PAUSE_SECONDS = 0.010

# A ring that no worker has taken by then is useless: the sweep has rung since.
EXPIRES_SECONDS = 30

# The channel on which the ids of comments that were just decided are published, for requests that wait
# for a decision. Nothing is kept; a client that missed a message reads the database.
DECIDED_CHANNEL = "gatehouse:decided"

# A trusted proxy that names no reader: its address follows. `gatehouse doctor` tells of those that are there.
MUTE_PROXY = "gatehouse:mute-proxy:"
MUTE_FOR_SECONDS = 3_600

# Options of the connection, for those that ring and for the workers.
TRANSPORT_OPTIONS = {
    # A message that nobody acknowledged is delivered again after this: longer than any graceful stop.
    "visibility_timeout": 120,
    # kombu looks for such messages every interval x throttle seconds: 10 x 10 by default, far too long.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # Without these a broker that hangs without closing the connection blocks for ever.
    "socket_timeout": 30,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    # A half-open connection is noticed within the timeout of brpop + 2 x this.
    "health_check_interval": 10,
}


def redis_client(url: str, timeout: float) -> redis.Redis:
    """A client of the broker. url: see settings.broker. timeout: seconds, of connecting and of each answer."""
    return redis.Redis.from_url(
        client_url(url),
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),  # redis-py would try three more times, a second apart
    )


class Doorbell:
    """Rings in its own thread, so that a broker that is down or slow delays nobody.

    url: see settings.broker. Created once per process, after any fork; close() ends the thread.
    """

    def __init__(self, url: str) -> None:
        self._app = Celery("gatehouse", broker=celery_url(url))
        self._app.conf.update(
            broker_transport_options={**TRANSPORT_OPTIONS, "socket_timeout": 3},
            task_publish_retry=False,
            task_ignore_result=True,
        )
        self._redis = redis_client(url, timeout=1.0)
        self._wanted: set[str] = set()
        self._decided: list[str] = []
        self._mute_proxies: set[str] = set()
        self._changed = threading.Condition()
        self._open = True
        self.reachable = True
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self, task: str) -> None:
        """Notifies the workers of `task` soon; returns at once."""
        with self._changed:
            self._wanted.add(task)
            self._changed.notify()

    def publish_decided(self, comment_ids: Iterable[str]) -> None:
        """Publishes soon that these comments are decided; returns at once."""
        with self._changed:
            self._decided.extend(comment_ids)
            self._changed.notify()

    def note_mute_proxy(self, address: str) -> None:
        """Notes soon, for an hour, that this proxy names no reader; returns at once."""
        with self._changed:
            self._mute_proxies.add(address)
            self._changed.notify()

    def acknowledge(self, task: str) -> None:
        """For the worker that has heard the ring: from now on another one is sent again."""
        with suppress(redis.RedisError):  # the key expires anyway
            self._redis.delete(_key(task))

    def ping(self) -> bool:
        """Whether the broker answers; takes a second at most."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def close(self) -> None:
        """Sends what is still waiting, then ends the thread."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(timeout=5)
        self._app.close()
        self._redis.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while (
                    self._open and not self._wanted and not self._decided and not self._mute_proxies
                ):
                    self._changed.wait()
                if not self._wanted and not self._decided and not self._mute_proxies:
                    return
                tasks, self._wanted = self._wanted, set()
                decided, self._decided = self._decided, []
                proxies, self._mute_proxies = self._mute_proxies, set()
            if decided:
                with suppress(redis.RedisError):  # those that wait read the database a little later
                    self._redis.publish(DECIDED_CHANNEL, " ".join(decided))
            for address in proxies:
                with suppress(redis.RedisError):  # the log has it too
                    self._redis.set(f"{MUTE_PROXY}{address}", 1, ex=MUTE_FOR_SECONDS)
            for task in tasks:
                self._ring_now(task)
            time.sleep(PAUSE_SECONDS)

    def _ring_now(self, task: str) -> None:
        try:
            if self._redis.set(_key(task), 1, nx=True, px=COALESCE_MS):
                self._app.send_task(f"gatehouse.{task}", queue=task, expires=EXPIRES_SECONDS)
        except Exception as error:  # whatever the library raises: the sweep rings again
            if self.reachable:
                log.warning(
                    "the doorbell does not reach the broker", extra={"error": type(error).__name__}
                )
            self.reachable = False
        else:
            if not self.reachable:
                log.info("the doorbell reaches the broker again")
            self.reachable = True


def _key(task: str) -> str:
    return f"gatehouse:bell:{task}"
