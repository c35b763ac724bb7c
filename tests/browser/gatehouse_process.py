"""A running service for the browser: the real app on a free port, judged when the test says so."""

import os
import socket
import threading
from dataclasses import dataclass
from functools import cache

import uvicorn
from fastapi import FastAPI

from harness.servers import SECRET, wait_until
from moderation.accounts import sign_in
from moderation.domain.comment import AuthorRef, PageRef
from moderation.environment import read_settings
from moderation.judging.evidence import explain_decisions, find_unexplained
from moderation.judging.judge import judge
from moderation.policies import load_policy
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from service.app import create_app
from service.http.event_stream import OpenStreams
from service.server import protocol_of
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import link_for, moderator, now


@dataclass
class BrowserGatehouse:
    """url: where it runs. site: registered with that origin, so that /demo belongs to it. app: what
    answers there. streams: of readers, who have an article open.
    """

    url: str
    store: Store
    site: Site
    moderator_id: str
    app: FastAPI
    _server: uvicorn.Server
    _thread: threading.Thread

    @property
    def streams(self) -> OpenStreams:
        streams: OpenStreams = self.app.state.reader_streams
        return streams

    @property
    def demo(self) -> str:
        return f"{self.url}/demo/ferry"

    def login_url(self) -> str:
        return f"{self.url}/console/login?link={link_for(self.store, self.moderator_id)}"

    def open_session(self) -> str:
        """The token of a new session of the moderator's."""
        with self.store.write() as connection:
            return sign_in.enter(connection, self.moderator_id, "", now(), os.urandom)

    def hand_in(self, text: str, name: str = "Carol", age: int = 0, **changes: object) -> str:
        """A comment on the demo article. age: minutes."""
        values = {
            "page": PageRef(self.demo, "The night ferry comes back"),
            "author": AuthorRef(name),
        }
        return hand_in(
            self.store, reply(self.site, text, at=now() - age * 60_000, **(values | changes))
        )[0]

    def judge(self) -> None:
        """Judges what waits, with the scorers and the policy that ship, and finds the evidence."""
        pipeline = _pipeline()
        judge(
            self.store,
            pipeline,
            load_policy("newsroom"),
            lease="browser",
            lease_ms=60_000,
            limit=500,
            now=now,
            entropy=os.urandom,
        )
        while unexplained := find_unexplained(self.store, now() + 1, started=True):
            assert explain_decisions(self.store, pipeline, unexplained, now)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.store.close()


@cache
def _pipeline() -> ScorerPipeline:
    """One for all tests: reading the models takes longer than most of them."""
    return ScorerPipeline(build_scorers("bundled"), 20.0)


def open_gatehouse(database_url: str, broker_url: str, data: str) -> BrowserGatehouse:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = read_settings(
        {
            "GATEHOUSE_DATA": data,
            "GATEHOUSE_DATABASE_URL": database_url,
            "GATEHOUSE_REDIS_URL": broker_url,
            "GATEHOUSE_SECRET_KEY": SECRET.decode(),
            "GATEHOUSE_PUBLIC_URL": url,
            "GATEHOUSE_LIMIT_ADDRESS": "10000/minute",
            "GATEHOUSE_LIMIT_LOGIN": "1000/minute",
        }
    )
    store = Store(database_url, SECRET)
    site = newspaper(store, "The Harbour Lantern", url)
    ada = moderator(store, "ada@lantern.test", site, password="")
    app = create_app(settings)
    protocol = protocol_of(app, settings)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, log_config=None))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the service answers")
    return BrowserGatehouse(url, store, site, ada, app, server, thread)
