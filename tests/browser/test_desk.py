"""The two panes of a list, its filters and views in a browser, on a desktop and on a phone; with and without scripts."""

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from service.console.navigation import PAGE_SIZE
from tests.browser.look import LOOKS, screen
from tests.service.console.console_browser import held

FIRST_LOAD = 120_000  # bytes over the wire
ROWS = 6  # of the list on a laptop


def furnish(gatehouse, count=8):
    """Held comments, the first of them a reply, one of a name and a page of letters from right to left; their ids."""
    store, site = gatehouse.store, gatehouse.site
    page = PageRef(f"{gatehouse.url}/news/1", "اجتماع المجلس البلدي " * 4)
    [parent] = held(store, site, "A good article.", page=page)
    first = held(store, site, "A bad answer.", page=page, parent_id=parent)
    author = AuthorRef("عبد الرحمن بن محمد " * 4, identity="id:a")
    more = (f"A bad thought, number {n}. {'And more of it. ' * 9}" for n in range(count - 1))
    return first + held(store, site, *more, page=page, author=author)


@LOOKS
def test_the_desk_is_accessible(visit, gatehouse, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))

    ids = furnish(gatehouse)
    watch.log_in()
    watch.look("desk")
    if width == "phone":
        box = watch.page.locator(".card").first.bounding_box()
        assert box["y"] + 150 < watch.page.viewport_size["height"], (
            "the first comment is above the fold"
        )
    else:
        boxes = [each.bounding_box() for each in watch.page.locator(".item").all()]
        assert len([box for box in boxes if box["y"] + box["height"] <= 800]) >= ROWS
        expect(watch.page.locator(".card:visible")).to_have_count(1)
        expect(watch.page.locator(".context:visible")).to_contain_text("It answers")
        watch.page.evaluate("window.kept = true")
        watch.page.locator(".item a").nth(2).click()
        expect(watch.page.locator(f"#c-{ids[2]}")).to_be_focused()
        expect(watch.page.locator(f"#c-{ids[2]} .context")).to_contain_text("The author")
        expect(watch.page.locator(".item a[aria-current]")).to_have_count(1)
        watch.page.keyboard.press("d")
        expect(watch.page.locator(f"#r-{ids[2]}")).to_contain_text("Rejected")
        expect(watch.page.locator(f"#c-{ids[3]}")).to_be_focused()
        watch.look("desk-decided")
        watch.page.get_by_role("button", name="Undo: ").first.click()
        expect(watch.page.locator(f"#r-{ids[2]} a")).to_have_attribute("aria-current", "true")
        assert watch.page.evaluate("window.kept"), "no page was loaded"
        watch.page.get_by_role("button", name="Compact rows").click()
        expect(watch.page.locator(".panes.compact")).to_be_visible()
        watch.look("desk-compact")
    watch.page.get_by_text("Filter and order").click()
    watch.look("desk-conditions")
    watch.page.get_by_label("Author", exact=True).fill("عبد")
    watch.page.locator(".refine select[name=order]").select_option("toxicity")
    watch.page.get_by_role("button", name="Show", exact=True).click()
    expect(watch.page.get_by_role("link", name="Author: عبد")).to_be_visible()
    watch.page.get_by_text("Views", exact=True).click()
    watch.page.get_by_label("Save what is shown as").fill("Hers, the worst first")
    watch.look("desk-views")
    watch.page.get_by_role("button", name="Save the view").click()
    watch.page.locator(".views summary").click()
    expect(watch.page.get_by_role("link", name="Hers, the worst first")).to_be_visible()
    assert watch.incidents == []


def test_without_a_script_a_row_opens_its_comment_and_the_list_stays(visit, gatehouse):
    ids = furnish(gatehouse)
    watch = visit(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    watch.log_in()
    watch.page.locator(".item a").nth(1).click()
    assert f"open={ids[1]}" in watch.page.url
    watch.page.locator(f"#c-{ids[1]}").wait_for()
    assert watch.page.locator(f"#c-{ids[0]}").is_hidden()
    assert (
        "The author, known by account" in watch.page.locator(f"#c-{ids[1]} .context").inner_text()
    )
    assert watch.page.locator(".item").count() == len(ids)
    watch.page.locator(f"#c-{ids[1]}").get_by_role("button", name="Reject", exact=True).click()
    watch.page.locator("#notice").wait_for()
    watch.page.get_by_role("button", name="Take back last").click()
    watch.page.wait_for_url(f"**/console/comments/{ids[1]}")


@pytest.mark.parametrize("language", ["de-DE", "ar-XB"])
def test_the_tab_that_is_open_is_in_sight_on_a_phone(visit, gatehouse, language):
    furnish(gatehouse)
    look = screen("phone", "light") | {"extra_http_headers": {"Accept-Language": language}}
    page = visit(**look).page
    page.goto(gatehouse.login_url())
    page.locator("button.primary").click()
    for queue in ("spam", "held"):
        page.goto(f"{gatehouse.url}/console/?queue={queue}")
        strip = page.locator(".tabs")
        assert strip.evaluate("each => each.scrollWidth > each.clientWidth"), "it is a strip"
        box = page.locator(".tabs [aria-current]").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


def test_the_first_load_is_small(visit, gatehouse):
    furnish(gatehouse, PAGE_SIZE + 1)
    watch = visit(viewport={"width": 1280, "height": 800})
    watch.log_in()
    urls = watch.page.evaluate(
        """() => [location.href, ...[...document.querySelectorAll('script[src], link[href]')]
            .map(each => each.src || each.href)]"""
    )
    answers = [watch.page.context.request.get(url) for url in urls]
    assert len(answers) == 14
    assert 20_000 < sum(int(each.headers["content-length"]) for each in answers) < FIRST_LOAD
