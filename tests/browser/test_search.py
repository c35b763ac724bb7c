"""Searching in a browser: the key, the box, chips and cards, on a desktop and on a phone."""

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from moderation.upkeep.search_index import index_due
from tests.browser.look import LOOKS, screen
from tests.service.console.console_browser import held


@pytest.fixture
def furnished(gatehouse):
    page = PageRef(f"{gatehouse.url}/harbour/{'p' * 300}", "The harbour wall " * 20)
    names = ("Bertil Storm", "\u202egnirts desrever", "<b>Bold</b>")
    for name in names:
        author = AuthorRef(name, "", "https://x.test/" + "w" * 150)
        held(gatehouse.store, gatehouse.site, "A bad wall, Zoë, in the harbour.", page=page, author=author)  # fmt: skip
    held(gatehouse.store, gatehouse.site, "A good wall.")
    index_due(gatehouse.store)
    return gatehouse


@LOOKS
def test_a_search_is_accessible_and_its_results_are_decided_about(visit, furnished, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))

    watch.log_in()
    watch.look("queue-with-search")
    keys = watch.page.keyboard
    keys.press("/")
    expect(watch.page.locator("#search")).to_be_focused()
    keys.type("zoe / wall")
    assert watch.page.locator("#search").input_value() == "zoe / wall"
    keys.press("Enter")
    expect(watch.page.locator(".card")).to_have_count(3)
    watch.look("search")
    keys.press("j")
    keys.press("d")
    expect(watch.page.locator(".stub")).to_have_count(1)
    watch.page.get_by_role("link", name="Rejected", exact=True).click()
    expect(watch.page.locator(".card")).to_have_count(1)
    watch.page.locator(".history summary").click()
    watch.page.get_by_role("link", name="More on this page").click()
    expect(watch.page.locator(".card")).to_have_count(3)
    watch.look("search-page")
    watch.page.goto(f"{furnished.url}/console/?query=nowhere")
    watch.look("search-empty")
    assert watch.incidents == []


def test_it_works_without_a_script(visit, furnished):
    watch = visit(java_script_enabled=False)
    watch.log_in()
    watch.page.get_by_label("Search comments").fill("harbour wall")
    watch.page.get_by_role("button", name="Search").click()
    watch.page.locator(".card").first.get_by_role("button", name="Approve", exact=True).click()
    assert "query=harbour" in watch.page.url
    assert watch.page.locator("#notice").is_visible()
    assert watch.page.get_by_label("Search comments").input_value() == "harbour wall"
