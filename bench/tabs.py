"""How soon readers with an article open in Chromium see that a comment was approved, and no longer see one that was rejected.

    python -m bench.tabs [--tabs 20] [--decisions 10]

Seconds from the moderator's decision by HTTP until the last of the tabs shows it: a new comment is told by a button, as
nothing moves that is being read. The API is a process of its own; each tab is a reader of their own.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.environment import bench_environment
from bench.next_comment import chromium
from bench.read import PAGE, fill_page
from bench.streams import ask
from bench.table import table
from harness.gatehouse_process import GatehouseProcess
from moderation.store import sites

COMMENTS = 30  # on the page before
_ARTICLE = """<!doctype html><html lang="en"><title>Harbour</title><div id="comments"></div>
<script type="module" src="{api}/embed/v1.js" data-site="{site}" data-page="{page}"></script></html>"""
_INSIDE = "document.querySelector('gatehouse-comments')?.shadowRoot"
_BUTTON = f"{_INSIDE}.querySelector('button.fresh')"
_TOLD = f"!{_BUTTON}.hidden && {_BUTTON}.textContent.includes('1 new comment')"


@contextmanager
def article(gatehouse: GatehouseProcess) -> Iterator[str]:
    """The URL of a page of the site with the embed on it, from an origin of its own."""
    api = f"http://127.0.0.1:{gatehouse.port}"
    html = _ARTICLE.format(api=api, site=gatehouse.site.id, page=PAGE).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        origin = f"http://127.0.0.1:{server.server_port}"
        with gatehouse.store.write() as connection:
            sites.add_origins(connection, gatehouse.site, [origin])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{origin}/harbour"
        server.shutdown()


def open_tabs(browser: Browser, url: str, count: int) -> list[Page]:
    """Tabs of as many readers, once each shows the thread."""
    tabs = [browser.new_context().new_page() for _ in range(count)]
    for page in tabs:
        page.goto(url)
    for page in tabs:
        page.wait_for_function(f"{_INSIDE}?.querySelectorAll('article').length > 9", timeout=60_000)
    return tabs


def seen(gatehouse: GatehouseProcess, tabs: list[Page], number: int) -> tuple[float, float]:
    """Seconds until the last tab has told of an approval, and until the comment is gone from the last one."""
    text = f"The ferry was late again, for the time {number}."
    comment = {"page": {"url": PAGE}, "author": {"name": "Alice"}, "text": text}
    id = ask(gatehouse, "/api/v1/comments", comment)["id"]
    decisions = f"/api/v1/comments/{id}/decisions"
    times = []
    for outcome, shown in (
        ("approve", _TOLD),
        ("reject", f"!{_INSIDE}.getElementById('comment-{id}')"),
    ):
        began = time.perf_counter()
        ask(gatehouse, decisions, {"outcome": outcome})
        for page in tabs:
            page.wait_for_function(shown, polling=50, timeout=60_000)
        times.append(time.perf_counter() - began)
        if outcome == "approve":
            for page in tabs:
                page.evaluate(f"{_BUTTON}.click()")
                page.wait_for_function(f"{_INSIDE}.getElementById('comment-{id}')", timeout=60_000)
    return times[0], times[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tabs", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=10)
    arguments = parser.parse_args()
    with bench_environment() as environment, environment.gatehouse() as gatehouse:
        fill_page(gatehouse, COMMENTS)
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            gatehouse.start_api()
            with article(gatehouse) as url:
                tabs = open_tabs(browser, url, arguments.tabs)
                pairs = [seen(gatehouse, tabs, number) for number in range(arguments.decisions)]
            browser.close()
    rows = [
        (what, f"{median(seconds):.2f}", f"{max(seconds):.2f}")
        for what, seconds in zip(("approval", "rejection"), zip(*pairs, strict=True), strict=True)
    ]
    print(table((f"seen in all of {arguments.tabs} tabs, s", "median", "longest"), rows))


if __name__ == "__main__":
    main()
