"""The lock of the data folder: one `gatehouse up` at a time, and the next one after a kill."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatehouse.supervisor import folder


def held_by(pid: int, data: Path) -> int:
    """Locks the folder in the name of this process; the open file."""
    descriptor = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.pwrite(descriptor, f"{pid}\n".encode(), 0)
    return descriptor


def test_a_start_waits_for_the_children_of_one_that_was_killed(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-S", "-c", ""])
    killed.wait()
    children = held_by(killed.pid, tmp_path)
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        os.close(children)  # while the other waits, the last of them ends

    os.close(folder.lock(tmp_path, hear))
    assert len(said) == 1
    assert (tmp_path / "up.lock").read_text() == f"{os.getpid()}\n"


def test_a_start_does_not_wait_for_one_that_runs(tmp_path: Path) -> None:
    running = held_by(os.getppid(), tmp_path)
    with pytest.raises(folder.FolderError, match="runs in"):
        folder.lock(tmp_path, pytest.fail)
    os.close(running)
