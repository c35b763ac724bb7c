"""The menu of sites: every one of forty can be seen and reached, whatever it is called."""

import pytest

from moderation.store import memberships
from tests.browser.look import LOOKS, faults, fits, picture, screen, too_small
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
            memberships.grant(connection, gatehouse.moderator_id, site.id, "moderator")
    return added


@LOOKS
def test_every_site_is_reached_through_the_menu(visit, gatehouse, sites, scheme, width):
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    for number, site in enumerate((*sites[:4], sites[-1])):
        page.locator("details.sites summary").click()
        link = page.locator(f"details.sites a[href$='{site.id}']")
        link.scroll_into_view_if_needed()
        watch.look(f"sites-{number}")
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


@LOOKS
def test_the_menu_is_narrowed_down_by_typing(visit, gatehouse, sites, scheme, width):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    gatehouse.hand_in("You idiot.", site_id=sites[1].id)
    gatehouse.judge()
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.locator("details.sites summary").click()
    links, field = page.locator("details.sites nav a:visible"), page.get_by_label("Find a site")
    expect(field).to_be_focused()
    expect(links).to_have_count(42)
    page.keyboard.type("paper 7")
    expect(links).to_have_text(["Paper number 17 0", "Paper number 27 0", "Paper number 7 0"])
    field.fill("nothing like it")
    expect(page.get_by_text("No site has this name.")).to_be_visible()
    picture(page, "sites-none", full_page=False)
    field.fill("الميناء")
    expect(links).to_have_text(["أخبار الميناء 1"])
    assert faults(page) == [] and too_small(page) == []
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**site={sites[1].id}")
    assert watch.incidents == []


@LOOKS
def test_all_sites_are_one_desk(visit, gatehouse, sites, scheme, width):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    ids = [
        gatehouse.hand_in("You idiot.", f"Reader {n}", site_id=site.id)
        for n, site in enumerate(sites[:4])
    ]
    gatehouse.judge()
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/?site=all")
    picture(page, "sites-all")
    assert faults(page) == [] and too_small(page) == []
    assert fits(page)
    expect(page.locator("#count-held")).to_have_text("4")
    for site in sites[:4]:
        expect(page.locator(".card .chip", has_text=site.name[:40])).to_have_count(1)
    for n in range(4):
        page.keyboard.press("j" if n == 0 else "Shift")
        page.keyboard.press("a")
        expect(page.locator(".stub")).to_have_count(n + 1)
    expect(page.locator("#count-held")).to_have_text("0")
    page.keyboard.press("z")
    expect(page.locator(".stub")).to_have_count(3)
    expect(page.locator("#count-held")).to_have_text("1")
    assert len(ids) == 4 and watch.incidents == []
