"""The embed and the desk in Firefox, over Mozilla's own protocol: an installed Firefox is not the one that Playwright drives."""

import os
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.servers import wait_until
from moderation.domain.decision import Outcome
from tests.browser.article import Article
from tests.conftest import skip_loudly
from tests.service.console.console_browser import held

# The driver leaves sockets to be collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FIREFOX = ("firefox-esr", "firefox")
PATIENCE = 60  # s, on a busy machine
# A container has no sandbox of its own to give; nothing here may call home.
PREFERENCES = {
    "security.sandbox.content.level": 0,
    "gfx.webrender.software": True,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
# What stands in the embed, below its closed door.
_INSIDE = "document.querySelector('gatehouse-comments').shadowRoot"


@pytest.fixture(scope="module")
def marionette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, FIREFOX)), None)
    if path is None:
        skip_loudly("NO FIREFOX FOUND: its tests did not run (install firefox-esr)")
    try:
        with warnings.catch_warnings():  # that of a library of the driver's
            warnings.simplefilter("ignore", DeprecationWarning)
            from marionette_driver.marionette import Marionette
    except ModuleNotFoundError:
        skip_loudly("NO MARIONETTE: the tests in Firefox did not run (install the dev extra)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("firefox")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("MOZ_DISABLE_SOCKET_PROCESS_SANDBOX", "1")
        started = Marionette(
            bin=path,
            port=port,
            headless=True,
            prefs=PREFERENCES,
            gecko_log=str(folder / "gecko.log"),
            startup_timeout=180,
            socket_timeout=180,
        )
        started.start_session()
        started.timeout.script = PATIENCE
        yield started
        started.quit()
        started.cleanup()


@pytest.fixture
def firefox(marionette: Any) -> Iterator["Firefox"]:
    yield Firefox(marionette)
    marionette.navigate("about:blank")
    marionette.delete_all_cookies()


class Firefox:
    """A tab of it."""

    def __init__(self, marionette: Any) -> None:
        self.open: Callable[[str], None] = marionette.navigate
        self.url: Callable[[], str] = marionette.get_url
        self._marionette = marionette

    def run(self, script: str, *values: object) -> Any:
        return self._marionette.execute_script(script, script_args=values, sandbox=None)

    def wait(self, expression: str, *values: object) -> None:
        """Until a JavaScript expression is true."""
        wait_until(lambda: self.run(f"return !!({expression})", *values), expression, PATIENCE)

    def type(self, keys: str) -> None:
        """To what has the focus, as a keyboard does."""
        actions = self._marionette.actions.sequence("key", "keyboard")
        for key in keys:
            actions.key_down(key).key_up(key)
        actions.perform()

    def picture(self, path: Path) -> None:
        path.write_bytes(self._marionette.screenshot(format="binary", full=False))

    def says(self, text: str) -> None:
        """Until the embed shows this."""
        self.wait(f"{_INSIDE}?.textContent.includes(arguments[0])", text)


def test_a_thread_is_read_written_to_and_followed(firefox: Firefox, article: Article) -> None:
    first = article.comment("The first.", age=5)
    firefox.open(article.url)
    firefox.says("The first.")
    firefox.run(
        f"""const form = {_INSIDE}.querySelector('form');
        const fill = (name, value) => {{
            const field = form.querySelector(`[name=${{name}}]`);
            field.value = value;
            field.dispatchEvent(new Event('input', {{bubbles: true}}));
        }};
        fill('author', 'Fenna'); fill('email', 'fenna@reader.test'); fill('comment', 'Written in Firefox.');
        form.requestSubmit();"""
    )
    firefox.says("Written in Firefox.")
    firefox.says("Yours · being checked")
    second = article.comment("The second.")
    firefox.says("Show 1 new comment")
    firefox.run(
        f"""[...{_INSIDE}.querySelectorAll('button')].find((each) => each.textContent.includes('1 new')).click()"""
    )
    firefox.says("The second.")
    article.decide(first, Outcome.REJECT)
    firefox.wait(f"!{_INSIDE}.getElementById('comment-' + arguments[0])", first)
    assert firefox.run(f"return !!{_INSIDE}.getElementById('comment-' + arguments[0])", second)
    assert firefox.run("return document.cookie") == ""


def test_a_queue_is_worked_off_by_keys(firefox: Firefox, gatehouse: Any) -> None:
    ids = held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(3)))
    firefox.open(gatehouse.login_url())
    firefox.run("document.querySelector('button.primary').click()")
    firefox.wait("document.querySelectorAll('.item').length === 3")
    firefox.wait("document.readyState === 'complete'")  # the scripts have run
    order = firefox.run(
        "return [...document.querySelectorAll('.item')].map((each) => each.id.slice(2))"
    )
    assert sorted(order) == sorted(ids)
    firefox.type("j")
    firefox.wait("document.activeElement.id === 'c-' + arguments[0]", order[0])
    firefox.type("a")
    firefox.wait("document.activeElement.id === 'c-' + arguments[0]", order[1])
    firefox.type("d")
    firefox.wait("document.querySelectorAll('.item.decided').length === 2")
    firefox.type("z")
    firefox.wait("document.querySelectorAll('.item.decided').length === 1")
    firefox.wait("document.activeElement.id === 'c-' + arguments[0]", order[1])
    # Both panes are there, and nothing is wider than the window.
    assert firefox.run("return document.documentElement.scrollWidth <= innerWidth")
