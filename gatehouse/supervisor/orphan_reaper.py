"""The undertaker: a small process that ends the children of an `up` that was killed itself."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

# A worker finishes its slice of two seconds and a batch; the broker writes its file. Seconds.
PATIENCE = 15.0


class OrphanReaper:
    """Holds one end of a pipe and a list of process groups; when the other end closes, they end.

    It works on Linux and macOS alike, survives SIGKILL of its parent, and keeps the lock on the data
    folder until the last child is gone.

    holder: the open file that is the lock.
    """

    def __init__(self, holder: int) -> None:
        reading, self._writing = os.pipe()
        # This file alone, without site-packages: it imports little and so takes little memory.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", __file__, str(reading)],
            pass_fds=(reading, holder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # whoever reads the output of `up` need not wait for it
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal is not for it
        )
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
        self._process.wait()


def _wait_for_parent(pipe: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
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
        _end_groups([group for group, its in groups.items() if its == wanted])


def _end_groups(groups: list[int]) -> None:
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


if __name__ == "__main__":
    _wait_for_parent(int(sys.argv[1]))
