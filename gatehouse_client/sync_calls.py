"""The client, sync: `make format` writes it from aio_calls.py."""

from collections.abc import Iterator
from typing import TypeVar

from gatehouse_client.call import Call, Piece

T = TypeVar("T")


class Calls:
    """What Gatehouse gives to the parts that it is made of."""

    def send(self, call: Call[T]) -> T:
        """Makes a call."""
        raise NotImplementedError

    def _pages(self, call: Call[Piece[T]]) -> Iterator[T]:
        raise NotImplementedError
