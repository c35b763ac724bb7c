"""Maps a slow function over a list on several threads: for work that releases the interpreter lock."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Input = TypeVar("_Input")
_Result = TypeVar("_Result")


def map_in_threads(
    work: Callable[[_Input], _Result], inputs: Sequence[_Input], threads: int
) -> list[_Result]:
    """The result of `work` for each input, in order. threads: at most, including the caller's.

    Raises what `work` raised first; inputs not begun by then are skipped. The threads are made for each call,
    which takes a fraction of a millisecond, as they would not survive a fork. They are daemons, so that a
    hung one cannot stop an exit.
    """
    if threads <= 1 or len(inputs) <= 1:
        return [work(input_) for input_ in inputs]
    pending: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(inputs)):
        pending.put(index)
    results: dict[int, _Result] = {}
    errors: list[BaseException] = []

    def run() -> None:
        while not errors:
            try:
                index = pending.get_nowait()
            except queue.Empty:
                return
            try:
                results[index] = work(inputs[index])
            except BaseException as error:
                errors.append(error)

    other_threads = [
        threading.Thread(target=run, daemon=True) for _ in range(min(threads, len(inputs)) - 1)
    ]
    for thread in other_threads:
        thread.start()
    run()
    for thread in other_threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[index] for index in range(len(inputs))]
