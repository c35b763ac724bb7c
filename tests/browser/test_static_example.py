"""examples/static in a browser, on an origin of its own, against a Gatehouse that runs."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Dialog

from gatehouse_client import Gatehouse
from moderation.store import sites
from tests.browser.look import faults
from tests.factories import key_of, newspaper

EXAMPLE = Path(__file__).parents[2] / "examples" / "static"
RUDE = "You are a stupid idiot, and so is your mill."


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def paper(running, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The folder, served as it is but for the three things that README.md says to put in."""
    folder = tmp_path_factory.mktemp("static")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    url, gatehouse_url = (f"http://127.0.0.1:{port}" for port in (server.server_port, running.port))
    site = newspaper(running.store, "The Tide Table, static", url)
    for file in EXAMPLE.iterdir():
        text = file.read_text().replace("http://127.0.0.1:5004", url)
        text = text.replace("http://127.0.0.1:8000", gatehouse_url).replace("SITE_ID", site.id)
        publishable = key_of(running.store, site, sites.PUBLISHABLE)
        (folder / file.name).write_text(text.replace("PUBLISHABLE_KEY", publishable))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with Gatehouse(key_of(running.store, site), gatehouse_url) as gatehouse:
        yield SimpleNamespace(url=f"{url}/", gatehouse=gatehouse, service=gatehouse_url)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(browser, paper):
    """Opens the article; what went wrong in the page is in `errors`."""
    opened = []

    def open_page(**options: object) -> SimpleNamespace:
        context = browser.new_context(**options)
        opened.append(context)
        # A thread may be a second old from the browser's cache, and a route is a way to do without one.
        context.route("**/api/v1/threads*", lambda route: route.continue_())
        page = context.new_page()
        errors: list[str] = []

        def refuse(dialog: Dialog) -> None:
            errors.append(dialog.message)
            dialog.dismiss()

        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", refuse)
        page.goto(paper.url)
        return SimpleNamespace(page=page, errors=errors)

    yield open_page
    for context in opened:
        context.close()


def write(page, text: str, name: str = "Carol", email: str = "") -> None:
    page.get_by_label("Comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Post Comment").click()


def test_a_script_hands_in_and_shows_what_was_approved(visit) -> None:
    reader = visit()
    page = reader.page
    text = "Bread of <img src=x onerror=alert(1)> that flour, & mine."
    write(page, text, "Carol <i>")
    page.get_by_text("Your comment is awaiting moderation.").wait_for()
    page.get_by_text("Your comment is published.").wait_for()
    texts = page.locator(".said").all_inner_texts()  # other tests have published theirs
    assert texts.count(text) == 1 and "Carol <i>" in page.locator("bdi").all_inner_texts()
    replies = "1 reply" if len(texts) == 1 else f"{len(texts)} replies"
    assert page.get_by_role("heading", name=replies).is_visible()
    assert page.get_by_label("Comment").input_value() == ""
    assert page.url.count("#") == 0 and reader.errors == []
    assert faults(reader.page) == []


def test_a_refusal_stays_beside_its_field_and_loses_nothing(visit) -> None:
    reader = visit()
    page = reader.page
    page.locator("form").evaluate("form => form.noValidate = true")
    write(page, "  \n ", "Carol", "carol@")
    page.get_by_text("Your comment was not sent.").wait_for()
    for field, flaw in (("comment", "#comment-flaw"), ("email", "#email-flaw")):
        assert page.locator(f"[name={field}]").get_attribute("aria-invalid") == "true"
        assert page.locator(flaw).inner_text() and "/" not in page.locator(flaw).inner_text()
    assert page.get_by_label("Email").input_value() == "carol@"
    assert faults(reader.page) == []
    page.route("**/api/v1/comments", lambda route: route.abort())
    write(page, "A thought.")
    page.get_by_text("Please try again shortly.").wait_for()
    assert page.get_by_label("Comment").input_value() == "A thought."
    assert page.locator(".flaw").count() == 0
    page.unroute("**/api/v1/comments")
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_text("Your comment is awaiting moderation.").wait_for()


def test_what_is_sent_again_is_one_comment(visit, paper) -> None:
    page = visit().page
    keys = []

    def lost(route) -> None:
        """Gatehouse has it, and its answer never arrives."""
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.route("**/api/v1/comments", lost, times=1)
    write(page, "It is the third mill of the bay.")
    page.get_by_text("Please try again shortly.").wait_for()
    with page.expect_request("**/api/v1/comments") as again:
        page.get_by_role("button", name="Post Comment").click()
    assert again.value.headers["idempotency-key"] == keys[0]
    page.get_by_text("Your comment is published.").wait_for()
    assert [comment.text for comment in paper.gatehouse.thread(paper.url)].count(
        "It is the third mill of the bay."
    ) == 1


def test_without_a_script_the_form_is_enough(visit, paper) -> None:
    page = visit(java_script_enabled=False).page
    assert not page.locator("#said").is_visible()
    write(page, RUDE, "Dan")
    assert page.url == f"{paper.url}?gatehouse=received#respond"
    assert page.locator("#said").is_visible()
    with_script = visit().page
    with_script.get_by_role("heading", name=re.compile("repl(y|ies)")).wait_for()
    assert RUDE not in with_script.content()


def test_the_form_hides_itself_on_a_closed_page_unless_something_is_typed(visit, paper) -> None:
    page = visit().page
    paper.gatehouse.set_page_state(paper.url, "premoderated")
    page.reload()
    page.get_by_text("A moderator looks at every comment").wait_for()
    page.get_by_label("Comment").fill("Almost done.")
    paper.gatehouse.set_page_state(paper.url, "closed")
    page.get_by_label("Name").fill("Carol")
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_text("This page takes no more comments.").wait_for()
    assert page.get_by_label("Comment").input_value() == "Almost done."
    page.reload()
    page.get_by_text("Comments are closed.").wait_for()
    assert not page.locator("form").is_visible()
    paper.gatehouse.set_page_state(paper.url, None)
    page.reload()
    page.get_by_role("button", name="Post Comment").wait_for()


def test_while_gatehouse_is_away_the_article_is_there(visit, paper) -> None:
    reader = visit()
    reader.page.route(f"{paper.service}/**", lambda route: route.abort())
    reader.page.reload()
    reader.page.get_by_text("They cannot be shown just now.").wait_for()
    assert reader.page.get_by_role("heading", level=1).is_visible() and reader.errors == []
