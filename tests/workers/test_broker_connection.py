"""A worker whose broker is away says so once, in plain words and without the password, and again each minute."""

import logging
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError
from redis import AuthenticationError

from harness.gatehouse_process import free_port
from moderation.broker import celery_url
from workers import broker_connection
from workers.broker_connection import AGAIN_SECONDS, BrokerOutage, FastReconnect


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> BrokerOutage:
    """Of this test alone, with a clock that stands still."""
    outage = BrokerOutage(clock=lambda: 0.0)
    monkeypatch.setattr(broker_connection, "outage", outage)
    return outage


def test_an_outage_is_said_at_its_beginning_each_minute_and_at_its_end(caplog) -> None:
    clock = [0.0]
    outage = BrokerOutage(clock=lambda: clock[0])
    outage.end()
    for second in range(130):
        clock[0] = second
        outage.go_on("broker:6379", ConnectionError("hunter2"))
    outage.end()
    outage.end()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 4 and len(set(said[:3])) == 1
    assert "the broker at broker:6379 does not answer" in said[0]
    assert said[3] == "the broker answers again"
    assert [record.seconds for record in caplog.records] == [
        0,
        AGAIN_SECONDS,
        2 * AGAIN_SECONDS,
        129,
    ]
    assert "hunter2" not in caplog.text


def test_a_refused_password_is_said_as_that(caplog) -> None:
    BrokerOutage().go_on("broker:6379", AuthenticationError("WRONGPASS"))
    assert "refuses the user or the password" in caplog.text and "WRONGPASS" not in caplog.text


@pytest.mark.parametrize("scheme", ["redis", "redis+socket"])
def test_tries_in_vain_are_one_line_until_the_broker_is_there(
    scheme: str, outage: BrokerOutage, broker_url: str, tmp_path: Path, caplog
) -> None:
    caplog.set_level(logging.INFO)
    port, socket = free_port(), tmp_path / "broker.sock"
    place = f"127.0.0.1:{port}" if scheme == "redis" else str(socket)
    url = f"{scheme}://u:hunter2@{place}" + ("/0" if scheme == "redis" else "?virtual_host=0")
    told: list[object] = []
    with FastReconnect(celery_url(url)) as connection, pytest.raises(OperationalError):
        connection.ensure_connection(lambda *about: told.append(about), max_retries=2)
    assert not told, "the caller's own words, which quote the URL"
    [line] = caplog.records
    assert f"the broker at {place} does not answer" in line.getMessage()
    assert "hunter2" not in caplog.text
    with FastReconnect(celery_url(broker_url)) as connection:
        connection.ensure_connection(max_retries=2)
    assert caplog.records[-1].getMessage() == "the broker answers again"
    assert len(caplog.records) == 2
