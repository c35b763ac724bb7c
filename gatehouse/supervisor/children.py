"""The children of `gatehouse up`: started, listened to, started again when they die."""

import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

# A child that dies at once is tried again after this, doubled each time up to the limit. Seconds.
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
# Having lived so long it is well again. Seconds.
WELL_AFTER = 30.0
# Bytes of one log file; one older file is kept. Enough for some 100,000 lines.
LOG_LIMIT = 16 * 1024 * 1024
# What stops everything: a setting makes no sense, and starting again would not change that.
SETTINGS_STATUS = 2

Say = Callable[[str], None]


class LogFile:
    """The log of one child: begun anew at every start and when it grows long, the last one kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        path.parent.mkdir(exist_ok=True, mode=0o700)

    def write(self, line: bytes) -> None:
        if self._file is None or self._file.tell() > LOG_LIMIT:
            self.close()
            with suppress(FileNotFoundError):
                self._path.replace(self._path.with_suffix(".log.1"))
            self._file = self._path.open("wb", buffering=0)
        self._file.write(line)

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


class Child:
    """One process and its offspring, in a process group of their own.

    rank: the order of stopping, lower first. once: it has one thing to do and then ends.
    heard: gets every line first; a line it returns True for is not logged.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: LogFile,
        say: Say,
        *,
        rank: int,
        once: bool = False,
        heard: Callable[[bytes], bool] = lambda line: False,
    ) -> None:
        self.name, self.rank, self.once = name, rank, once
        self._command, self._environment = command, environment
        self._log, self._say, self._heard = log, say, heard
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._unstructured: deque[str] = deque(maxlen=3)
        self._wait = FIRST_WAIT
        self._began = 0.0
        self.due: float | None = None  # when to start, on the monotonic clock

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid if self._process else 0

    @property
    def lives(self) -> bool:
        return self._process is not None

    @property
    def pipe(self) -> int:
        """What it writes to; -1 when it does not live."""
        return self._process.stdout.fileno() if self._process and self._process.stdout else -1

    def start(self) -> None:
        self.due = None
        self._began = time.monotonic()
        self._unstructured.clear()
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            self._command,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C reaches `up` alone, which stops the others in order
        )
        os.set_blocking(self.pipe, False)

    def read(self) -> bool:
        """Takes in what it wrote; False once nobody can write any more."""
        return self._take() != b""

    def _take(self) -> bytes | None:
        chunk = self._chunk()
        if chunk is None:
            return None
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk and self._rest:
            lines, self._rest = [self._rest], b""
        for line in lines:
            self._line(line)
        return chunk

    def _chunk(self) -> bytes | None:
        """What it wrote, b'' at the end, None where there is nothing now."""
        try:
            return os.read(self.pipe, 65_536)
        except BlockingIOError:
            return None

    def _line(self, line: bytes) -> None:
        if self._heard(line):
            return
        self._log.write(line + b"\n")
        try:
            fact = json.loads(line)
            level, text = fact["level"], fact["fact"]
        except (ValueError, TypeError, KeyError):
            if line.strip():
                self._unstructured.append(line.decode(errors="replace").strip())
            return
        if level in ("warning", "error", "critical"):
            told = {"at", "level", "logger", "fact", "where"}
            more = " ".join(f"{key}={value}" for key, value in fact.items() if key not in told)
            self._say(f"{self.name}: {text}" + (f" ({more})" if more else ""))

    def collect(self) -> int | None:
        """The exit status if it has ended, None while it lives."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.signal(signal.SIGKILL)  # its own children end with it
        while self._take():  # its last words; never waits, whoever may hold the other end
            pass
        assert self._process.stdout
        self._process.stdout.close()
        self._process = None
        if time.monotonic() - self._began > WELL_AFTER:
            self._wait = FIRST_WAIT
        return status

    def last_words(self) -> str:
        """What it wrote last that was no log line, such as the end of a traceback."""
        return "\n".join(self._unstructured)

    def start_later(self) -> float:
        """Sets `due`; returns in how many seconds that is."""
        wait, self._wait = self._wait, min(self._wait * 2, LONGEST_WAIT)
        self.due = time.monotonic() + wait
        return wait

    def signal(self, number: int) -> None:
        """To the process alone when asking it to stop, to its whole group when ending it."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)
