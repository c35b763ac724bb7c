"""Running the command as an operator does: as a process, with a data folder of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.servers import wait_until
from moderation.environment import read_settings
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import newspaper
from tests.gatehouse.forked import Forked

GATEHOUSE = [sys.executable, "-P", "-m", "gatehouse.main"]


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty folder with a short path: a socket must fit in it."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-c-"))
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data_store(data: Path, _sqlite_template: Path) -> Iterator[Store]:
    """The store of a data folder that was set up before, without any row."""
    data.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, data / "gatehouse.db")
    settings = read_settings({"GATEHOUSE_DATA": str(data)})
    store = Store(settings.database, settings.master_secret())
    yield store
    store.close()


@pytest.fixture
def herald(data_store: Store) -> Site:
    """A newspaper of the data folder: Herald."""
    return newspaper(data_store, "Herald")


def environment(data: Path, **settings: object) -> dict[str, str]:
    """Ours without any setting of Gatehouse, and then these."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GATEHOUSE_") and key not in ("DATABASE_URL", "REDIS_URL")
    }
    variables = {f"GATEHOUSE_{key.upper()}": str(value) for key, value in settings.items()}
    # Where `up` says that it runs; not the home of whoever tests.
    state = {"XDG_STATE_HOME": str(data.parent / "state")}
    return {**kept, **state, "GATEHOUSE_DATA": str(data), **variables}


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def _forked() -> Iterator[Forked]:
    with Forked() as forked:
        yield forked


@pytest.fixture
def gatehouse(data: Path, _forked: Forked) -> Run:
    """Runs a command to its end: gatehouse("site", "list", stdin="...", port=1)."""

    def run(
        *arguments: str, stdin: str | bytes = "", **settings: object
    ) -> "subprocess.CompletedProcess[str]":
        standard_input = stdin.encode() if isinstance(stdin, str) else stdin
        status, out, err = _forked.run(arguments, standard_input, environment(data, **settings))
        return subprocess.CompletedProcess(arguments, status, out.decode(), err.decode())

    return run


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Up:
    """A `gatehouse up` that runs."""

    def __init__(self, data: Path, port: int, **settings: object) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [*GATEHOUSE, "up", "--port", str(port)],
            env=environment(data, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout
        self.output.extend(iter(self.process.stdout.readline, ""))

    def find(self, pattern: str) -> str:
        """The first thing said that matches; '' where nothing does."""
        match = re.search(pattern, "".join(self.output))
        return match[0] if match else ""

    def until_ready(self) -> "Up":
        wait_until(lambda: self.find("ready after"), "`up` is ready", 60)
        return self

    def until_judging(self) -> "Up":
        wait_until(lambda: self.ask("/readyz")["status"] == "ok", "everything is well", 60)
        return self

    def offspring(self) -> set[int]:
        """All processes that come from it, by parenthood."""
        parents = {pid: parent for pid, parent, _ in _processes()}
        pids = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
            pids |= more
        return pids - {self.process.pid}

    def ask(self, path: str, body: object = None, **headers: str) -> Any:
        """The JSON answered to GET, or to POST where there is a body."""
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode() if body is not None else None,
            {name.replace("_", "-"): value for name, value in headers.items()}
            | ({"Content-Type": "application/json"} if body is not None else {}),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Asks it to stop; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(60)
        self._listener.join(60)
        assert self.process.stdout
        self.process.stdout.close()
        return status


def living(pids: set[int]) -> set[int]:
    """Those of the processes that still run; the dead that nobody has collected do not count."""
    return {pid for pid, _, state in _processes() if pid in pids and not state.startswith("Z")}


def _processes() -> list[tuple[int, int, str]]:
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in table.stdout.splitlines())
    return [(int(pid), int(parent), state) for pid, parent, state in rows]


@pytest.fixture
def start_up(data: Path) -> Iterator[Callable[..., Up]]:
    """Starts `gatehouse up`, each time on the same port; whatever runs at the end is stopped."""
    started: list[Up] = []
    port = free_port()

    def start(**settings: object) -> Up:
        started.append(Up(data, port, **settings))
        return started[-1]

    yield start
    for up in started:
        children = up.offspring()
        if up.process.poll() is None:
            up.stop(signal.SIGTERM)
        wait_until(lambda children=children: not living(children), "all children have ended", 30)
