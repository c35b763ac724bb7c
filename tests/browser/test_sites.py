"""The menu of sites: every one of forty can be seen and reached, whatever it is called."""

import pytest

from moderation.store import moderators
from tests.browser.test_look import LOOKS, WIDTHS, faults, too_small
from tests.factories import newspaper

NAMES = [
    "The Herald of Saltmarsh and the Outer Islands, with Which is Incorporated the Morning Post",
    "أخبار الميناء",
    "N" * 200,
    "\u202egnirts desrever",
    *(f"Paper number {n}" for n in range(36)),
]


@pytest.fixture
def sites(gatehouse):
    added = [newspaper(gatehouse.store, name, f"https://{n}.test") for n, name in enumerate(NAMES)]
    with gatehouse.store.write() as connection:
        for site in added:
            moderators.grant(connection, gatehouse.moderator_id, site.id, "moderator")
    return added


@LOOKS
def test_every_site_is_reached_through_the_menu(visit, gatehouse, sites, shots, scheme, width):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    watch = visit(viewport=size, color_scheme=scheme)
    watch.log_in()
    page = watch.page
    for number, site in enumerate((*sites[:4], sites[-1])):
        page.locator("details.sites summary").click()
        link = page.locator(f"details.sites a[href$='{site.id}']")
        link.scroll_into_view_if_needed()
        page.screenshot(path=shots / f"sites-{number}-{scheme}-{width}.png")
        assert faults(watch) == [] and too_small(watch) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        link.click()
        page.wait_for_url(f"**site={site.id}")
        assert page.locator("details.sites summary bdi").inner_text() == site.name
        assert page.locator("header.top").bounding_box()["height"] < 170
    assert watch.incidents == []


def test_the_menu_works_by_keyboard_and_closes_as_menus_do(visit, gatehouse, sites):
    watch = visit()
    watch.log_in()
    page = watch.page
    menu = page.locator("details.sites")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
    focused = page.evaluate_handle("document.activeElement")
    assert focused.evaluate("link => link.closest('details.sites') !== null")
    assert focused.evaluate(
        """link => { const box = link.getBoundingClientRect();
                     return document.elementFromPoint(box.x + 9, box.y + 9).closest('a') === link }"""
    ), "a focused link can be seen"
    page.keyboard.press("Escape")
    assert not menu.locator("nav").is_visible()
    menu.locator("summary").click()
    page.locator("main").click(position={"x": 5, "y": 300})
    assert not menu.locator("nav").is_visible()


def test_a_comment_s_page_keeps_its_site(visit, gatehouse, sites):
    comment_id = gatehouse.hand_in("You idiot.", site_id=sites[1].id)
    gatehouse.judge()
    watch = visit()
    watch.log_in()
    watch.page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    assert watch.page.locator("details.sites summary bdi").inner_text() == sites[1].name
    for name in ("Filters", "Gatehouse"):
        link = watch.page.locator("header.top").get_by_role("link", name=name)
        assert link.get_attribute("href").endswith(f"?site={sites[1].id}")
    assert watch.page.url.endswith(comment_id)
