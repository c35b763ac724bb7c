"""The memory of a process under glibc: few heaps for its threads, and what is free goes back to the system.

Elsewhere the heaps are as they are. What is made for good is not looked through as garbage, anywhere.
"""

import ctypes
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

# Of mallopt(3). By default each thread may get a heap of its own, up to eight per core, and each keeps what
# its largest batch took: 20 MB in a worker.
_ARENA_MAX, ARENAS = -8, 2


def limit_arenas() -> None:
    """Call it before threads are started. MALLOC_ARENA_MAX in the environment goes first."""
    if "MALLOC_ARENA_MAX" not in os.environ and hasattr(_libc(), "mallopt"):
        _libc().mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Gives free memory back: loading a model takes twice what it keeps."""
    if hasattr(_libc(), "malloc_trim"):
        _libc().malloc_trim(0)


@contextmanager
def lasting_objects() -> Iterator[None]:
    """For what a process imports and makes for good: much that stays, and little that could be collected.

    A collection would look through all of it, and requests wait a tenth of a second; in a child it would also write into every
    page that it shares with its parent.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
