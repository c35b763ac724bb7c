"""PostgreSQL cut off, stalled, or its answers lost: every part is at work again within seconds of its return."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
import sqlalchemy as sa

from harness.endpoints import now
from harness.gatehouse_process import GatehouseProcess
from harness.proxy import Fault, Proxy, before_database
from harness.servers import SECRET, wait_until
from moderation.domain.delivery import Response
from moderation.domain.errors import Unavailable
from moderation.notify.endpoints import add_webhook
from moderation.store import decisions
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import pending
from tests.factories import hand_in, reply
from tests.notify.receiver import Receiver
from tests.notify.site import Scripted, newsroom

pytestmark = pytest.mark.timeout(150)

AWAY = "the database is away; work waits for it"
# Seconds from the end of a fault to the next decision, and to the next attempt: 2 to 4 on an idle machine. A job
# that waits for its lease takes 45 and more.
BACK_WITHIN = 20.0
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def proxied(database_url: str) -> Iterator[tuple[Proxy, Store]]:
    """A proxy before PostgreSQL, and a store that goes through it."""
    proxy, url = before_database(database_url)
    store = Store(url, SECRET)
    with proxy:
        yield proxy, store
        store.close()


def select_one(store: Store) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.text("SELECT 1")) or 0)


@on_postgresql
def test_an_answer_that_was_lost_is_not_waited_for(proxied: tuple[Proxy, Store]) -> None:
    proxy, store = proxied
    with store.read() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
        proxy.begin(Fault.SWALLOW)
        asked = time.monotonic()
        threading.Timer(1.0, proxy.end).start()
        with pytest.raises(sa.exc.OperationalError, match="answer was lost"):
            connection.scalar(sa.text("SELECT 1"))
    assert time.monotonic() - asked < 1.0 + BACK_WITHIN
    assert select_one(store) == 1


@on_postgresql
def test_a_server_that_answers_nobody_is_away(proxied: tuple[Proxy, Store]) -> None:
    proxy, store = proxied
    assert select_one(store) == 1
    proxy.begin(Fault.SWALLOW)
    asked = time.monotonic()
    with pytest.raises(Unavailable):
        select_one(store)
    assert time.monotonic() - asked < 20.0
    proxy.end()
    assert select_one(store) == 1


@on_postgresql
def test_a_statement_that_takes_long_is_waited_for(proxied: tuple[Proxy, Store]) -> None:
    _, store = proxied
    with store.read() as connection:
        assert connection.scalar(sa.text("SELECT 1 FROM pg_sleep(6)")) == 1


@on_postgresql
def test_an_answer_that_comes_late_is_taken(proxied: tuple[Proxy, Store]) -> None:
    proxy, store = proxied
    with store.read() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
        proxy.begin(Fault.STALL)
        threading.Timer(2.0, proxy.end).start()
        assert connection.scalar(sa.text("SELECT 1")) == 1


class _Locked:
    """SQLite's way to be away: somebody keeps it locked."""

    def __init__(self, url: str) -> None:
        path = url.partition("///")[2]
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)

    def begin(self, fault: Fault) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()


def test_what_was_sent_during_an_outage_is_recorded_and_not_sent_again(database_url: str) -> None:
    outage: Proxy | _Locked
    if database_url.startswith("sqlite"):
        outage, url, seconds = _Locked(database_url), database_url, 6.0  # it is waited for for 5 s
    else:
        (outage, url), seconds = before_database(database_url), 1.5
    store = Store(url, SECRET)
    herald = newsroom(store)
    began = threading.Event()

    def send(address: str, headers: Mapping[str, str], body: bytes) -> Response:
        if not began.is_set():
            began.set()
            outage.begin(Fault.CUT)
            threading.Timer(seconds, outage.end).start()
        posts(address, headers, body)
        return Response(200)

    posts = Scripted()
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
        for _ in range(3):
            herald.happen()
        done = herald.deliver(send, threads=1)
    assert (done.delivered, done.lost) == (3, 0)
    assert len(posts.sent) == 3
    assert [len(delivery.attempts) for delivery in herald.deliveries(endpoint)] == [1, 1, 1]
    store.close()
    outage.close()


@on_postgresql
def test_after_each_fault_and_all_in_a_row_work_goes_on_within_seconds(
    build: Callable[..., GatehouseProcess], database_url: str
) -> None:
    proxy, url = before_database(database_url)
    with proxy, Receiver() as receiver:
        gatehouse = build(webhook_allow=receiver.allow, database_url=url, lease_seconds=60)
        gatehouse.start_worker()
        gatehouse.start_courier()
        gatehouse.wait_for_worker()
        add_webhook(
            gatehouse.store,
            gatehouse.site.id,
            receiver.url,
            allow=receiver.allow,
            now=now(),
            entropy=os.urandom,
        )
        decided_after(gatehouse, receiver, hand_in_one(gatehouse), 60.0)
        seconds = []
        faults = ((Fault.CUT, 2.0), (Fault.SWALLOW, 3.0), (Fault.STALL, 3.0), (Fault.CUT, 0.0))
        for fault, lasts in faults:
            in_work = hand_in_one(gatehouse, "This takes 1000 ms.")
            wait_until(lambda comment_id=in_work: is_claimed(gatehouse, comment_id), "in work")
            proxy.begin(fault)
            waiting = hand_in_one(gatehouse)
            time.sleep(lasts)
            proxy.end()
            seconds.append((fault, *decided_after(gatehouse, receiver, waiting, BACK_WITHIN)))
            decided_after(gatehouse, receiver, in_work, BACK_WITHIN)
        print("seconds from the end of the fault to the decision and the webhook:", seconds)
        for fault, lasts in faults:  # in a row
            proxy.begin(fault)
            time.sleep(lasts)
            proxy.end()
            time.sleep(0.5)
        decided_after(gatehouse, receiver, hand_in_one(gatehouse), BACK_WITHIN)
        for name in ("worker", "courier"):
            wait_until(lambda name=name: is_over(gatehouse, name), "the outage's end is logged")
            records = log_records(gatehouse, name)
            assert not [each for each in records if each["level"] in ("error", "critical")]
            outages = [each for each in records if each["fact"] == AWAY]
            assert 0 < len(outages) <= 2 * len(faults)


def hand_in_one(gatehouse: GatehouseProcess, text: str = "A fine article.") -> str:
    [comment_id] = hand_in(gatehouse.store, reply(gatehouse.site, text, at=now()))
    return comment_id


def is_claimed(gatehouse: GatehouseProcess, comment_id: str) -> bool:
    with gatehouse.store.read() as connection:
        query = sa.select(pending.c.lease).where(pending.c.comment_id == comment_id)
        return bool(connection.scalar(query))


def decided_after(
    gatehouse: GatehouseProcess, receiver: Receiver, comment_id: str, seconds: float
) -> tuple[float, float]:
    """Waits at most so long for the decision and for its webhook; after how many seconds they came."""
    began = time.monotonic()

    def is_decided() -> bool:
        with gatehouse.store.read() as connection:
            return bool(decisions.histories(connection, [comment_id])[comment_id])

    def is_told() -> bool:
        messages = (json.loads(got.body) for got in receiver.got)
        return any(
            message["type"] == "comment.approved" and comment_id in json.dumps(message)
            for message in messages
        )

    wait_until(is_decided, "it is decided", seconds)
    decided = time.monotonic() - began
    wait_until(is_told, "the site is told", seconds - decided)
    return round(decided, 1), round(time.monotonic() - began, 1)


def is_over(gatehouse: GatehouseProcess, name: str) -> bool:
    facts = [each["fact"] for each in log_records(gatehouse, name)]
    return facts.count(AWAY) == facts.count("the database is back")


def log_records(gatehouse: GatehouseProcess, name: str) -> list[dict[str, str]]:
    """The log of a process; what is no JSON fails the test."""
    return [json.loads(line) for line in gatehouse.log(name).splitlines()]
