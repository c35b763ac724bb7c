"""/embed/v1.js on a page of another origin, under a strict policy: what readers see and do there."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.store import sites
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.watch import Watch
from tests.factories import hand_in, key_of, newspaper, reply
from tests.service.console.console_browser import now

ARTICLE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>The harbour</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main><h1>The harbour</h1><div id="comments">{inside}</div></main>
<script type="module" src="{gatehouse}/embed/v1.js" data-site="{site}" data-key="{key}"></script></body></html>"""


class Article:
    """An article on an origin of its own. url: its address, without a query."""

    def __init__(self, gatehouse: BrowserGatehouse) -> None:
        self.gatehouse = gatehouse
        self.lang, self.inside = "en", ""
        policy = (
            f"default-src 'none'; script-src {gatehouse.url}; connect-src {gatehouse.url}; img-src data:; "
            "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
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
            *(gatehouse.store, gatehouse.moderator_id, {self.site.id}, comment_id, outcome),
            now=now(),
            entropy=os.urandom,
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def article(gatehouse: BrowserGatehouse) -> Iterator[Article]:
    opened = Article(gatehouse)
    yield opened
    opened.close()


@pytest.fixture
def read(visit: Callable[..., Watch], article: Article) -> Callable[..., Watch]:
    """Opens the article. before: a script that runs in the page before all others."""

    def open_article(fragment: str = "", before: str = "", **options: object) -> Watch:
        watch = visit(**options)
        if before:
            watch.page.add_init_script(before)
        watch.page.goto(article.url + fragment)
        watch.page.get_by_role("heading", name="omment").first.wait_for()
        watch.page.locator("gatehouse-comments form").first.wait_for(state="attached")
        return watch

    return open_article


def elsewhere(watch: Watch, article: Article) -> list[str]:
    """What went to neither of the two, and what else should never happen."""
    outbound = [url for url in watch.outbound if not url.startswith(article.origin)]
    navigated = [url for url in watch.navigated if not url.startswith(article.origin)]
    return watch.dialogs + outbound + watch.errors + navigated


def write(page: Any, text: str, name: str = "Carol") -> None:
    page.get_by_label("Comment *").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post Comment").click()


def the_own_comment(article: Article, text: str) -> str:
    """The id of the comment with this text, as its writer's page has it."""
    from moderation.store.sql.schema import revisions

    with article.gatehouse.store.read() as connection:
        return (
            connection.execute(revisions.select().where(revisions.c.text == text)).one().comment_id
        )


def test_the_thread_is_shown_as_a_conversation(read, article):
    first = article.comment("See https://news.example/a_(b), and <b>this</b>.", age=9)
    second = article.comment("An answer.", "Emil", age=8, parent_id=first)
    article.comment("Another voice.", "Fritz", age=7)
    gone = article.comment("Rude.", "Gus", age=6)
    article.comment("An answer to Gus.", "Hal", age=5, parent_id=gone)
    article.decide(gone, Outcome.REJECT)
    watch = read()
    page = watch.page
    page.get_by_role("heading", name="4 comments").wait_for()
    assert page.locator(f"#comment-{first} + ol #comment-{second}").count() == 1
    assert page.locator(f"#comment-{gone}").inner_text().strip() == "This comment was removed."
    link = page.locator(f"#comment-{first} .said a")
    assert link.get_attribute("href") == "https://news.example/a_(b)"
    assert link.get_attribute("rel") == "nofollow ugc noopener"
    assert "<b>this</b>" in page.locator(f"#comment-{first} .said").inner_text()
    assert page.locator(f"#comment-{first} time").inner_text() == "9 minutes ago"
    assert elsewhere(watch, article) == []
    assert page.context.cookies() == []


def test_what_one_posts_is_there_at_once_and_published_when_approved(read, article):
    watch = read()
    page = watch.page
    page.get_by_role("heading", name="No comments yet").wait_for()
    write(page, "The ferry is late.")
    own = page.locator("article.own")
    own.get_by_text("Yours · being checked").wait_for()
    assert own.locator(".said").inner_text() == "The ferry is late."
    assert page.get_by_label("Comment *").input_value() == ""
    page.reload()  # it is remembered
    own.get_by_text("Yours · being checked").wait_for()
    comment_id = the_own_comment(article, "The ferry is late.")
    other = read().page
    other.get_by_role("heading", name="No comments yet").wait_for()
    article.decide(comment_id, Outcome.APPROVE)
    page.get_by_role("heading", name="1 comment").wait_for()
    assert own.locator(".state").inner_text() == "Yours"
    # Another reader is told, and nothing moves until asked.
    other.get_by_role("button", name="Show 1 new comment").click()
    other.get_by_text("The ferry is late.").wait_for()
    article.decide(comment_id, Outcome.REJECT)
    other.get_by_role("heading", name="No comments yet").wait_for()
    assert other.get_by_text("The ferry is late.").count() == 0
    own.get_by_text("Yours · not published").wait_for()
    assert elsewhere(watch, article) == []
