"""A child process of `gatehouse up`: its start, its output, and when it is started again."""

import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

# A child that dies is started again after this, doubled each time up to the limit. Seconds.
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
# After running this long the wait is the first one again. Seconds.
STABLE_AFTER = 30.0
# Bytes of one log file; one older file is kept. Enough for some 100,000 lines.
LOG_LIMIT = 16 * 1024 * 1024
# Exit status that stops everything: a setting is invalid, and starting again would not change that.
SETTINGS_STATUS = 2

Report = Callable[[str], None]


class Running(Protocol):
    """A process that was started: subprocess.Popen, or a Forked. stdout: its output, errors included."""

    pid: int
    stdout: IO[bytes] | None

    def poll(self) -> int | None: ...
    def send_signal(self, number: int, /) -> None: ...


Launch = Callable[[Mapping[str, str]], Running]


def launch_program(command: Sequence[str], environment: Mapping[str, str]) -> Running:
    """Starts another program, in a session of its own: a Ctrl-C reaches `up` alone."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class LogFile:
    """The log of one child: a new file at every start and when it grows long; the previous one is kept.

    A disk that is full or read-only costs lines, never the process: they are counted, and once a line
    can be written again, another before it says how many are missing.
    """

    def __init__(self, path: Path, report: Report = lambda line: None) -> None:
        """report: is told when lines begin to be dropped, and when writing works again."""
        self._path, self._report = path, report
        self._file: IO[bytes] | None = None
        self._line_is_torn = False
        self.dropped = 0

    def write(self, line: bytes) -> None:
        """line: with its end."""
        try:
            if self._file is None or self._file.tell() > LOG_LIMIT:
                self._open()
            if self._line_is_torn:
                self._write_all(b"\n")
                self._line_is_torn = False
            if self.dropped:
                self._write_all(_dropped_record(self.dropped))
                self._report(f"{self._path} can be written again; {_missing(self.dropped)}")
                self.dropped = 0
            self._write_all(line)
        except OSError as error:
            if not self.dropped:
                self._report(f"{self._path} cannot be written: {error.strerror}")
            self.dropped += 1

    def _open(self) -> None:
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            self._path.replace(self._path.with_suffix(".log.1"))
        self._file = self._path.open("wb", buffering=0)
        self._line_is_torn = False

    def _write_all(self, line: bytes) -> None:
        """Writes it all; a disk that fills up takes the first part and raises at the second."""
        assert self._file
        while line:
            written = self._file.write(line) or 0
            line = line[written:]
            self._line_is_torn = bool(line)

    def close(self) -> None:
        file, self._file = self._file, None
        if file:
            with suppress(OSError):  # some file systems say only now that the disk is full
                file.close()


def _missing(count: int) -> str:
    return f"{count} {'line was' if count == 1 else 'lines were'} not written"


def _dropped_record(count: int) -> bytes:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    record = {
        "at": seconds,
        "level": "warning",
        "logger": "gatehouse.up",
        "fact": _missing(count),
    }
    return json.dumps(record).encode() + b"\n"


class Child:
    """One process with its own children, in a process group of their own.

    launch: starts it, with this environment. report: prints a line for the operator. rank: the order of stopping,
    lower first. once: it does one thing and then ends. handle_line: gets every line first; a line it returns True for is not logged.
    """

    def __init__(
        self,
        name: str,
        launch: Launch,
        environment: Mapping[str, str],
        log: LogFile,
        report: Report,
        *,
        rank: int,
        once: bool = False,
        handle_line: Callable[[bytes], bool] = lambda line: False,
    ) -> None:
        self.name, self.rank, self.once = name, rank, once
        self._launch, self._environment = launch, environment
        self._log, self._report, self._handle_line = log, report, handle_line
        self._process: Running | None = None
        self._partial_line = b""
        self._unstructured: deque[str] = deque(maxlen=3)
        self._wait = FIRST_WAIT
        self._started = 0.0
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
        """The file descriptor that its output is read from; -1 while it does not run."""
        return self._process.stdout.fileno() if self._process and self._process.stdout else -1

    def start(self) -> None:
        self.due = None
        self._started = time.monotonic()
        self._unstructured.clear()
        self._process = self._launch(self._environment)
        os.set_blocking(self.pipe, False)

    def read(self) -> bool:
        """Handles the output so far; False at its end."""
        return self._read_lines() != b""

    def _read_lines(self) -> bytes | None:
        chunk = self._read_chunk()
        if chunk is None:
            return None
        *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
        if not chunk and self._partial_line:
            lines, self._partial_line = [self._partial_line], b""
        for line in lines:
            self._log_line(line)
        return chunk

    def _read_chunk(self) -> bytes | None:
        """Some output, b'' at its end, None where there is none now."""
        try:
            return os.read(self.pipe, 65_536)
        except BlockingIOError:
            return None

    def _log_line(self, line: bytes) -> None:
        if self._handle_line(line):
            return
        self._log.write(line + b"\n")
        try:
            record = json.loads(line)
            level, text = record["level"], record["fact"]
        except (ValueError, TypeError, KeyError):
            if line.strip():
                self._unstructured.append(line.decode(errors="replace").strip())
            return
        if level in ("warning", "error", "critical"):
            standard = {"at", "level", "logger", "fact", "where"}
            extra = " ".join(
                f"{key}={value}" for key, value in record.items() if key not in standard
            )
            self._report(f"{self.name}: {text}" + (f" ({extra})" if extra else ""))

    def collect(self) -> int | None:
        """The exit status once it has ended, None while it runs."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.signal(signal.SIGKILL)  # its own children end with it
        while self._read_lines():  # its last output; this never waits
            pass
        assert self._process.stdout
        self._process.stdout.close()
        self._process = None
        if time.monotonic() - self._started > STABLE_AFTER:
            self._wait = FIRST_WAIT
        return status

    def last_output(self) -> str:
        """The last lines that were no log records, such as the end of a traceback."""
        return "\n".join(self._unstructured)

    def schedule_start(self) -> float:
        """Sets `due`; returns the seconds until then."""
        wait, self._wait = self._wait, min(self._wait * 2, LONGEST_WAIT)
        self.due = time.monotonic() + wait
        return wait

    def signal(self, number: int) -> None:
        """Sends SIGKILL to the whole group, any other signal to the process alone."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)
