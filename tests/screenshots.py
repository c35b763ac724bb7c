"""Pictures of every page of the console, to be looked at: on a desktop, on a phone, dark, in German, and
mirrored from right to left.

    python -m tests.screenshots FOLDER [--only queue search] [--looks phone dark]
    python -m tests.screenshots --docs

A Gatehouse of its own with made-up comments, judged by the bundled model (screenshot_pages.py); Chromium as for the browser
tests. --docs makes those few anew that are kept, in docs/images.
"""

import argparse
import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from harness.servers import SECRET, Broker
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from tests.browser.conftest import ARGUMENTS, NAMES
from tests.browser.gatehouse_process import BrowserGatehouse, open_gatehouse
from tests.screenshot_pages import furnished, paths

LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "wide": {"viewport": {"width": 1680, "height": 1000}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "german": {"viewport": {"width": 1280, "height": 800}, "locale": "de-DE"},
    "phone-german": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "de-DE"},
    "mirrored": {"viewport": {"width": 1280, "height": 800}, "extra_http_headers": {"Accept-Language": "ar-XB"}},
    "phone-mirrored": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "extra_http_headers": {"Accept-Language": "ar-XB"}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}  # fmt: skip
OPENED = {
    "conditions": ".refine summary",
    "views": ".views summary",
    "sites": ".sites summary",
    "all-sites": ".sites summary",
    "with-a-reason": ".card[data-open] .why summary",
}  # what is unfolded
KEPT = {
    "console": ("opened", "desktop"),
    "console-dark": ("queue", "dark"),
    "console-phone": ("opened", "phone-dark"),
    "console-right-to-left": ("opened", "mirrored"),
    "console-sites": ("all-sites", "desktop"),
    "console-bulk": ("bulk-new", "desktop"),
    "console-campaign": ("campaign-in-queue", "desktop"),
}  # pictures in docs/images: the page, and the look
QUALITY = 75  # of WebP: words are as sharp, and a picture has a fifth of the bytes


@contextmanager
def _gatehouse() -> Iterator[BrowserGatehouse]:
    broker = Broker()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+pysqlite:///{folder}/gatehouse.db"
        store = Store(url, SECRET)
        migrate(store)
        store.close()
        gatehouse = open_gatehouse(url, broker.url, f"{folder}/data")
        try:
            yield gatehouse
        finally:
            gatehouse.close()
            broker.remove()


def photograph(folder: Path, only: list[str], looks: list[str], kept: bool = False) -> None:
    """kept: the pictures of KEPT alone, under their names there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    count = 0
    with _gatehouse() as gatehouse, sync_playwright() as started:
        where = paths(furnished(gatehouse), gatehouse.site.id)
        browser = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        for look in looks:
            context = browser.new_context(**LOOKS[look])
            page = context.new_page()
            page.goto(gatehouse.login_url())
            page.locator("button.primary").click()
            page.wait_for_url("**/console/")
            for name, address in where.items():
                names = [file for file, shown in KEPT.items() if shown == (name, look)]
                if (kept and not names) or (only and name not in only):
                    continue
                _show(page, name, gatehouse.url + address)
                if kept:
                    (folder / f"{names[0]}.webp").write_bytes(_webp(page))
                else:
                    page.screenshot(path=folder / f"{name}-{look}.png")
                count += 1
            context.close()
        browser.close()
    print(f"{count} pictures: {folder}")


def _show(page: Page, name: str, address: str) -> None:
    page.goto(address)
    page.evaluate("document.fonts.ready")
    if summary := OPENED.get(name):
        page.locator(summary).click()
    if name == "keys-help":
        page.evaluate("help.showModal()")  # a phone has no button for it


def _webp(page: Page) -> bytes:
    asked = {"format": "webp", "quality": QUALITY}
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    return base64.b64decode(answer["data"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--only", nargs="+", default=[], help="pages, by name")
    parser.add_argument("--looks", nargs="+", default=list(LOOKS), choices=list(LOOKS))
    parser.add_argument("--docs", action="store_true", help="those that docs/images keeps")
    arguments = parser.parse_args()
    if arguments.docs:
        looks = [look for look in LOOKS if look in {look for _, look in KEPT.values()}]
        photograph(Path("docs/images"), [], looks, kept=True)
    elif arguments.folder:
        photograph(arguments.folder, arguments.only, arguments.looks)
    else:
        parser.error("say a folder, or --docs")


if __name__ == "__main__":
    main()
