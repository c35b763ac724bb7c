"""The server process against clients that trickle, flood and lie, and when it is asked to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest

from harness.servers import SECRET, wait_until
from moderation.environment import read_settings
from moderation.store import comments
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from tests.factories import key_of, newspaper
from tests.service.api.conftest import a_comment

PATIENCE = 1.0  # seconds the server of these tests gives a request to arrive


@dataclass
class Server:
    """A process that serves, and where; one comment's key."""

    process: subprocess.Popen
    port: int
    key: str


@contextmanager
def serving(folder):
    """An API process of its own on SQLite; no broker, for nothing here needs one."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "GATEHOUSE_DATA": str(folder / "data"),
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
        "GATEHOUSE_PORT": str(port),
        "GATEHOUSE_RECEIPT_SECONDS": str(PATIENCE),
    }
    store = Store(read_settings(environment).database, SECRET)
    migrate(store)
    key = key_of(store, newspaper(store))
    store.close()
    code = (
        "from moderation.environment import read_settings; from service.server import serve;"
        " serve(read_settings())"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | environment)
    try:
        wait_until(lambda: answers(port), "the server answers")
        yield Server(process, port, key)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def port(server):
    return server.port


def answers(port):
    try:
        return talk(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    except OSError:
        return b""


def talk(port, *parts, wait=10.0):
    """Sends the parts and reads until the server closes; b'' where it closes without a word."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=wait)) as connection:
        answer = b""
        try:
            for part in parts:
                connection.sendall(part)
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        return answer


def request(*hosts, version="1.1"):
    lines = ["GET /healthz HTTP/" + version, *(f"Host: {host}" for host in hosts)]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def test_a_request_names_one_host(port):
    assert status(talk(port, request("127.0.0.1"))) == 200
    assert status(talk(port, request(version="1.0"))) == 200
    for host in ("news.example:8000", "[::1]:8000", "gatehouse_api", "xn--frh-hoa.test.", ""):
        assert status(talk(port, request(host))) == 200, host
    wrong = (
        "a b",
        "a/b",
        "a,evil.test",
        "evil@b",
        "[::1",
        "a:b",
        "évil.test".encode().decode("latin-1"),
    )
    for hosts in (
        (),
        ("a", "b"),
        ("a", "a"),
        ("127.0.0.1", "evil.test", "x"),
        *((one,) for one in wrong),
    ):
        answer = talk(port, request(*hosts))
        assert status(answer) == 400, hosts
        assert b"one Host header" in answer and b"evil" not in answer
    assert status(talk(port, request("a", "b", version="1.0"))) == 400


def status(answer):
    return int(answer[9:12]) if answer else 0


HEAD = b"POST /api/v1/comments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    "unfinished",
    [
        b"",
        b"POST /api/v1/com",
        HEAD,
        HEAD + b"Authorization: Bearer KEY\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    ],
)
def test_clients_that_trickle_are_let_go(server, unfinished):
    """recv() ends only when the server closes; its time-out would fail the test."""
    answers = talk(server.port, unfinished.replace(b"KEY", server.key.encode()))
    assert status(answers) == 408


def test_many_trickling_clients_do_not_hold_up_others(port):
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    for connection in slow:
        connection.sendall(HEAD)
    assert status(answers(port)) == 200
    for connection in slow:
        connection.settimeout(10)
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
        connection.close()


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\n", {431, 0}),
        (HEAD + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n", {431, 400, 0}),
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", {400}),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n", {401, 413, 408}),
        (b"GARBAGE\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00", {400}),
    ],
)
def test_floods_and_lies_get_a_4xx_or_a_closed_door(port, request_bytes, expected):
    assert status(talk(port, request_bytes)) in expected
    assert status(answers(port)) == 200


def test_asked_to_stop_it_keeps_what_it_promised(tmp_path):
    body = json.dumps(a_comment()).encode()
    with serving(tmp_path) as server:
        head = (
            b"POST /api/v1/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        ) % (server.key.encode(), len(body))
        receipt = json.loads(talk(server.port, head + body).partition(b"\r\n\r\n")[2])
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) in (0, -signal.SIGTERM)
    store = Store(f"sqlite+pysqlite:///{tmp_path / 'data' / 'gatehouse.db'}", SECRET)
    with store.read() as connection:
        assert comments.status_of(connection, receipt["id"])
    store.close()
