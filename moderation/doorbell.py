"""The doorbell: tells the workers, through the broker, that there is work in the database.

A ring carries nothing. Many rings within a moment become one, and a lost one costs no more than the
time until the next sweep. Ringing never happens inside a request: see Doorbell.
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
JUDGE, DELIVER = "judge", "deliver"

# A ring within this time of the last one is the same ring. The worker deletes the key when it starts,
# so this only bounds how long a ring that was lost with its worker silences the next. Milliseconds.
COALESCE = 1_000

# Between two rings of one process: on a busy service each commit wants one. Seconds.
PAUSE = 0.010

# A ring that nobody heard for so long is worth nothing: the sweep has rung since. Seconds.
EXPIRES = 30

# Where the ids of comments that were just decided are called out, for those who wait for one. Nobody
# keeps what is called; whoever missed it looks into the database.
DECIDED = "gatehouse:decided"

# Settings of the connection, shared by those who ring and those who answer.
TRANSPORT = {
    # A message that nobody acknowledged is handed out again after this: longer than any drain.
    "visibility_timeout": 120,
    # kombu looks for such messages every interval x throttle seconds: 10 x 10 by default, far too long.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # Without these a broker that is stalled, not closed, blocks for ever.
    "socket_timeout": 30,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    # A half-dead connection is found within brpop timeout + 2 x this.
    "health_check_interval": 10,
}


def redis_client(url: str, timeout: float) -> redis.Redis:
    """A client of the broker. url: the broker's, see settings.broker. timeout: seconds, for everything."""
    return redis.Redis.from_url(
        client_url(url),
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),  # redis-py would try three more times, a second apart
    )


class Doorbell:
    """Rings from a thread of its own, so that a broker that is away or slow delays nobody.

    url: the broker's. Made once per process, after any fork; close() ends the thread.
    """

    def __init__(self, url: str) -> None:
        self._app = Celery("gatehouse", broker=celery_url(url))
        self._app.conf.update(
            broker_transport_options={**TRANSPORT, "socket_timeout": 3},
            task_publish_retry=False,
            task_ignore_result=True,
        )
        self._redis = redis_client(url, timeout=1.0)
        self._wanted: set[str] = set()
        self._decided: list[str] = []
        self._changed = threading.Condition()
        self._open = True
        self.reachable = True
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self, task: str) -> None:
        """Wants the bell for `task` rung soon; returns at once."""
        with self._changed:
            self._wanted.add(task)
            self._changed.notify()

    def call_out(self, comment_ids: Iterable[str]) -> None:
        """Wants it called out soon that these comments are decided; returns at once."""
        with self._changed:
            self._decided.extend(comment_ids)
            self._changed.notify()

    def answered(self, task: str) -> None:
        """A worker has heard the bell: from here on a ring is a new one."""
        with suppress(redis.RedisError):  # the key runs out by itself
            self._redis.delete(_key(task))

    def ping(self) -> bool:
        """Whether the broker answers now; takes a second at most."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def close(self) -> None:
        """Rings what is still wanted, then ends the thread."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(timeout=5)
        self._app.close()
        self._redis.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._open and not self._wanted and not self._decided:
                    self._changed.wait()
                if not self._wanted and not self._decided:
                    return
                tasks, self._wanted = self._wanted, set()
                decided, self._decided = self._decided, []
            if decided:
                with suppress(redis.RedisError):  # who waits looks by himself, a little later
                    self._redis.publish(DECIDED, " ".join(decided))
            for task in tasks:
                self._ring_now(task)
            time.sleep(PAUSE)

    def _ring_now(self, task: str) -> None:
        try:
            if self._redis.set(_key(task), 1, nx=True, px=COALESCE):
                self._app.send_task(f"gatehouse.{task}", queue=task, expires=EXPIRES)
        except Exception as error:  # whatever the broker's library raises: the sweep rings again
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
