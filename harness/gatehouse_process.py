"""A whole Gatehouse in processes and a folder of its own: started, killed, frozen, stopped."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

from harness.servers import SECRET, Broker, wait_until
from moderation.store import heartbeats, judging_queue, sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate

TICKS = os.sysconf("SC_CLK_TCK")
GATEHOUSE = (sys.executable, "-m", "gatehouse.main")


class Process:
    """A process and its children, in a session of their own, so that one signal reaches all of them."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                env=dict(environment),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    @property
    def lives(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        """SIGKILL to the whole group, like a power cut."""
        self.signal_all(signal.SIGKILL)
        self._popen.wait()

    def ask_to_stop(self, number: int = signal.SIGTERM) -> None:
        self._popen.send_signal(number)

    def wait(self, seconds: float = 25.0) -> int:
        """The exit status. A process that has not ended by then is killed, and the test fails."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"process {self.pid} did not end within {seconds} s") from None

    def stop(self) -> int:
        """SIGTERM, as a supervisor sends it; returns the exit status."""
        self.ask_to_stop()
        return self.wait()

    def signal_all(self, number: int) -> None:
        if self.tree():
            os.killpg(self.pid, number)

    def tree(self) -> list[int]:
        """The ids of the group's living processes."""
        return [pid for pid, fields in _processes() if int(fields[2]) == self.pid]

    def cpu(self) -> float:
        """Seconds of CPU that the group has used, children that ended included."""
        return sum(
            sum(int(ticks) for ticks in fields[11:15]) / TICKS
            for _, fields in _processes()
            if int(fields[2]) == self.pid
        )


def _processes() -> list[tuple[int, list[str]]]:
    """Every process but zombies, with the fields of /proc/<pid>/stat after its name (proc(5))."""
    processes = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended meanwhile
            if fields[0] != "Z":
                processes.append((int(entry.name), fields))
    return processes


class GatehouseProcess:
    """One Gatehouse: a store, a broker, and the processes started for it.

    settings: GATEHOUSE_ names without the prefix, in lower case. api, worker: modules to run instead
    of the command `gatehouse`: an HTTP server, a Celery app.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        broker: Broker,
        settings: Mapping[str, object] | None = None,
        *,
        api: str = "",
        worker: str = "",
    ) -> None:
        self.folder = folder
        self.broker = broker
        self.port = free_port()
        self.store = Store(database_url, SECRET)
        migrate(self.store)
        self._api, self._worker = api, worker
        self._started: list[Process] = []
        all_settings = {
            "data": folder,
            "database_url": database_url,
            "redis_url": broker.url,
            "secret_key": SECRET.decode(),
            "port": self.port,
            "limit_site": "100000000/minute",  # a load test is a flood
            "limit_global": "100000000/minute",
            **(settings or {}),
        }
        # Without the caller's variables, which would configure the service differently.
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GATEHOUSE_") and name not in ("DATABASE_URL", "REDIS_URL")
        }
        self.environment |= {
            f"GATEHOUSE_{key.upper()}": str(value) for key, value in all_settings.items()
        }
        self.site, self.key = self._open_site()

    def __enter__(self) -> "GatehouseProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self._started:
            process.kill()
        self.store.close()

    def start_api(self) -> Process:
        command = [sys.executable, "-m", self._api] if self._api else [*GATEHOUSE, "api"]
        process = self.start("api", command)
        wait_until(lambda: self._healthy(process), "the API answers", 30)
        return process

    def start_worker(self, **environment: str) -> Process:
        """A worker with one child, which also sweeps. Returns before it is ready."""
        command = [*GATEHOUSE, "worker", "--beat"]
        if self._worker:  # the options of that command
            command = [sys.executable, "-m", "celery", "--quiet", "-A", self._worker, "worker"]
            command += [
                "-n",
                f"judge-{secrets.token_hex(4)}@%h",
                "-Q",
                "judge,sweep,bulk",
                "-c",
                "1",
            ]
            command += ["--beat", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self.start("worker", command, **environment)

    def start_courier(self) -> Process:
        return self.start("courier", [*GATEHOUSE, "courier"])

    def start(self, name: str, command: list[str], **environment: str) -> Process:
        """Starts a process with this Gatehouse's settings; its output goes to the log `name`."""
        process = Process(command, self.environment | environment, self.folder / f"{name}.log")
        self._started.append(process)
        return process

    def wait_for_worker(self, seconds: float = 40.0) -> None:
        """Waits for the heartbeat of a worker that was started just before this call, or later."""
        since = time.time_ns() // 1_000_000 - 1_000

        def worker_is_alive() -> bool:
            with self.store.read() as connection:
                alive = heartbeats.alive(connection, since)
            return any(process.name.startswith("judge@") for process in alive)

        wait_until(worker_is_alive, "a worker has a heartbeat", seconds)

    def wait_until_decided(self, seconds: float) -> None:
        """Waits until no comment is left to be judged."""

        def nothing_waits() -> bool:
            with self.store.read() as connection:
                return judging_queue.backlog(connection)[0] == 0

        wait_until(nothing_waits, "everything is decided", seconds)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _open_site(self) -> tuple[Site, str]:
        now = time.time_ns() // 1_000_000
        with self.store.write() as connection:
            site = sites.add_site(
                connection, "The Herald", ["https://herald.test"], "en", now, os.urandom
            )
            return site, sites.add_key(connection, site.id, sites.SECRET, now, os.urandom)

    def _healthy(self, process: Process) -> bool:
        if not process.lives:
            raise AssertionError(f"the API ended at once:\n{self.log('api')[-2000:]}")
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
