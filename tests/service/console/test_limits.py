"""The limiter behind the console: it counts in Redis, for every browser; and a stop that goes wrong half-way."""

import asyncio
import logging
import threading

import pytest
from fastapi import FastAPI
from redis.asyncio import ConnectionPool
from starlette.testclient import TestClient

from moderation.doorbell import redis_client
from service.access.limits import Limits
from service.app import create_app
from tests.service.console.conftest import console_browsers
from tests.service.console.console_browser import ORIGIN, moderator


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: limits are counted in Redis."""
    return sqlite_url


def test_guesses_of_all_browsers_are_counted_in_redis(settings, store, site, broker_url, caplog):
    moderator(store, "ada@herald.test", site)
    caplog.set_level(logging.WARNING, "gatehouse.limits")
    with console_browsers(settings(GATEHOUSE_LIMIT_LOGIN="3/minute"), store) as open_browser:
        answers = [open_browser().log_in("ada@herald.test", "a wrong guess") for _ in range(5)]
        app = open_browser().client.app
        assert isinstance(app, FastAPI)
        limits = app.state.limits
        assert limits.ok
    assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
    counted = redis_client(broker_url, timeout=5)
    assert any(b"login" in key for key in counted.scan_iter("*gatehouse:limit*"))
    counted.close()
    assert caplog.records == []


def test_a_fault_of_ours_is_not_taken_for_an_outage(settings):
    """Only what a broker raises opens the limits; a limit that is not there is a fault."""

    async def hit() -> None:
        limits = Limits(settings())
        try:
            with pytest.raises(KeyError):
                await limits.allow("no such limit", "key")
            assert limits.ok
        finally:
            await limits.close()

    asyncio.run(hit())


def test_a_close_that_fails_keeps_none_of_the_others_from_theirs(settings, monkeypatch):
    """Neither pool of connections can be closed: that is raised when everything else is."""

    async def disconnect(pool: ConnectionPool) -> None:
        raise RuntimeError("Event loop is closed")

    monkeypatch.setattr(ConnectionPool, "disconnect", disconnect)
    before = set(threading.enumerate())
    app = create_app(settings())

    def left() -> set[str]:
        return {thread.name for thread in set(threading.enumerate()) - before}

    with pytest.raises(RuntimeError, match="Event loop is closed"), TestClient(app, ORIGIN):
        assert {"doorbell", "intake"} <= left()
    assert not {"doorbell", "intake"} & left()
