"""The data folder of `gatehouse up`: private to its owner, and used by one process at a time."""

import fcntl
import os
import stat
from pathlib import Path

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


def lock(folder: Path) -> int:
    """Locks the folder for this process and those forked from it; the lock ends with the last of them.

    Returns the open file. A crash leaves nothing to clean up. Raises FolderError where it is locked.
    """
    descriptor = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise FolderError(
            f"`gatehouse up` runs in {folder} already, or is still stopping (process {holder})."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
