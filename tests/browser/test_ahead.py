"""The next comment is there before it is asked for: no request is awaited for it, and what fails is told."""

import pytest

from service.console.navigation import PAGE_SIZE
from tests.browser.test_open_comments import however_slow
from tests.service.console.console_browser import held

DECISIONS = "**/decisions"


@pytest.fixture
def desk(visit, gatehouse):
    """The held queue of 23 comments: two pages. Gives the watch, and the comments in their order."""
    held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(23)))
    watch = visit(viewport={"width": 1280, "height": 860})
    watch.log_in()
    however_slow(watch.page)
    rows = watch.page.locator(".item").all()
    return watch, [row.get_attribute("id").removeprefix("r-") for row in rows]


def test_the_next_comment_is_shown_before_the_decision_is_answered(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page, waiting = watch.page, []
    page.route(DECISIONS, lambda route: waiting.append(route))
    page.keyboard.press("j")
    expect(page.locator(f"#c-{ids[0]}")).to_be_focused()
    for n in (0, 1):
        with page.expect_request(DECISIONS):
            page.keyboard.press("a")
        assert page.evaluate("document.activeElement.id") == f"c-{ids[n + 1]}"
    # Nothing is called decided meanwhile.
    assert page.locator(".stub").count() == 0 and page.locator(".decided").count() == 0
    expect(page.locator(f"#r-{ids[0]} a")).to_have_attribute("aria-busy", "true")
    for route in waiting:
        route.continue_()
    expect(page.locator(".item.decided")).to_have_count(2)
    expect(page.locator(f"#c-{ids[2]}")).to_be_focused()
    assert page.locator("#trouble").is_hidden() and watch.incidents == []


def test_an_undo_waits_for_the_decision_that_it_takes_back(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page, waiting = watch.page, []
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".item.decided")).to_have_count(1)
    page.route(DECISIONS, lambda route: waiting.append(route))
    with page.expect_request(DECISIONS):
        page.keyboard.press("d")
    page.keyboard.press("z")
    waiting[0].continue_()
    expect(page.locator(f"#r-{ids[1]} a[data-card]")).to_be_visible()
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("Approved")
    expect(page.locator(f"#c-{ids[1]}")).to_be_focused()


def test_what_was_not_decided_is_told_and_can_be_reached(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page = watch.page
    page.keyboard.press("j")
    page.context.set_offline(True)
    page.keyboard.press("a")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("nothing was changed")
    expect(page.locator(f"#c-{ids[1]}")).to_be_focused()
    assert page.locator(".stub").count() == 0
    page.context.set_offline(False)
    # The word stays while others are decided about.
    page.keyboard.press("d")
    expect(page.locator(f"#r-{ids[1]}")).to_contain_text("Rejected")
    expect(trouble).to_be_visible()
    trouble.get_by_role("button", name="Show it").click()
    expect(page.locator(f"#c-{ids[0]}")).to_be_focused()
    expect(trouble).to_be_hidden()
    page.keyboard.press("a")
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("Approved")


def test_a_colleague_who_was_first_is_told_without_taking_the_focus(desk, gatehouse):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    from moderation.domain.decision import Outcome
    from moderation.review.decisions import decide
    from tests.service.console.console_browser import moderator, now

    watch, ids = desk
    page = watch.page
    bo = moderator(gatehouse.store, "bo@lantern.test", gatehouse.site)
    site_ids = {gatehouse.site.id}
    decide(
        gatehouse.store,
        bo,
        site_ids,
        ids[0],
        Outcome.SPAM,
        take_over=True,  # Ada has it open
        now=now(),
        entropy=lambda n: b"1" * n,
    )
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#trouble")).to_contain_text("something else happened first")
    expect(page.locator(f"#c-{ids[1]}")).to_be_focused()
    page.get_by_role("button", name="Show it").click()
    expect(page.locator(f"#c-{ids[0]} .stale")).to_contain_text("bo@lantern.test")


def test_twenty_three_decisions_by_key_need_no_page_and_wait_for_none(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page = watch.page
    assert len(ids) == PAGE_SIZE == page.locator(".item").count()
    page.evaluate("window.kept = true")
    page.keyboard.press("j")
    for n in range(15):
        page.keyboard.press("a" if n % 2 else "d")
    expect(page.locator(".item")).to_have_count(23, timeout=30_000)  # the next page came in passing
    expect(page.locator(".pages a[rel=next]")).to_have_count(0)
    for n in range(8):
        page.keyboard.press("a" if n % 2 else "s")
    expect(page.locator(".item.decided")).to_have_count(23, timeout=30_000)
    assert page.evaluate("window.kept"), "no page was loaded"
    expect(page.locator("#count-held")).to_have_text("0")
    assert watch.incidents == []


def test_a_next_page_that_does_not_come_is_still_a_link(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    page = desk[0].page
    # What the script asks for never comes, to the last; a page that somebody goes to does.
    page.route(
        "**/console/?*after=*",
        lambda route: (
            route.abort() if route.request.resource_type == "fetch" else route.continue_()
        ),
    )
    page.keyboard.press("j")
    for _ in range(PAGE_SIZE):
        page.keyboard.press("a")
    expect(page.locator(".item.decided")).to_have_count(PAGE_SIZE, timeout=30_000)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".item")).to_have_count(3)


def test_a_next_page_that_hangs_does_not_hold_the_keys_for_ever(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page, waiting = watch.page, []
    page.evaluate("window.late = new AbortController(); AbortSignal.timeout = () => late.signal")
    page.route("**/console/?*after=*", lambda route: waiting.append(route))
    page.keyboard.press("j")
    for _ in range(PAGE_SIZE):
        page.keyboard.press("a")
    expect(page.locator(".item.decided")).to_have_count(PAGE_SIZE, timeout=30_000)
    assert waiting, "the next page is on its way"
    page.keyboard.press("k")
    page.evaluate("late.abort()")
    expect(page.locator(f"#c-{ids[PAGE_SIZE - 2]}")).to_be_focused()
    assert page.get_by_role("link", name="Next page").is_visible()


def test_twenty_decisions_are_taken_back_one_by_one_each_named(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    page, ids = desk[0].page, desk[1][:PAGE_SIZE]
    page.keyboard.press("j")
    for _ in ids:
        page.keyboard.press("a")
    expect(page.locator(".item.decided")).to_have_count(PAGE_SIZE, timeout=30_000)
    for left, comment_id in enumerate(reversed(ids)):
        page.keyboard.press("z")
        expect(page.locator(f"#r-{comment_id} a[data-card]")).to_be_visible(timeout=30_000)
        expect(page.locator(f"#c-{comment_id}")).to_be_focused()
        expect(page.locator(".item.decided")).to_have_count(PAGE_SIZE - 1 - left)
        expect(page.locator("#announcement")).to_contain_text("Undone")


# Presses a key at the first moment at which a row is there as it was before.
_AT_ONCE = """
    (id) => new MutationObserver((changes, observer) => {
      if (!document.querySelector(`#r-${id} a[data-card]`)) return;
      observer.disconnect();
      const pressed = { key: "d", bubbles: true, cancelable: true };
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", pressed));
    }).observe(document.body, { childList: true, subtree: true })
"""


def test_a_key_in_the_moment_in_which_a_comment_comes_back_decides_about_it(desk):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch, ids = desk
    page = watch.page
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("Approved")
    page.evaluate(_AT_ONCE, ids[0])
    page.keyboard.press("z")
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("Rejected")
    expect(page.locator(f"#c-{ids[1]}")).to_be_focused()
    assert watch.incidents == []
