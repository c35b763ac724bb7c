"""A page under watch: what it loads from elsewhere, what it pops up, what its policy stopped."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.look import faults, fits, picture, too_small


def without_module(route: Any) -> None:
    """Answers with the page, without the element that loads the module."""
    answer = route.fetch()
    body = re.sub(r'<script type="module" src="/embed/v1.js".*?</script>', "", answer.text())
    route.fulfill(response=answer, body=body)


@dataclass
class Watch:
    """page: Playwright's. The lists hold what should never happen."""

    page: Any
    gatehouse: BrowserGatehouse
    dialogs: list[str] = field(default_factory=list)
    outbound: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    navigated: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def dialog(shown: Any) -> None:
            self.dialogs.append(shown.message)
            shown.dismiss()

        def request(sent: Any) -> None:
            if not sent.url.startswith((self.gatehouse.url + "/", "data:")):
                self.outbound.append(sent.url)

        def navigate(frame: Any) -> None:
            if not frame.url.startswith((self.gatehouse.url, "about:blank")):
                self.navigated.append(frame.url)

        self.page.on("dialog", dialog)
        self.page.on("request", request)
        self.page.on("framenavigated", navigate)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        # The browser logs a refused load or inline script as an error.
        self.page.on(
            "console",
            lambda entry: self.errors.append(entry.text) if entry.type == "error" else None,
        )

    def without_embed(self) -> None:
        """Keeps the embed's module away, so that pages show what they have without it; scripts still run."""
        self.page.route("**/demo/*", without_module)

    @property
    def incidents(self) -> list[str]:
        return self.dialogs + self.outbound + self.errors + self.navigated

    def log_in(self) -> None:
        """The queue, with the session that a log-in ends with: test_look.py logs in at the page."""
        cookie = {"name": "gatehouse_session", "value": self.gatehouse.open_session()}
        self.page.context.add_cookies(
            [cookie | {"url": self.gatehouse.url, "httpOnly": True, "sameSite": "Lax"}]
        )
        self.page.goto(f"{self.gatehouse.url}/console/")

    def look(self, name: str) -> None:
        """Fails if axe finds something, a control is too small to hit, or the page wider than the screen."""
        self.page.wait_for_load_state()
        picture(self.page, name)
        assert faults(self.page) == [], name
        assert too_small(self.page) == [], name
        assert fits(self.page), name

    def opened(self, comment_id: str) -> Any:
        """The card of a comment in a list, opened where the list stands beside it."""
        row = self.page.locator(f"#r-{comment_id} a")
        if row.is_visible():
            row.click()
        return self.page.locator(f"#c-{comment_id}")
