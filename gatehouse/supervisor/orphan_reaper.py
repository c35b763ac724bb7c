"""The orphan reaper: a small process that ends the children of an `up` that was killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

# Seconds from the death of `up` until its children are killed. Whoever starts it again waits for them, and
# nothing is lost by it: unfinished work is taken back at the next start (workers/worker.py).
STOP_LIMIT = 3.0


class OrphanReaper:
    """Starts a process that ends the process groups it was told of once this process has died.

    It notices by a pipe that closes. It works on Linux and macOS alike, survives SIGKILL of its parent,
    and keeps the data folder locked until the last child is gone.

    lock: the open file that is the lock.
    """

    def __init__(self, lock: int) -> None:
        read_end, self._write_end = os.pipe()
        # This file alone, without site-packages: it imports little and so takes little memory.
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", __file__, str(read_end)],
            pass_fds=(read_end, lock),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a reader of `up`'s output need not wait for it
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal is not for it
        )
        os.close(read_end)

    def watch(self, group: int, rank: int) -> None:
        """Ends this process group once the parent has died; lower ranks first."""
        os.write(self._write_end, f"+ {group} {rank}\n".encode())

    def release(self, group: int) -> None:
        """The group has ended and is no longer watched."""
        os.write(self._write_end, f"- {group} 0\n".encode())

    def stop(self) -> None:
        """Ends the process. Call it when no child is left."""
        os.close(self._write_end)
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
    deadline = time.monotonic() + STOP_LIMIT
    for rank in sorted(set(groups.values())):
        _end_groups([group for group, group_rank in groups.items() if group_rank == rank], deadline)


def _end_groups(groups: list[int], deadline: float) -> None:
    """Asks them to end, and kills those that are left at the deadline."""
    for number, until in ((signal.SIGTERM, deadline), (signal.SIGKILL, deadline + 1.0)):
        for group in groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        while any(map(_lives, groups)) and time.monotonic() < until:
            time.sleep(0.02)  # they are not our children: waitpid does not work


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
        return False
    return True


if __name__ == "__main__":
    _wait_for_parent(int(sys.argv[1]))
