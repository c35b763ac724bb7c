"""Several comments at once, claims and notes in a browser, on a desktop and on a phone."""

import os

from moderation.domain.comment import AuthorRef
from moderation.review import bulk_batches, claims
from tests.browser.test_look import LOOKS, WIDTHS, faults, too_small
from tests.service.console.console_browser import held, moderator, now


@LOOKS
def test_deciding_together_is_accessible(visit, gatehouse, shots, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    watch = visit(viewport=size, color_scheme=scheme)

    def look(name: str, *, full_page: bool = True) -> None:
        path = shots / f"{name}-{scheme}-{width}.png"
        watch.page.screenshot(path=path, full_page=full_page)
        assert faults(watch) == [], name
        assert too_small(watch) == [], name
        assert watch.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name

    store, site = gatehouse.store, gatehouse.site
    author = AuthorRef("N" * 60, identity="id:ann")
    ids = held(store, site, *(f"A bad thought, number {n}." for n in range(6)), author=author)
    bo = moderator(store, "bo@herald.test", site)
    claims.claim(store, bo, {site.id}, ids[1])
    watch.log_in()
    keys = watch.page.keyboard
    keys.press("j")
    keys.press("x")
    watch.page.locator(".pick:visible").nth(2).click()
    look("together-ticked")
    look("together-in-view", full_page=False)
    bar = watch.page.locator(".bulk")
    assert bar.bounding_box()["y"] < size["height"], "the buttons are within reach"
    bar.get_by_role("button", name="Reject").click()
    expect(watch.page.get_by_role("heading", name="Reject 2 comments?")).to_be_visible()
    look("together-confirm")
    keys.press("Enter")
    expect(watch.page.get_by_text("Done: 2 of 2")).to_be_visible()
    look("together-done")
    watch.page.get_by_role("button", name="Undo all of it").click()
    expect(watch.page.get_by_text("Undone: 2 of 2")).to_be_visible()
    watch.page.goto(f"{gatehouse.url}/console/bulk")
    look("together-list")
    # What a colleague has claimed.
    watch.page.goto(f"{gatehouse.url}/console/")
    card = watch.opened(ids[1])
    card.get_by_role("button", name="Approve").click()
    expect(card.get_by_role("alert")).to_contain_text("Nothing was changed")
    shown = f"#c-{ids[1]} .pick:visible, #r-{ids[1]} .pick:visible"
    expect(watch.page.locator(shown)).to_be_visible()
    watch.errors.clear()  # the browser told the console of that 409
    look("together-claimed")
    card.get_by_label("Decide although").check()
    card.get_by_role("button", name="Approve").click()
    expect(watch.page.locator(f"#c-{ids[1]}.stub")).to_be_attached()
    free = watch.opened(ids[4])
    free.get_by_role("button", name="Claim").click()
    expect(free).to_contain_text("You have claimed this")
    # Notes.
    watch.page.goto(f"{gatehouse.url}/console/comments/{ids[0]}")
    watch.page.get_by_label("A note to your colleagues").fill("w" * 2_001)
    watch.page.get_by_role("button", name="Add the note").click()
    expect(watch.page.get_by_role("alert")).to_contain_text("2,000")
    watch.errors.clear()  # and of the 422
    look("together-note-refused")
    watch.page.get_by_label("A note to your colleagues").fill(f"A teacher.\n{'w' * 200}")
    watch.page.get_by_role("radio", name="its author").check()
    watch.page.get_by_role("button", name="Add the note").click()
    expect(watch.page.get_by_text("about the author")).to_be_visible()
    look("together-notes")
    assert watch.incidents == []


def test_progress_is_shown_as_it_comes(visit, gatehouse, shots):
    from playwright.sync_api import expect

    held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(101)))
    watch = visit(viewport={"width": 390, "height": 844})
    watch.log_in()
    watch.page.get_by_label("that match").check()
    watch.page.locator(".bulk").get_by_role("button", name="Spam").click()
    watch.page.get_by_role("button", name="Spam").click()
    expect(watch.page.get_by_text("Under way: 0 of 101")).to_be_visible()
    watch.page.screenshot(path=shots / "together-under-way-phone.png", full_page=True)
    assert faults(watch) == []
    assert not bulk_batches.resume_unfinished(gatehouse.store, now, os.urandom, lambda: True)
    expect(watch.page.get_by_text("Done: 101 of 101")).to_be_visible()
    assert watch.page.locator("[hx-get]").count() == 0
    assert watch.incidents == []


def test_it_works_without_a_script(visit, gatehouse):
    held(gatehouse.store, gatehouse.site, "A bad thought.", "Another bad thought.")
    watch = visit(java_script_enabled=False)
    watch.log_in()
    watch.page.locator(".pick:visible").first.click()
    watch.page.locator(".bulk").get_by_role("button", name="Approve").click()
    watch.page.get_by_role("button", name="Approve 1 comment").click()
    assert watch.page.get_by_text("Done: 1 of 1").is_visible()
    watch.page.get_by_role("button", name="Undo all of it").click()
    assert watch.page.get_by_text("Undone: 1 of 1").is_visible()
    watch.page.get_by_role("link", name="Back to the comments").click()
    assert watch.page.locator(".card").count() == 2
