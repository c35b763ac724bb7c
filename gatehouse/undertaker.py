"""The undertaker: a small process that ends the children of an `up` that was killed itself."""

import os
import signal
import time
from contextlib import suppress

# A worker finishes its slice of two seconds and a batch; the broker writes its file. Seconds.
PATIENCE = 15.0


class Undertaker:
    """Holds one end of a pipe and a list of process groups; when the other end closes, they end.

    It works on Linux and macOS alike, survives SIGKILL of its parent, and keeps the lock on the data
    folder that it inherits until the last child is gone.
    """

    def __init__(self) -> None:
        """Forks: call it before there are threads."""
        reading, self._writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writing)
            try:
                _stand_by(reading)
            finally:
                os._exit(0)
        os.close(reading)

    def take(self, group: int, rank: int) -> None:
        """Ends `group` if need be; lower ranks first."""
        os.write(self._writing, f"+ {group} {rank}\n".encode())

    def release(self, group: int) -> None:
        """The group has ended by itself."""
        os.write(self._writing, f"- {group} 0\n".encode())

    def dismiss(self) -> None:
        """Nobody is left to look after."""
        os.close(self._writing)
        os.waitpid(self._pid, 0)


def _stand_by(pipe: int) -> None:
    os.setsid()  # a Ctrl-C in the terminal is not for us
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # whoever reads the output of `up` need not wait for us
        os.dup2(nowhere, descriptor)
    groups: dict[int, int] = {}
    with os.fdopen(pipe) as lines:
        for line in lines:
            sign, *numbers = line.split()
            group, rank = map(int, numbers)
            if sign == "+":
                groups[group] = rank
            else:
                groups.pop(group, None)
    for wanted in sorted(set(groups.values())):
        _bury([group for group, its in groups.items() if its == wanted])


def _bury(groups: list[int]) -> None:
    for number, seconds in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 1.0)):
        for group in groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        until = time.monotonic() + seconds
        while any(map(_lives, groups)) and time.monotonic() < until:
            time.sleep(0.05)  # they are not our children: there is nothing to wait for


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
        return False
    return True
