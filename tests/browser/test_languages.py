"""German, and the mirrored language from right to left: nothing wider than the screen, nothing for axe to find."""

import pytest

from moderation.store import memberships
from tests.browser.look import WIDTHS, faults, fits, picture, screen, too_small
from tests.browser.pages_with_id import newspaper_of, people_and_things
from tests.browser.test_look import furnish

PAGES = {
    "queue": "/console/?site={site}",
    "comment": "/console/comments/{comment}",
    "search": "/console/?site={site}&query=idiot",
    "filter": "/console/filters/new?site={site}",
    "pages": "/console/pages?site={site}",
    "people": "/console/people?site={site}",
    "policy": "/console/policy?site={site}",
    "endpoint": "/console/endpoints/new?site={site}",
    "audit": "/console/audit?site={site}",
    "account": "/console/account",
    "all": "/console/?site=all",
    "bulk": "/console/bulk/{bulk}?site={site}",
    "bulk-confirm": "/console/bulk/new?site={site}&status=held&all=1",
    "campaign": "/console/campaigns/{campaign}?site={site}",
    "appeal": "/console/appeals/{appeal}",
    "reputation": "/console/reputation/author/{author}?site={site}",
    "statistics": "/console/statistics?site={site}",
    "start": "/",
}
# What all other pages are built like, and those about one thing; axe takes a second for each.
EXAMINED = (
    "queue",
    "comment",
    "policy",
    "account",
    "all",
    "bulk",
    "bulk-confirm",
    "campaign",
    "appeal",
    "reputation",
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar-XB", "rtl")])
def test_pages_have_room_for_every_language(visit, gatehouse, language, direction, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    furnish(gatehouse)
    newspaper_of(gatehouse, "أخبار الميناء")
    known = people_and_things(gatehouse)
    watch = visit(**screen(width), extra_http_headers={"Accept-Language": language})
    page = watch.page

    def look(name: str) -> None:
        picture(page, f"{language}-{name}")
        root = page.locator("html")
        assert root.get_attribute("dir") == direction, name
        assert root.get_attribute("lang") == language, name
        assert fits(page), name
        assert too_small(watch.page) == [], name
        if name in EXAMINED:
            assert faults(watch.page) == [], name

    page.goto(f"{gatehouse.url}/console/login")
    look("login")
    page.goto(gatehouse.login_url())
    page.locator("button.primary").click()
    page.wait_for_url("**/console/")
    for name, path in PAGES.items():
        page.goto(gatehouse.url + path.format(site=gatehouse.site.id, **known))
        look(name)
    page.goto(f"{gatehouse.url}/console/?site={gatehouse.site.id}")
    page.keyboard.press("?")
    look("keys")
    assert watch.incidents == []


def test_what_the_script_says_is_in_the_language_of_the_page(console):
    page = console.page
    page.context.set_extra_http_headers({"Accept-Language": "de"})
    page.reload()
    page.keyboard.press("d")
    assert page.locator("#announcement").inner_text().startswith("Nichts war ausgewählt.")


def test_a_language_that_was_chosen_stays(console):
    page = console.page
    page.goto(f"{console.gatehouse.url}/console/account")
    page.get_by_label("Language of the console").select_option("de")
    page.get_by_role("button", name="Save the language").click()
    page.get_by_role("heading", name="Sprache").wait_for()
    assert page.get_by_label("Sprache der Konsole").input_value() == "de"
    page.goto(f"{console.gatehouse.url}/console/")
    assert page.locator("html").get_attribute("lang") == "de"
