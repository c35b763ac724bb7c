"""Connections that hold on to the server: half a second request, answers that nobody reads, hanging up."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.servers import SECRET, wait_until
from moderation.environment import read_settings
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from tests.factories import key_of, newspaper

CODE = """
from moderation.environment import read_settings
from service.server import (DeadlineProtocol, serve)
DeadlineProtocol.unread_seconds = 0.5
serve(read_settings())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An API process of its own, with little patience. log: what it says."""
    folder = tmp_path_factory.mktemp("server")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "GATEHOUSE_DATA": str(folder),
        "GATEHOUSE_SECRET_KEY": SECRET.decode(),
        "GATEHOUSE_PORT": str(port),
        "GATEHOUSE_RECEIPT_SECONDS": "1",
    }
    store = Store(read_settings(environment).database, SECRET)
    migrate(store)
    key = key_of(store, newspaper(store))
    store.close()
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE], env=os.environ | environment, stderr=file
        )
    running = SimpleNamespace(port=port, key=key, log=log, process=process)
    try:
        wait_until(lambda: _answers(running), "the server answers")
        yield running
    finally:
        process.kill()
        process.wait()


def _answers(server):
    try:
        with closing(socket.create_connection(("127.0.0.1", server.port), 20)) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b"200 OK" in connection.recv(1000)
    except OSError:
        return False


def _head(server, length):
    return (
        b"POST /api/v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    ) % (server.key.encode(), length)


@pytest.mark.parametrize("part", [b"POST /api/v1/com", b"HEAD"])
def test_half_a_request_behind_a_whole_one_is_let_go(server, part):
    """recv() ends only when the server closes; its time-out would fail the test."""
    part = _head(server, 100) + b"{" if part == b"HEAD" else part
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + part)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200") and b"HTTP/1.1 408" in answer


def test_who_never_reads_the_answers_is_let_go(server):
    with closing(socket.create_connection(("127.0.0.1", server.port))) as connection:
        connection.sendall(b"GET /demo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        page = b"".join(iter(lambda: connection.recv(65536), b""))
    path = re.search(rb"/embed/static/[^\"]+", page)[0]
    before = _sockets(server)
    with ExitStack() as greedy:
        for _ in range(5):
            connection = greedy.enter_context(closing(socket.socket()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.settimeout(0.3)
            with suppress(TimeoutError):  # it has stopped reading what we ask
                connection.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path * 5_000)
        assert _answers(server)
        wait_until(lambda: _sockets(server) <= before, "the sockets are given back")


def _sockets(server):
    folder = Path(f"/proc/{server.process.pid}/fd")
    if not folder.is_dir():
        pytest.skip("no /proc here")
    links = []
    for descriptor in folder.iterdir():
        with suppress(OSError):
            links.append(str(descriptor.readlink()))
    return sum(link.startswith("socket:") for link in links)


def test_a_slow_reader_who_reads_gets_all_of_it(server):
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(
            b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        answer, began = b"", time.monotonic()
        while piece := connection.recv(2048):
            answer += piece
            if time.monotonic() - began < 2:
                time.sleep(0.1)
    length = int(re.search(rb"content-length: (\d+)", answer)[1])
    assert len(answer.partition(b"\r\n\r\n")[2]) == length


def test_hanging_up_is_no_error_of_ours(server):
    for _ in range(3):
        with closing(socket.create_connection(("127.0.0.1", server.port))) as connection:
            connection.sendall(_head(server, 1000) + b'{"page":')
            time.sleep(0.05)
    assert _answers(server)
    log_lines = server.log.read_text()
    assert '"level": "error"' not in log_lines and '"status": 500' not in log_lines, log_lines
