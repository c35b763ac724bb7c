"""The filters' pages in a browser: written, previewed, saved; accessible at every width."""

import os

from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.review import filters
from moderation.store import memberships
from tests.browser.look import LOOKS, STACKED, screen
from tests.service.console.console_browser import now


def furnish(gatehouse) -> None:
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    for n, name in enumerate(
        ["casino", "N" * 80, f"Z{STACKED}algo"[:80], "قائمة الكلمات", "<b>bold</b>", "off"]
    ):
        draft = FilterDraft(name, FilterKind.WORDS, FilterAction.SPAM, ("casino", f"word{n}"))
        added = filters.add_filter(
            gatehouse.store, gatehouse.site.id, draft, "command", now=now(), entropy=os.urandom
        )
        if name == "off":
            filters.switch_filter(
                gatehouse.store, {gatehouse.site.id}, added.id, False, "x", now=now()
            )
    for text, name in [
        ("My <i>specialist</i> is a socialist; cialis is not " + "x" * 300, "Carol"),
        (f"f{STACKED} cialis أنتم حمقى", "\u202egnirts"),
        ("cialis", "N" * 245),
    ]:
        gatehouse.hand_in(text, name)


@LOOKS
def test_the_pages_of_filters_are_accessible(visit, gatehouse, scheme, width):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Filters").click()
    watch.look("filters-empty")
    furnish(gatehouse)
    page.reload()
    watch.look("filters")
    page.get_by_role("link", name="New filter").click()
    page.get_by_label("Name", exact=True).fill("pills")
    page.get_by_label("Patterns").check()
    page.get_by_label("Entries").fill("ok\n(")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#entries")).to_be_focused()
    watch.errors.clear()  # the browser told the console of that 422
    watch.look("filter-wrong")
    page.get_by_label("Entries").fill("cialis")
    page.get_by_role("button", name="Try on").click()
    page.get_by_text("3 of 3 comments would have matched").wait_for()
    expect(page.locator("#trial")).to_be_focused()
    watch.look("filter-tried")
    page.get_by_label("Except inside").fill("specialist\nsocialist")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("“pills” was added").wait_for()
    page.get_by_role("link", name="pills").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("“pills” was removed").wait_for()
    watch.look("filter-removed")
    assert watch.incidents == []
