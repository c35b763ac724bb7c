"""`gatehouse up`: everything on one machine, started in order, kept running, stopped in order."""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from gatehouse.supervisor import broker, folder
from gatehouse.supervisor.children import SETTINGS_STATUS, Child, LogFile
from gatehouse.supervisor.first_run import FirstRun, read_welcome
from gatehouse.supervisor.orphan_reaper import OrphanReaper
from gatehouse.supervisor.port import is_free, is_ready
from moderation.settings import Settings, SettingsError

# How long each may take to stop by itself: the API answers what is under way (service/server.py gives
# it 20 s), a worker finishes its slice, the broker writes its file. Seconds.
PATIENCE = {"api": 25.0, "judge": 20.0, "courier": 25.0, "broker": 10.0}
# In what order they stop: nothing comes in, then nothing is worked on, then nobody needs the broker.
RANK = {"api": 0, "prepare": 0, "judge": 1, "courier": 1, "broker": 2}
# They wait for the API to be ready, so that it is sooner; but not for ever. Seconds.
WORKERS_WAIT = 10.0
# A worker that goes on after SIGTERM for so long hands its work back half done. Seconds.
QUIT_AFTER = 8.0
ASK_EVERY = 0.05  # seconds between questions whether the API is ready


class Failed(Exception):
    """Everything must stop; the message says why."""


class Supervisor:
    """The children and the loop that listens to them. One thread; nothing here waits for long."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        broker_command: list[str] | None,
        undertaker: OrphanReaper,
    ) -> None:
        """broker_command: None where the broker is somebody else's."""
        self._settings = settings
        self._broker_command = broker_command
        self._environment = environment
        self._selector = selectors.DefaultSelector()
        self._undertaker = undertaker
        self._children: dict[str, Child] = {}
        self._asked = 0  # how often somebody asked us to stop
        self._welcome: FirstRun | None = None
        self._welcomed = False
        self._workers_due: float | None = None
        self._began = time.monotonic()

    def run(self) -> None:
        """Starts everything, and returns when asked to stop and all have ended. Raises Failed."""
        with self._signals():
            try:
                self._start_first()
                while not self._asked:
                    self._turn(0.5 if self._welcomed else ASK_EVERY)
                    self._mend()
                    self._greet()
            finally:
                self._stop()

    def _start_first(self) -> None:
        if self._broker_command:
            self._add("broker", self._broker_command)
        self._add("prepare", _ourselves("prepare"), once=True, heard=self._prepared)
        # It imports while the database is made ready, and then waits for that.
        self._add("api", _ourselves("api", "--when-migrated"))

    def _prepared(self, line: bytes) -> bool:
        self._welcome = self._welcome or read_welcome(line)
        return self._welcome is not None

    def _start_workers(self) -> None:
        """After the API: it should answer first, and each of them imports for a second."""
        self._workers_due = None
        self._add("judge", _ourselves("worker", "--beat"))
        self._add("courier", _ourselves("courier"))

    def _add(self, name: str, command: list[str], **options: Any) -> None:
        log = LogFile(self._settings.data / "log" / f"{name}.log")
        child = Child(name, command, self._environment, log, _say, rank=RANK[name], **options)
        self._children[name] = child
        self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self._selector.register(child.pipe, selectors.EVENT_READ, child)
        self._undertaker.take(child.pid, child.rank)

    # --- the loop ---------------------------------------------------------------------------------

    def _turn(self, seconds: float) -> None:
        """Listens for so long at most."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Child):
                if not key.data.read():
                    self._selector.unregister(key.fd)
            else:
                key.data.recv(4096)  # a signal woke us: a child ended or we are to stop

    def _mend(self) -> None:
        """Starts again whoever died, after a while."""
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
                raise Failed(child.last_words() or f"{child.name} ended with status {status}")
            else:
                wait = child.start_later()
                how = signal.Signals(-status).name if status < 0 else f"status {status}"
                _say(f"{child.name} ended ({how}); starting it again in {wait:g} s")
                if words := child.last_words():
                    _say(words)

    def _collect(self, child: Child) -> int | None:
        pipe, group = child.pipe, child.pid
        status = child.collect()
        if status is not None:
            with suppress(KeyError):  # at its end it was taken out already
                self._selector.unregister(pipe)
            self._undertaker.release(group)
        return status

    def _greet(self) -> None:
        ready = (
            not self._welcomed
            and self._welcome
            and is_ready(self._settings.host, self._settings.port)
        )
        if self._workers_due and (ready or time.monotonic() > self._workers_due):
            self._start_workers()
        if ready and self._welcome:
            self._welcomed = True
            print(self._welcome.text(self._settings), flush=True)
            _say(f"ready after {time.monotonic() - self._began:.1f} s; Ctrl-C stops everything")

    # --- the end ----------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Stops all, rank by rank; once more asked, or out of patience, without asking."""
        if any(child.lives for child in self._children.values()):
            _say("stopping; Ctrl-C once more to stop at once")
        enough = 2 if self._asked else 1
        for rank in sorted(set(RANK.values())):
            stopping = [one for one in self._children.values() if one.rank == rank and one.lives]
            for child in stopping:
                child.signal(signal.SIGTERM)
            began, told = time.monotonic(), False
            while alive := [one for one in stopping if one.lives]:
                waited = time.monotonic() - began
                for child in alive:
                    if self._asked >= enough or waited > PATIENCE.get(child.name, 5.0):
                        child.signal(signal.SIGKILL)
                    elif child.rank == RANK["judge"] and waited > QUIT_AFTER and not told:
                        child.signal(signal.SIGQUIT)
                told = told or waited > QUIT_AFTER
                self._turn(0.2)
                for child in alive:
                    self._collect(child)
        self._undertaker.dismiss()
        self._selector.close()
        _say(f"stopped; everything is kept in {self._settings.data}")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Counts the requests to stop; every signal, and every child's end, wakes the loop."""

        def stop(number: int, frame: object) -> None:
            self._asked += 1

        ears, mouth = socket.socketpair()
        ears.setblocking(False)
        mouth.setblocking(False)
        self._selector.register(ears, selectors.EVENT_READ, ears)
        signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            ears.close()
            mouth.close()


def _ourselves(*arguments: str) -> list[str]:
    # -P: nothing in the current folder may stand in for a module.
    return [sys.executable, "-P", "-m", "gatehouse.main", *arguments]


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


def up(settings: Settings) -> None:
    """Runs everything until asked to stop. Raises SettingsError, FolderError, NoBroker or Failed."""
    data = folder.prepare(settings.data)
    if not settings.port:
        raise SettingsError("GATEHOUSE_PORT must be chosen: 0 would be another one each time.")
    holder = folder.lock(data)
    try:
        if not is_free(settings.host, settings.port):
            raise SettingsError(
                f"{settings.host}:{settings.port} is taken, or not an address of this machine: "
                "choose another with --port or --host."
            )
        settings = settings.model_copy(update={"data": data})
        command = None if settings.redis_url else broker.server_command(data)
        Supervisor(settings, _environment(settings), command, OrphanReaper(holder)).run()
    finally:
        os.close(holder)


def _environment(settings: Settings) -> dict[str, str]:
    """What the children need to know: our environment, and what the command line changed in it."""
    decided = {
        "GATEHOUSE_DATA": str(settings.data),
        "GATEHOUSE_HOST": settings.host,
        "GATEHOUSE_PORT": str(settings.port),
        "GATEHOUSE_PUBLIC_URL": settings.public_url,
    }
    left = {
        key: value for key, value in os.environ.items() if key.removesuffix("_FILE") not in decided
    }
    return {**left, **decided, "PYTHONUNBUFFERED": "1"}
