"""How soon the next comment is on the screen after a decision by key, in Chromium, and when the decision is answered.

    python -m bench.next_comment [--decisions 40]

Milliseconds from the key to the second frame after it, and to the end of the answer, of the API as a process of its own.
"""

import argparse
import os
import shutil
from collections.abc import Sequence
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from bench.environment import bench_environment
from bench.queue_pages import ALLOWED, filled_pages
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess

_DECIDE = """async () => {
    const card = document.activeElement, form = card.querySelector("form.actions");
    const began = performance.now();
    const frame = () => new Promise(requestAnimationFrame);
    const answered = new Promise((done) => form.addEventListener("htmx:afterRequest", () => done(performance.now() - began)));
    card.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    while (document.activeElement === card || !document.activeElement.matches(".card:not(.stub)")) await frame();
    await frame();
    return [performance.now() - began, await answered];
}"""


def chromium() -> str | None:
    """CHROMIUM, else a Chromium on the PATH; None for the one that Playwright installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def measured(gatehouse: GatehouseProcess, decisions: int) -> tuple[list[float], list[float]]:
    """Seconds until the next comment is shown, and until the answer, of each decision."""
    held = next(page for page in filled_pages(gatehouse, 1_000) if page.name == "held, by a score")
    name, _, value = held.headers["Cookie"].partition("=")
    gatehouse.start_api()
    url = f"http://127.0.0.1:{gatehouse.port}"
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": name, "value": value, "url": url}])
        page = context.new_page()
        page.goto(url + held.path)
        page.keyboard.press("j")
        while page.evaluate("document.activeElement.matches('.campaign')"):  # they ask first
            page.keyboard.press("j")
        pairs = [page.evaluate(_DECIDE) for _ in range(decisions)]
        browser.close()
    shown, answered = zip(*pairs, strict=True)
    return [each / 1000 for each in shown], [each / 1000 for each in answered]


def _row(what: str, seconds: Sequence[float]) -> tuple[Any, ...]:
    in_order = sorted(seconds)
    return (
        what,
        *map(milliseconds, (median(in_order), in_order[len(in_order) * 9 // 10], in_order[-1])),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.next_comment", description=__doc__)
    parser.add_argument("--decisions", type=int, default=40)
    arguments = parser.parse_args()
    with (
        bench_environment(postgresql=False) as environment,
        environment.gatehouse({"webhook_allow": ALLOWED}) as gatehouse,
    ):
        shown, answered = measured(gatehouse, arguments.decisions)
    head = (f"{arguments.decisions} decisions, ms", "median", "p90", "most")
    print(table(head, [_row("the next comment is shown", shown), _row("the answer", answered)]))


if __name__ == "__main__":
    main()
