"""Two moderators clear one queue at once by keys, each in a Chromium of their own: how long it takes, and whether a decision is made twice or lost.

    python -m bench.two_moderators [--postgresql] [--comments 1000]

Each presses a key as soon as the next comment is shown. What their pages were answered is compared with what the database has in the end.
The API is a process of its own.
"""

import argparse
import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import sqlalchemy as sa
from playwright.async_api import Browser, Page, Response, TimeoutError, async_playwright

from bench.environment import bench_environment
from bench.next_comment import chromium
from bench.table import table
from harness.gatehouse_process import GatehouseProcess
from harness.load import percentile
from harness.texts import made_up
from moderation.domain.comment import AuthorRef, PageRef, Submission, fingerprint
from moderation.domain.decision import Outcome
from moderation.domain.ids import timed_id
from moderation.intake.submit import submit
from moderation.review.decisions import decide
from moderation.store import memberships, moderators, sessions
from moderation.store.sql.schema.judging import decisions

KEYS = {"a": "approve", "d": "reject", "s": "spam"}
PATIENCE = 10_000  # ms for the next comment; after that the list is loaded again
_AT = "document.activeElement?.closest('.card:not(.stub, [data-others], [data-gone])')?.id ?? ''"
_NEXT = "was => { const card = document.activeElement?.closest('.card:not(.stub)'); return card && card.id !== was; }"
_ANSWERED = "() => !document.querySelector('.item [aria-busy=true]')"


@dataclass
class Moderator:
    """keys: decisions asked for. made: (comment, outcome) that the service has confirmed. told: how many it refused, and the page
    said so. shown: seconds from each key until the next comment had the focus.
    """

    id: str
    session: str
    keys: int = 0
    told: int = 0
    made: list[tuple[str, str]] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    async def clear(self, browser: Browser, url: str, path: str) -> None:
        """Decides until nothing waits."""
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        cookie = {"name": "gatehouse_session", "value": self.session, "url": url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        page.on("response", self._hear)
        while True:
            await page.goto(url + path)
            if not await page.locator(".card:not(.stub)").count():
                return
            await page.keyboard.press("j")
            await self._decide(page)
            await page.wait_for_function(_ANSWERED)

    async def _decide(self, page: Page) -> None:
        """By keys, as long as another comment follows that nobody else has."""
        for key in itertools.cycle(KEYS):
            here = await page.evaluate(_AT)
            if not here:
                await asyncio.sleep(0.2)  # what is left is the other's
                return
            began = time.perf_counter()
            await page.keyboard.press(key)
            self.keys += 1
            try:
                await page.wait_for_function(_NEXT, arg=here, timeout=PATIENCE)
            except TimeoutError:
                return
            self.shown.append(time.perf_counter() - began)

    def _hear(self, answer: Response) -> None:
        if not answer.url.endswith("/decisions"):
            return
        comment_id = answer.url.split("/")[-2]
        [outcome] = parse_qs(answer.request.post_data or "")["outcome"]
        if answer.ok:
            self.made.append((comment_id, outcome))
        else:
            self.told += 1


def fill(gatehouse: GatehouseProcess, count: int) -> list[Moderator]:
    """Two moderators, and so many comments that a third person holds for them."""
    store, site, now = gatehouse.store, gatehouse.site, time.time_ns() // 1_000_000
    people = []
    with store.write() as connection:
        for name in ("ada", "bo", "cy"):
            who = moderators.add(connection, f"{name}@herald.test", "", now, os.urandom)
            memberships.grant(connection, who, site.id, "moderator")
            people.append(Moderator(who, sessions.open_session(connection, who, now, os.urandom)))
    *two, third = people
    comments = [
        Submission(
            timed_id("cmt", now - count + number, os.urandom(10)),
            site.id,
            PageRef("https://herald.test/news/1", "News"),
            AuthorRef(f"Reader {number}"),
            text,
            now - count + number,
            fingerprint=fingerprint(text, str(number)),
        )
        for number, text in enumerate(made_up(count))
    ]
    submit(store, comments, personal_days=30, entropy=os.urandom)
    for comment in comments:
        hold = (store, third.id, {site.id}, comment.id, Outcome.HOLD)
        decide(*hold, now=now, entropy=os.urandom)
    return two


async def _clear(gatehouse: GatehouseProcess, two: Sequence[Moderator]) -> float:
    """Seconds until both found nothing more."""
    path = f"/console/?site={gatehouse.site.id}&queue=held&order=oldest"
    async with async_playwright() as started:
        options = {"executable_path": chromium(), "args": ["--no-sandbox"]}
        browsers = [await started.chromium.launch(**options) for _ in two]  # type: ignore[arg-type]
        began = time.perf_counter()
        url = f"http://127.0.0.1:{gatehouse.port}"
        await asyncio.gather(
            *(who.clear(each, url, path) for who, each in zip(two, browsers, strict=True))
        )
        took = time.perf_counter() - began
        for browser in browsers:
            await browser.close()
    return took


def measure(postgresql: bool, count: int) -> str:
    with bench_environment(postgresql) as environment, environment.gatehouse() as gatehouse:
        two = fill(gatehouse, count)
        gatehouse.start_api()
        took = asyncio.run(_clear(gatehouse, two))
        load = os.getloadavg()[0]
        with gatehouse.store.read() as connection:
            columns = decisions.c
            rows = connection.execute(
                sa.select(columns.comment_id, columns.actor_id, columns.outcome)
                .where(columns.actor_id.in_([who.id for who in two]))
            ).all()  # fmt: skip
    times = Counter(row.comment_id for row in rows)
    stored = Counter((row.actor_id, row.comment_id, row.outcome) for row in rows)
    said = Counter((who.id, *made) for who in two for made in who.made)
    shown = [seconds for who in two for seconds in who.shown]
    cells = {
        "database": "PostgreSQL" if postgresql else "SQLite",
        "comments": f"{count:,}",
        "s": f"{took:.0f}",
        "keys": " + ".join(str(who.keys) for who in two),
        "next shown, ms: median / p95": " / ".join(f"{1000 * percentile(shown, share):.0f}" for share in (0.5, 0.95)),
        "decided once": f"{sum(number == 1 for number in times.values()):,}",
        "twice": sum(number > 1 for number in times.values()),
        "never": count - len(times),
        "confirmed and lost": sum((said - stored).values()),
        "refused and told": sum(who.told for who in two),
    }  # fmt: skip
    return f"{table(list(cells), [list(cells.values())])}\n\nload {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.two_moderators", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--comments", type=int, default=1_000)
    arguments = parser.parse_args()
    print(measure(arguments.postgresql, arguments.comments))


if __name__ == "__main__":
    main()
