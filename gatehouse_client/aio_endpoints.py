"""The async client's calls about webhooks: endpoints and their deliveries."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from gatehouse_client import endpoint_calls
from gatehouse_client.aio_calls import AsyncCalls
from gatehouse_client.endpoint_answers import Delivery, Endpoint


class AsyncEndpoints(AsyncCalls):
    """What AsyncGatehouse has for webhooks."""

    async def endpoints(self) -> list[Endpoint]:
        """The site's webhook endpoints."""
        return await self.send(endpoint_calls.endpoints())

    async def endpoint(self, endpoint_id: str) -> Endpoint:
        """One webhook endpoint."""
        return await self.send(endpoint_calls.endpoint(endpoint_id))

    async def add_endpoint(
        self,
        url: str,
        *,
        types: Sequence[str] = (),
        payload: str = "full",
        format: str = "standard",
        batch: int = 1,
    ) -> Endpoint:
        """Adds an endpoint; its `secret` is shown only here. types: of events, () for all.

        payload: thin, full or text. format: standard or cloudevents. batch: events in one POST, up to 100.
        """
        return await self.send(endpoint_calls.add_endpoint(url, types, payload, format, batch))

    async def switch_endpoint(self, endpoint_id: str, *, enabled: bool) -> Endpoint:
        """Stops its deliveries, or resumes them with new events."""
        return await self.send(endpoint_calls.switch_endpoint(endpoint_id, enabled))

    async def remove_endpoint(self, endpoint_id: str) -> None:
        """Removes it with its deliveries."""
        await self.send(endpoint_calls.remove_endpoint(endpoint_id))

    async def rotate_secret(self, endpoint_id: str, *, overlap_hours: int = 24) -> str:
        """A new secret; the old one also signs for `overlap_hours`, at most 720."""
        return await self.send(endpoint_calls.rotate_secret(endpoint_id, overlap_hours))

    async def test_endpoint(self, endpoint_id: str) -> str:
        """Sends a `webhook.test` message; its id."""
        return await self.send(endpoint_calls.test_endpoint(endpoint_id))

    def deliveries(
        self, endpoint_id: str, *, state: str = "", size: int = 100
    ) -> AsyncIterator[Delivery]:
        """The deliveries to it, newest first. state: due, delivered or dead; '' for all."""
        return self._pages(endpoint_calls.deliveries(endpoint_id, state, size))

    async def resend(self, delivery_id: str) -> Delivery:
        """Sends a delivery again, with the same id and the same bytes."""
        return await self.send(endpoint_calls.resend(delivery_id))

    async def replay(
        self,
        endpoint_id: str,
        *,
        what: str = "dead",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Sends the deliveries of a period again; returns their number. what: dead, all or missed. Times with a zone."""
        return await self.send(endpoint_calls.replay(endpoint_id, what, since, until))
