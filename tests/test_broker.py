"""The broker's URL: redis-py and Celery connect to the same database, whatever its form."""

from typing import Any

import pytest
from celery import Celery
from redis.asyncio.connection import parse_url as parse_async_url

from harness.servers import SECRET
from moderation.broker import celery_url, client_url
from moderation.doorbell import Doorbell, redis_client
from moderation.environment import read_settings
from moderation.store.sql.engine import Store
from service.access.limits import Limits
from service.queues.decision_waiter import DecisionWaiter

SOCKET = {"path": "/run/v.sock"}
URLS = [
    ("redis+socket:///run/v.sock", {**SOCKET, "db": 0}),
    ("redis+socket:///run/v.sock?virtual_host=1", {**SOCKET, "db": 1}),
    ("redis+socket:///run/v.sock?virtual_host=1&health_check_interval=30", {**SOCKET, "db": 1}),
    ("redis+socket:///run/v.sock?health_check_interval=30&virtual_host=/3", {**SOCKET, "db": 3}),
    ("redis+socket:///run/v.sock?db=4", {**SOCKET, "db": 4}),
    (
        "redis+socket://:p%40%2F@/run/v.sock?virtual_host=2",
        {**SOCKET, "db": 2, "password": "p@/"},
    ),
    ("redis+socket:///run/a%20b.sock?virtual_host=1", {"path": "/run/a b.sock", "db": 1}),
    ("unix:///run/v.sock", {**SOCKET, "db": 0}),
    ("unix:///run/v.sock?db=5", {**SOCKET, "db": 5}),
    (
        "unix://ann:p%3A@/run/v.sock?db=5",
        {**SOCKET, "db": 5, "username": "ann", "password": "p:"},
    ),
    ("unix:///run/v.sock?db=5&password=p%2B", {**SOCKET, "db": 5, "password": "p+"}),
    ("redis://broker", {"host": "broker", "db": 0}),
    ("redis://broker:7000/6", {"host": "broker", "port": 7000, "db": 6}),
    ("redis://broker?db=7", {"host": "broker", "db": 7}),
    ("redis://broker/8?health_check_interval=30&socket_timeout=2", {"host": "broker", "db": 8}),
    (
        "redis://ann:p%40%3A%2F@broker:7000/9",
        {"host": "broker", "port": 7000, "db": 9, "username": "ann", "password": "p@:/"},
    ),
    ("redis://[::1]:7000/1", {"host": "::1", "port": 7000, "db": 1}),
    ("rediss://:secret@broker/2", {"host": "broker", "db": 2, "password": "secret"}),
    (
        "rediss://broker/3?ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs=/ca.pem",
        {"host": "broker", "db": 3, "ssl_ca_certs": "/ca.pem"},
    ),
    ("rediss://broker/4?ssl_cert_reqs=none", {"host": "broker", "db": 4}),
]
DEFAULT_PORT = 6379
COMPARED = ("path", "host", "port", "db", "username", "password", "ssl_ca_certs")


def compared(arguments: dict[str, Any]) -> dict[str, Any]:
    """Where a connection with these arguments of redis-py leads, and how it logs in."""
    target = {name: arguments[name] for name in COMPARED if arguments.get(name) is not None}
    if "path" in target:
        target.pop("host", None)
        target.pop("port", None)
    elif target.get("port") == DEFAULT_PORT:
        target.pop("port")
    return target


def of_celery(url: str) -> dict[str, Any]:
    """What Celery's transport would connect with; no connection is made."""
    with Celery("test", broker=url, set_as_current=False) as celery:
        client = celery.connection_for_write()
        channel = object.__new__(client.transport.Channel)
        channel.connection = type("", (), {"client": client, "default_port": 6379})()
        return channel._connparams()


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_every_client_connects_to_the_same_database(url, expected, tmp_path):
    settings = read_settings({"GATEHOUSE_REDIS_URL": url, "GATEHOUSE_DATA": str(tmp_path)})
    store = Store(settings.database, SECRET)
    bell = Doorbell(settings.broker)
    client = redis_client(settings.broker, timeout=1)
    try:
        arguments = {
            "limits": Limits(settings)._pool.connection_kwargs,
            "waiting": DecisionWaiter(store, client_url(settings.broker))._pool.connection_kwargs,
            "doorbell's key": bell._redis.connection_pool.connection_kwargs,
            "doctor": client.connection_pool.connection_kwargs,
            "doorbell's message": of_celery(bell._app.conf.broker_url),
            "worker": of_celery(celery_url(settings.broker)),
        }
    finally:
        bell.close()
        client.close()
        store.close()
    assert {client: compared(values) for client, values in arguments.items()} == dict.fromkeys(
        arguments, expected
    )


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("rediss://broker/1", "required"),
        ("rediss://broker/1?ssl_cert_reqs=CERT_REQUIRED", "required"),
        ("rediss://broker/1?ssl_cert_reqs=optional", "optional"),
        ("rediss://broker/1?ssl_cert_reqs=CERT_NONE", "none"),
    ],
)
def test_every_client_checks_the_certificate_of_a_broker(url, checked):
    arguments = parse_async_url(client_url(url))
    assert arguments.get("ssl_cert_reqs", "required") == checked  # redis-py's default
    assert of_celery(celery_url(url))["ssl_cert_reqs"].name == f"CERT_{checked.upper()}"


def test_options_reach_the_clients_that_know_them():
    url = "redis+socket:///run/v.sock?virtual_host=1&health_check_interval=30"
    assert dict(parse_async_url(client_url(url)))["health_check_interval"] == 30
