"""PostgreSQL cut off, stalled, or its answers lost: every part is at work again as soon as it is back.

By themselves leases last an hour here and sweeps come once an hour: what is done at all was not waited for."""

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
from moderation.doorbell import DELIVER, JUDGE, Doorbell
from moderation.notify.endpoints import add_webhook
from moderation.store import decisions, deliveries
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import pending
from tests.factories import hand_in, reply
from tests.notify.receiver import Receiver
from tests.notify.site import Scripted, newsroom

pytestmark = pytest.mark.timeout(300)

AWAY = "the database is away; work waits for it"
HOUR = 3600
# Seconds until the test fails: what is waited for comes 2 to 4 seconds after the end of a fault on an idle machine.
GUARD = 100.0
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
        threading.Timer(1.0, proxy.end).start()
        # The server's own limits, a minute, do not end this: it has long answered.
        with pytest.raises(sa.exc.OperationalError, match="answer was lost"):
            connection.scalar(sa.text("SELECT 1"))
    assert select_one(store) == 1


@on_postgresql
def test_a_server_that_answers_nobody_is_away(proxied: tuple[Proxy, Store]) -> None:
    proxy, store = proxied
    assert select_one(store) == 1
    proxy.begin(Fault.SWALLOW)
    with pytest.raises(Unavailable):
        select_one(store)
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
def test_a_claim_whose_answer_was_lost_is_not_waited_for(proxied: tuple[Proxy, Store]) -> None:
    """The database has committed it, the courier does not know: its lease would hold the message up."""
    proxy, store = proxied
    herald = newsroom(store)
    posts = Scripted()
    with Receiver() as receiver:
        herald.listen(receiver)
        herald.happen()
        unsure: set[str] = set()

        def lose_the_answer(connection: sa.Connection) -> None:
            proxy.begin(Fault.SWALLOW)

        sa.event.listen(store.engine, "commit", lose_the_answer, once=True)
        with pytest.raises(Unavailable):
            herald.deliver(posts, unsure=unsure)
        proxy.end()
        assert posts.sent == [] and len(unsure) == 1
        with store.read() as connection:
            assert not deliveries.is_due(connection, herald.clock()), "it was committed"
        assert herald.deliver(posts, unsure=unsure).delivered == 1
        assert not unsure


@on_postgresql
def test_after_each_fault_and_all_in_a_row_work_goes_on_within_seconds(
    build: Callable[..., GatehouseProcess], database_url: str
) -> None:
    proxy, url = before_database(database_url)
    with proxy, Receiver() as receiver:
        gatehouse = build(
            webhook_allow=receiver.allow,
            database_url=url,
            lease_seconds=HOUR,
            sweep_seconds=HOUR,
        )
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
        wait_for_decision_and_webhook(gatehouse, receiver, hand_in_one(gatehouse))
        faults = ((Fault.CUT, 2.0), (Fault.SWALLOW, 3.0), (Fault.STALL, 3.0), (Fault.CUT, 0.0))
        for fault, lasts in faults:
            in_work = hand_in_one(gatehouse, "This takes 1000 ms.")
            wait_until(lambda comment_id=in_work: is_claimed(gatehouse, comment_id), "in work")
            proxy.begin(fault)
            waiting = hand_in_one(gatehouse)
            ring(gatehouse, DELIVER)
            if (fault, lasts) == faults[0]:  # this one lasts until both have noticed
                wait_until(lambda: is_noted(gatehouse, "worker"), "the worker notices", GUARD)
                wait_until(lambda: is_noted(gatehouse, "courier"), "the courier notices", GUARD)
            time.sleep(lasts)
            proxy.end()
            wait_for_decision_and_webhook(gatehouse, receiver, waiting)
            wait_for_decision_and_webhook(gatehouse, receiver, in_work)
        for fault, lasts in faults:  # in a row
            proxy.begin(fault)
            time.sleep(lasts)
            proxy.end()
            time.sleep(0.5)
        wait_for_decision_and_webhook(gatehouse, receiver, hand_in_one(gatehouse))
        for name in ("worker", "courier"):
            wait_until(lambda name=name: is_over(gatehouse, name), "the outage's end is logged")
            records = log_records(gatehouse, name)
            assert not [each for each in records if each["level"] in ("error", "critical")]
            outages = [each for each in records if each["fact"] == AWAY]
            assert 0 < len(outages) <= 2 * len(faults)


def hand_in_one(gatehouse: GatehouseProcess, text: str = "A fine article.") -> str:
    """A comment, and the ring that announces it; its id."""
    [comment_id] = hand_in(gatehouse.store, reply(gatehouse.site, text, at=now()))
    ring(gatehouse, JUDGE)
    return comment_id


def ring(gatehouse: GatehouseProcess, task: str) -> None:
    bell = Doorbell(gatehouse.broker.url)
    bell.ring(task)
    bell.close()


def is_claimed(gatehouse: GatehouseProcess, comment_id: str) -> bool:
    with gatehouse.store.read() as connection:
        query = sa.select(pending.c.lease).where(pending.c.comment_id == comment_id)
        return bool(connection.scalar(query))


def wait_for_decision_and_webhook(
    gatehouse: GatehouseProcess, receiver: Receiver, comment_id: str
) -> None:
    def is_decided() -> bool:
        with gatehouse.store.read() as connection:
            return bool(decisions.histories(connection, [comment_id])[comment_id])

    def is_told() -> bool:
        messages = (json.loads(got.body) for got in receiver.got)
        return any(
            message["type"] == "comment.approved" and comment_id in json.dumps(message)
            for message in messages
        )

    wait_until(is_decided, "it is decided", GUARD)
    wait_until(is_told, "the site is told", GUARD)


def is_noted(gatehouse: GatehouseProcess, name: str) -> bool:
    return any(each["fact"] == AWAY for each in log_records(gatehouse, name))


def is_over(gatehouse: GatehouseProcess, name: str) -> bool:
    facts = [each["fact"] for each in log_records(gatehouse, name)]
    return facts.count(AWAY) == facts.count("the database is back")


def log_records(gatehouse: GatehouseProcess, name: str) -> list[dict[str, str]]:
    """The log of a process; what is no JSON fails the test."""
    return [json.loads(line) for line in gatehouse.log(name).splitlines()]
