"""An article of a site, on an origin of its own and under a strict policy, with the embed on it."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.store import sites
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.factories import hand_in, key_of, newspaper, reply
from tests.service.console.console_browser import now

ARTICLE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>The harbour</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main><h1>The harbour</h1>{above}<div id="comments">{inside}</div></main>{below}
<script type="module" src="{gatehouse}/embed/v1.js" data-site="{site}" data-key="{key}"{attributes}></script></body></html>"""


class Article:
    """An article on an origin of its own. url: its address, without a query. inside, above, below: HTML in the comments'
    place, before and after it. attributes: of the script element, with a space before them.
    """

    def __init__(self, gatehouse: BrowserGatehouse) -> None:
        self.gatehouse = gatehouse
        self.lang, self.inside, self.above, self.below, self.attributes = "en", "", "", "", ""
        policy = (
            f"default-src 'none'; script-src {gatehouse.url}; connect-src {gatehouse.url}; img-src data:; "
            f"base-uri 'none'; form-action 'self' {gatehouse.url}; require-trusted-types-for 'script'"
        )
        article = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(article.html.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.url = f"{self.origin}/harbour"
        self.site = newspaper(gatehouse.store, "The Tide Table", self.origin)
        self.key = key_of(gatehouse.store, self.site, sites.PUBLISHABLE)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def html(self) -> str:
        return ARTICLE.format(
            lang=self.lang,
            inside=self.inside,
            above=self.above,
            below=self.below,
            attributes=self.attributes,
            gatehouse=self.gatehouse.url,
            site=self.site.id,
            key=self.key,
        )

    def comment(self, text: str, name: str = "Dora", age: int = 0, **changes: Any) -> str:
        """A published comment on it. age: minutes."""
        values = {"page": PageRef(self.url, "The harbour"), "author": AuthorRef(name)} | changes
        submission = reply(self.site, text, at=now() - age * 60_000, **values)
        [comment_id] = hand_in(self.gatehouse.store, submission)
        self.decide(comment_id, Outcome.APPROVE)
        return comment_id

    def decide(self, comment_id: str, outcome: Outcome) -> None:
        gatehouse = self.gatehouse
        decisions.decide(
            gatehouse.store,
            gatehouse.moderator_id,
            {self.site.id},
            comment_id,
            outcome,
            now=now(),
            entropy=os.urandom,
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
