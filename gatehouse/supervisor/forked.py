"""A `gatehouse` command in a fork of `gatehouse up`, which has imported already what the command needs."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_FORK = multiprocessing.get_context("fork")
# What `up` handles itself, and its children by default.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
_OPEN_FILES = 4096  # file descriptors above belong to nobody: `up` opens some twenty


class Forked:
    """What `Child` needs of subprocess.Popen, for a command of ours.

    It starts in a tenth of the time of a new interpreter, and shares the memory of what is imported. It
    has the same arguments, environment, session and files as a process of its own.
    """

    def __init__(
        self, run: Callable[[], None], arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        """run: runs the command that `sys.argv` names."""
        read_end, write_end = os.pipe()
        self.stdout: IO[bytes] | None = os.fdopen(read_end, "rb", buffering=0)
        self._process = _FORK.Process(target=_become, args=(run, arguments, environment, write_end))
        # A signal in between would reach the handlers of `up`, which mean nothing in the child.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(write_end)
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit status, negative the signal it died of; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _become(
    run: Callable[[], None],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: int,
) -> None:
    os.setsid()  # a Ctrl-C reaches `up` alone, which stops the others in order
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # The lock of the data folder, the orphan reaper's pipe, the output of the others.
    os.closerange(3, _OPEN_FILES)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [sys.argv[0], *arguments]
    with suppress(OSError):  # for `ps` and `top`, on Linux
        Path("/proc/self/comm").write_text(arguments[0])
    run()
