"""The data folder of `gatehouse up`: private to its owner, and used by one process at a time."""

import fcntl
import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# How long another start waits for the children of an `up` that was killed: the orphan reaper gives them
# three seconds (orphan_reaper.py), on a busy machine it takes longer. Seconds.
ORPHANS_LIMIT = 30.0

# A folder with any of these is a data folder.
_DATA_FILES = {"up.lock", "secret.key", "gatehouse.db"}


class FolderError(Exception):
    """The data folder cannot be used; the message says why, in one sentence."""


def prepare(folder: Path) -> Path:
    """Makes the folder, or closes an existing data folder to other users; returns its absolute path.

    Raises FolderError for a folder that holds other things: closing it could lock somebody out.
    """
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = {path.name for path in folder.iterdir()}
        if names and not names & _DATA_FILES:
            raise FolderError(f"{folder} holds other things: name a new or an empty folder.")
        if stat.S_IMODE(folder.stat().st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise FolderError(f"The data folder {folder} cannot be used: {error.strerror}.") from None
    return folder


def lock(folder: Path, report: Callable[[str], None]) -> int:
    """Locks the folder for this process and those forked from it; the lock ends with the last of them.

    Waits for the children of one that was killed, which end within seconds. Returns the open file. A crash
    leaves nothing to clean up. report: is told that it waits. Raises FolderError where it is locked.
    """
    descriptor = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not _take(descriptor):
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
        if not _is_gone(holder):
            os.close(descriptor)
            raise FolderError(f"`gatehouse up` runs in {folder} already (process {holder}).")
        report("waiting for the processes of a killed `gatehouse up` to end")
        deadline = time.monotonic() + ORPHANS_LIMIT
        while not _take(descriptor):
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise FolderError(
                    f"Processes of a killed `gatehouse up` (process {holder}) still use {folder}."
                )
            time.sleep(0.02)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_gone(holder: str) -> bool:
    """Whether the process of this number has ended."""
    with suppress(ValueError, PermissionError):
        try:
            os.kill(int(holder), 0)
        except ProcessLookupError:
            return True
    return False
