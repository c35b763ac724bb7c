"""A site with endpoints, a clock that tests advance, and senders."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.delivery import Endpoint, Response
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliver import Courier
from moderation.notify.record_attempts import Delivered
from moderation.notify.send_attempt import Send
from moderation.store.deliveries import Delivery
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import hand_in, newspaper, reply
from tests.notify.receiver import Receiver
from workers.sender import Sender


class Clock:
    """Milliseconds since 1970 UTC: now, and what it was turned forward by."""

    def __init__(self) -> None:
        self.forward = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.forward

    def turn(self, ms: int) -> None:
        self.forward += ms


@dataclass
class Newsroom:
    """One site, whose deliveries are sent by its clock. chance: of the jitter."""

    store: Store
    site: Site
    clock: Clock
    chance: float = 0.5

    def listen(
        self, receiver: Receiver, path: str = "/hook", **options: object
    ) -> tuple[Endpoint, str]:
        url = receiver.url.removesuffix("/hook") + path
        return endpoints.add_webhook(
            self.store,
            self.site.id,
            url,
            endpoints.Subscription(**options),
            allow=receiver.allow,
            now=self.clock(),
            entropy=os.urandom,
        )

    def happen(self, text: str = "A fine article.", **changes: object) -> str:
        """A comment comes in, which is an event; the comment's id."""
        return hand_in(self.store, reply(self.site, text, at=self.clock(), **changes))[0]

    def deliver(self, send: Send, **options: object) -> Delivered:
        courier = Courier(
            store=self.store,
            send=send,
            now=self.clock,
            entropy=os.urandom,
            chance=lambda: self.chance,
            **options,
        )
        return courier.drain()

    def deliveries(self, endpoint: Endpoint) -> list[Delivery]:
        """Oldest first."""
        all_deliveries = past_deliveries.list_deliveries(
            self.store, [self.site.id], endpoint.id, limit=1000
        )
        return all_deliveries[::-1]


def newsroom(store: Store) -> Newsroom:
    return Newsroom(store, newspaper(store), Clock())


def sender(*receivers: Receiver, timeout: float = 10) -> Send:
    return Sender(", ".join(receiver.allow for receiver in receivers), timeout).post


class Scripted:
    """A send with scripted answers that keeps what it should send."""

    def __init__(self, *answers: int | Response) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, Mapping[str, str], bytes]] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        self.sent.append((url, headers, body))
        answer = self.answers.pop(0) if self.answers else 200
        return Response(answer) if isinstance(answer, int) else answer
