"""What the async client's calls are made with: sending one, and fetching a list page by page."""

from collections.abc import AsyncIterator
from typing import TypeVar

from gatehouse_client.call import Call, Piece

T = TypeVar("T")


class AsyncCalls:
    """What AsyncGatehouse gives to the parts that it is made of."""

    async def send(self, call: Call[T]) -> T:
        """Makes a call."""
        raise NotImplementedError

    def _pages(self, call: Call[Piece[T]]) -> AsyncIterator[T]:
        raise NotImplementedError
