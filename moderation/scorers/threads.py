"""A slow function over a list, on several threads: for what lets go of the interpreter while it works."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def map_in_threads(
    work: Callable[[_Given], _Made], given: Sequence[_Given], threads: int
) -> list[_Made]:
    """What `work` makes of each, in order. threads: at most, the caller's own among them.

    Raises what `work` raised first; what nobody has begun by then is left. The threads are made for this
    call, which takes a fraction of a millisecond: they would not survive a fork. They are daemons, so
    that one that hangs cannot stop an exit.
    """
    if threads <= 1 or len(given) <= 1:
        return [work(one) for one in given]
    left: queue.SimpleQueue[int] = queue.SimpleQueue()
    for at in range(len(given)):
        left.put(at)
    made: dict[int, _Made] = {}
    errors: list[BaseException] = []

    def run() -> None:
        while not errors:
            try:
                at = left.get_nowait()
            except queue.Empty:
                return
            try:
                made[at] = work(given[at])
            except BaseException as error:
                errors.append(error)

    others = [
        threading.Thread(target=run, daemon=True) for _ in range(min(threads, len(given)) - 1)
    ]
    for one in others:
        one.start()
    run()
    for one in others:
        one.join()
    if errors:
        raise errors[0]
    return [made[at] for at in range(len(given))]
