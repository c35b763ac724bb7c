"""`gatehouse up`: starts all processes on one machine in order, keeps them running, stops them in order."""

import importlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TextIO

from gatehouse.supervisor import broker, folder
from gatehouse.supervisor.children import SETTINGS_STATUS, Child, Launch, LogFile, launch_program
from gatehouse.supervisor.first_run import FirstRun, read_line
from gatehouse.supervisor.forked import Forked
from gatehouse.supervisor.orphan_reaper import OrphanReaper
from gatehouse.supervisor.port import is_ready, require_free
from gatehouse.supervisor.running import remember
from moderation import memory
from moderation.settings import Settings, SettingsError

# How long each may take to stop: the API finishes its requests (service/server.py gives it 20 s), a
# worker finishes its slice, the broker writes its file. Seconds.
STOP_LIMIT = {"api": 25.0, "judge": 20.0, "courier": 25.0, "broker": 10.0}
# The order in which they stop: those who use the broker before the broker, the API first of all.
RANK = {"api": 0, "prepare": 0, "judge": 1, "courier": 1, "broker": 2}
# Workers start once the API is ready, which is then sooner; at the latest after this. Seconds.
WORKERS_WAIT = 10.0
# A worker still busy this long after SIGTERM gets SIGQUIT and hands its work back half done. Seconds.
QUIT_AFTER = 8.0
READY_INTERVAL = 0.05  # seconds between checks whether the API is ready


class ChildFailed(Exception):
    """A child failed in a way that stops everything; the message says why."""


class Supervisor:
    """The child processes and the loop that supervises them, in one thread without long waits."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        broker_command: list[str] | None,
        orphan_reaper: OrphanReaper,
        run_command: Callable[[], None],
    ) -> None:
        """broker_command: None where the settings name a broker that runs. run_command: see Forked."""
        self._settings = settings
        self._run_command = run_command
        self._broker_command = broker_command
        self._environment = environment
        self._selector = selectors.DefaultSelector()
        self._orphan_reaper = orphan_reaper
        self._children: dict[str, Child] = {}
        self._stop_requests = 0
        self._first_run: FirstRun | None = None
        self._announced = False
        self._workers_due: float | None = None
        self._started = time.monotonic()

    def run(self) -> None:
        """Starts everything; returns once it was asked to stop and all have ended. Raises ChildFailed."""
        with self._signals():
            try:
                self._start_first()
                while not self._stop_requests:
                    self._wait_for_events(0.5 if self._announced else READY_INTERVAL)
                    self._restart_dead()
                    self._announce()
            finally:
                self._stop()

    def _start_first(self) -> None:
        if self._broker_command:
            self._add("broker", partial(launch_program, self._broker_command))
        _preload("moderation.store.sql.schema")  # both want it: SQLAlchemy and the tables
        self._fork("prepare", "prepare", once=True, handle_line=self._read_first_run)
        _preload("service.server")  # meanwhile the database is prepared
        self._fork("api", "api", "--when-migrated")

    def _read_first_run(self, line: bytes) -> bool:
        self._first_run = self._first_run or read_line(line)
        return self._first_run is not None

    def _start_workers(self) -> None:
        """After the API, which should answer first: the worker loads its models for a second."""
        self._workers_due = None
        _preload("workers.main")
        self._fork("judge", "worker", "--beat")
        self._fork("courier", "courier")

    def _fork(self, name: str, *arguments: str, **options: Any) -> None:
        self._add(name, partial(Forked, self._run_command, arguments), **options)

    def _add(self, name: str, launch: Launch, **options: Any) -> None:
        log = LogFile(self._settings.data / "log" / f"{name}.log", _report)
        child = Child(name, launch, self._environment, log, _report, rank=RANK[name], **options)
        self._children[name] = child
        self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self._selector.register(child.pipe, selectors.EVENT_READ, child)
        self._orphan_reaper.watch(child.pid, child.rank)

    # --- the loop ---------------------------------------------------------------------------------

    def _wait_for_events(self, seconds: float) -> None:
        """Reads output and signals, waiting for them at most this long."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Child):
                if not key.data.read():
                    self._selector.unregister(key.fd)
            else:
                key.data.recv(4096)  # a signal: a child ended, or somebody asks to stop

    def _restart_dead(self) -> None:
        """Starts children that died again, after a while. Raises ChildFailed."""
        for child in list(self._children.values()):
            if child.due is not None and time.monotonic() >= child.due:
                self._start(child)
            status = self._collect(child)
            if status is None:
                continue
            if child.once and status == 0:
                del self._children[child.name]
                self._workers_due = time.monotonic() + WORKERS_WAIT
            elif child.once or status == SETTINGS_STATUS:
                said = child.last_output().removeprefix(
                    "gatehouse: "
                )  # which the command says itself
                raise ChildFailed(said or f"{child.name} ended with status {status}")
            else:
                wait = child.schedule_start()
                cause = signal.Signals(-status).name if status < 0 else f"status {status}"
                _report(f"{child.name} ended ({cause}); starting it again in {wait:g} s")
                if output := child.last_output():
                    _report(output)

    def _collect(self, child: Child) -> int | None:
        pipe, group = child.pipe, child.pid
        status = child.collect()
        if status is not None:
            with suppress(KeyError):  # unregistered already at the end of its output
                self._selector.unregister(pipe)
            self._orphan_reaper.release(group)
        return status

    def _announce(self) -> None:
        """Prints how to use all this once the API is ready, and then starts the workers: loading them takes half a second."""
        if (
            not self._announced
            and self._first_run
            and is_ready(self._settings.host, self._settings.port)
        ):
            self._announced = True
            _print(self._first_run.text(self._settings), sys.stdout)
            seconds = time.monotonic() - self._started
            _report(f"ready after {seconds:.1f} s; Ctrl-C stops everything")
        if self._workers_due and (self._announced or time.monotonic() > self._workers_due):
            self._start_workers()

    # --- the end ----------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Stops all, rank by rank; kills those that take too long, and all at a second request."""
        if any(child.lives for child in self._children.values()):
            _report("stopping; Ctrl-C once more to stop at once")
        requests_to_kill = 2 if self._stop_requests else 1
        for rank in sorted(set(RANK.values())):
            stopping = [
                child for child in self._children.values() if child.rank == rank and child.lives
            ]
            for child in stopping:
                child.signal(signal.SIGTERM)
            started, quit_sent = time.monotonic(), False
            while alive := [child for child in stopping if child.lives]:
                waited = time.monotonic() - started
                for child in alive:
                    killing = self._stop_requests >= requests_to_kill
                    if killing or waited > STOP_LIMIT.get(child.name, 5.0):
                        child.signal(signal.SIGKILL)
                    elif child.rank == RANK["judge"] and waited > QUIT_AFTER and not quit_sent:
                        child.signal(signal.SIGQUIT)
                quit_sent = quit_sent or waited > QUIT_AFTER
                self._wait_for_events(0.2)
                for child in alive:
                    self._collect(child)
        self._orphan_reaper.stop()
        self._selector.close()
        _report(f"stopped; everything is kept in {self._settings.data}")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Counts the requests to stop; every signal, and every child's end, wakes the loop."""

        def stop(number: int, frame: object) -> None:
            self._stop_requests += 1

        receiver, sender = socket.socketpair()
        receiver.setblocking(False)
        sender.setblocking(False)
        self._selector.register(receiver, selectors.EVENT_READ, receiver)
        signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            receiver.close()
            sender.close()


def _preload(module: str) -> None:
    """Imports what children need, once for all of them; none of it opens a file or connects to anything."""
    with memory.lasting_objects():
        importlib.import_module(module)


def _report(line: str) -> None:
    _print(f"{time.strftime('%H:%M:%S')} {line}", sys.stderr)


def _print(text: str, file: TextIO) -> None:
    with suppress(OSError):  # it may go to a file on a full disk, or to a terminal that was closed
        print(text, file=file, flush=True)


def run_all(settings: Settings, run_command: Callable[[], None]) -> None:
    """Runs everything until asked to stop. run_command: see Forked. Raises SettingsError, FolderError, NoBroker or ChildFailed."""
    data = folder.prepare(settings.data)
    if not settings.port:
        raise SettingsError("GATEHOUSE_PORT must be chosen: 0 would be another one each time.")
    lock = folder.lock(data, _report)
    try:
        require_free(settings.host, settings.port)
        settings = settings.model_copy(update={"data": data})
        remember(settings, _environment(settings))
        command = None if settings.redis_url else broker.server_command(data)
        Supervisor(settings, _environment(settings), command, OrphanReaper(lock), run_command).run()
    finally:
        os.close(lock)


def _environment(settings: Settings) -> dict[str, str]:
    """The environment of the children: ours, with what the command line changed."""
    changed = {
        "GATEHOUSE_DATA": str(settings.data),
        "GATEHOUSE_HOST": settings.host,
        "GATEHOUSE_PORT": str(settings.port),
        "GATEHOUSE_PUBLIC_URL": settings.public_url,
    }
    unchanged = {
        key: value for key, value in os.environ.items() if key.removesuffix("_FILE") not in changed
    }
    return {**unchanged, **changed, "PYTHONUNBUFFERED": "1"}
