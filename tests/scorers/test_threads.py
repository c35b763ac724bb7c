"""Work side by side: everything once, in order, really at the same time, and the first error is told."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.scorers.threads import map_in_threads


@given(st.lists(st.integers(), max_size=40), st.integers(min_value=1, max_value=8))
def test_each_is_done_once_and_the_order_stays(numbers: list[int], threads: int) -> None:
    finished: list[int] = []

    def work(number: int) -> int:
        finished.append(number)
        return 2 * number

    assert map_in_threads(work, numbers, threads) == [2 * number for number in numbers]
    assert sorted(finished) == sorted(numbers)


def test_it_is_done_at_the_same_time() -> None:
    together = threading.Barrier(3)  # nobody passes before three are there
    map_in_threads(lambda _: together.wait(timeout=20), [1, 2, 3], 3)


def test_alone_it_stays_in_the_callers_thread() -> None:
    this_thread = threading.get_ident()
    assert map_in_threads(lambda _: threading.get_ident(), [1, 2], 1) == [this_thread, this_thread]
    assert map_in_threads(lambda _: threading.get_ident(), [1], 8) == [this_thread]


def test_the_first_error_is_told_and_the_rest_is_left() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        map_in_threads(work, range(1_000), 1)
    assert begun == [0, 1, 2, 3]
    begun.clear()
    with pytest.raises(ValueError, match="three"):
        map_in_threads(work, [3] * 1_000, 4)
    assert len(begun) <= 4
