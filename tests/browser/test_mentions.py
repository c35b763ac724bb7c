"""Names of colleagues are completed in a note, and a mention is found on the account; without scripts a name is typed."""

import pytest

from tests.browser.look import LOOKS, faults, picture, screen, too_small
from tests.service.console.console_browser import held, moderator


@pytest.fixture
def comment_id(gatehouse):
    for email in ("bo@lantern.test", "bea@lantern.test", "cy@lantern.test"):
        moderator(gatehouse.store, email, gatehouse.site, password="")
    return held(gatehouse.store, gatehouse.site, "A bad thought.")[0]


@LOOKS
def test_a_name_is_completed_by_key_and_by_press(visit, gatehouse, comment_id, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    note, names = page.get_by_label("A note to your colleagues"), page.locator(".names button")
    note.press_sequentially("Is this @b")
    expect(names).to_have_text(["@bea", "@bo"])
    picture(page, "mention")
    assert faults(page) == [] and too_small(page) == []
    note.press("Tab")
    expect(note).to_have_value("Is this @bea ")
    expect(note).to_be_focused()
    note.press_sequentially("and @")
    names.filter(has_text="@cy").click()
    expect(note).to_have_value("Is this @bea and @cy ")
    note.press_sequentially("mail to x@b")
    expect(names).to_have_count(0)
    note.press_sequentially(" @b")
    note.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(note).to_have_value("Is this @bea and @cy mail to x@b @bo ")
    note.press_sequentially("@c")
    expect(names).to_have_count(1)
    note.press("Escape")
    expect(names).to_have_count(0)
    assert watch.incidents == []


def test_what_is_not_answered_is_typed_in_full(visit, gatehouse, comment_id):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit()
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    page.route("**/console/colleagues?*", lambda route: route.abort())
    note = page.get_by_label("A note to your colleagues")
    with page.expect_request("**/console/colleagues?*"):
        note.press_sequentially("@bo look")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes li")).to_contain_text("@bo look")


def test_a_mention_works_without_scripts(visit, gatehouse, comment_id):
    bo = moderator(gatehouse.store, "di@lantern.test", gatehouse.site, password="")
    from tests.service.console.console_browser import link_for

    writer = visit(java_script_enabled=False)
    writer.page.goto(f"{gatehouse.url}/console/login?link={link_for(gatehouse.store, bo)}")
    writer.page.get_by_role("button", name="Log in").click()
    writer.page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    writer.page.get_by_label("A note to your colleagues").fill("@ada, what do you think?")
    writer.page.get_by_role("button", name="Add the note").click()
    watch = visit(java_script_enabled=False)
    watch.log_in()
    account = watch.page.locator("a.account")
    assert "1" in account.inner_text()
    account.click()
    watch.page.get_by_role("button", name="Open the note").click()
    watch.page.wait_for_url(f"**/console/comments/{comment_id}#notes")
    assert "1" not in watch.page.locator("a.account").inner_text()
