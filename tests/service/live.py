"""A real API server with streams, for the tests of those: opened as browsers do, and closed with the test."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

import uvicorn

from harness.event_stream import EventReader
from harness.servers import SECRET, wait_until
from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.settings import Settings
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from service.server import protocol_of
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import moderator, now

PAGE = "https://herald.test/news/1"


class LiveGatehouse:
    """A Gatehouse whose API runs; ada moderates its site."""

    def __init__(self, settings: Settings, opened: ExitStack) -> None:
        self.store = Store(settings.database, SECRET)
        self.site = newspaper(self.store)
        self.ada = moderator(self.store, "ada@herald.test", self.site, password="")
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.app = create_app(settings)
        config = uvicorn.Config(self.app, http=protocol_of(self.app, settings), log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started, "the service answers")
        self._opened = opened

    def stop(self) -> None:
        """Asks the server to stop, as SIGTERM does, and waits until it has; it waits for open answers for ever."""
        self._server.should_exit = True
        self._thread.join(120)
        assert not self._thread.is_alive(), "the server stops"

    def stream(self, path: str, **headers: str) -> EventReader:
        reader = EventReader(self.port, path, headers)
        self._opened.callback(reader.close)
        return reader

    def reader(self, page_url: str = PAGE, site: Site | None = None, **headers: str) -> EventReader:
        """Somebody who has a page open."""
        query = urlencode({"page_url": page_url, "site_id": (site or self.site).id})
        return self.stream(f"/api/v1/threads/events?{query}", **headers)

    def comment(
        self, text: str = "A fine article.", page_url: str = PAGE, **changes: object
    ) -> str:
        changes = {"page": PageRef(page_url, "News"), "at": now()} | changes
        return hand_in(self.store, reply(self.site, text, **changes))[0]

    def decide(
        self, comment_id: str, outcome: Outcome, by: str = "", site: Site | None = None
    ) -> None:
        decisions.decide(
            self.store,
            by or self.ada,
            {(site or self.site).id},
            comment_id,
            outcome,
            now=now(),
            entropy=os.urandom,
        )


@contextmanager
def running(settings: Settings) -> Iterator[LiveGatehouse]:
    with ExitStack() as opened:
        gatehouse = LiveGatehouse(settings, opened)
        yield gatehouse
        gatehouse.stop()
        gatehouse.store.close()
