"""Several comments at once, claims and notes in a browser, on a desktop and on a phone."""

import os

from moderation.domain.comment import AuthorRef
from moderation.review import bulk_batches, claims
from tests.browser.look import LOOKS, faults, picture, screen
from tests.service.console.console_browser import held, moderator, now


@LOOKS
def test_deciding_together_is_accessible(visit, gatehouse, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))

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
    watch.look("together-ticked")
    picture(watch.page, "together-in-view", full_page=False)
    bar = watch.page.locator(".bulk")
    assert bar.bounding_box()["y"] < watch.page.viewport_size["height"], (
        "the buttons are within reach"
    )
    bar.get_by_role("button", name="Reject").click()
    expect(watch.page.get_by_role("heading", name="Reject 2 comments?")).to_be_visible()
    watch.look("together-confirm")
    keys.press("Enter")
    expect(watch.page.get_by_text("Done: 2 of 2")).to_be_visible()
    watch.look("together-done")
    watch.page.get_by_role("button", name="Undo all of it").click()
    expect(watch.page.get_by_text("Undone: 2 of 2")).to_be_visible()
    watch.page.goto(f"{gatehouse.url}/console/bulk")
    watch.look("together-list")
    # What a colleague has claimed.
    watch.page.goto(f"{gatehouse.url}/console/")
    card = watch.opened(ids[1])
    card.get_by_role("button", name="Approve").click()
    if width == "desktop":  # the next comment was opened at once
        told = watch.page.get_by_role("alert").filter(has_text="Nothing was changed")
        told.get_by_role("button", name="Show it").click()
    expect(card.get_by_role("alert")).to_contain_text("Nothing was changed")
    shown = f"#c-{ids[1]} .pick:visible, #r-{ids[1]} .pick:visible"
    expect(watch.page.locator(shown)).to_be_visible()
    watch.errors.clear()  # the browser told the console of that 409
    watch.look("together-claimed")
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
    watch.look("together-note-refused")
    watch.page.get_by_label("A note to your colleagues").fill(f"A teacher.\n{'w' * 200}")
    watch.page.get_by_role("radio", name="its author").check()
    watch.page.get_by_role("button", name="Add the note").click()
    expect(watch.page.get_by_text("about the author")).to_be_visible()
    watch.look("together-notes")
    assert watch.incidents == []


def test_progress_is_shown_as_it_comes(visit, gatehouse):
    from playwright.sync_api import expect

    held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(101)))
    watch = visit(viewport={"width": 390, "height": 844})
    watch.log_in()
    watch.page.get_by_label("that match").check()
    watch.page.locator(".bulk").get_by_role("button", name="Spam").click()
    watch.page.get_by_role("button", name="Spam").click()
    expect(watch.page.get_by_text("Under way: 0 of 101")).to_be_visible()
    picture(watch.page, "together-under-way")
    assert faults(watch.page) == []
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


def test_a_claim_and_an_undo_without_a_script_leave_the_comment_open(visit, gatehouse):
    ids = held(gatehouse.store, gatehouse.site, "A bad thought.", "Another bad thought.")
    watch = visit(java_script_enabled=False, viewport={"width": 1280, "height": 860})
    watch.log_in()
    page, card = watch.page, watch.opened(ids[1])
    card.get_by_role("button", name="Claim").click()
    assert page.locator(f"#c-{ids[1]}").get_by_text("You have claimed this").is_visible()
    card.get_by_role("button", name="Reject").click()
    page.locator("#notice").get_by_role("button", name="Undo").click()
    assert page.locator(f"#c-{ids[1]}").is_visible()
    # On the comment's own page it stays there.
    page.goto(f"{gatehouse.url}/console/comments/{ids[1]}")
    page.get_by_role("button", name="Claim").click()
    assert page.url.endswith(f"/console/comments/{ids[1]}")
    assert page.get_by_text("You have claimed this").is_visible()


def test_the_list_says_who_has_claimed_a_comment(visit, gatehouse):
    from playwright.sync_api import expect

    ids = held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(3)))
    bo = moderator(gatehouse.store, "bo@herald.test", gatehouse.site)
    claims.claim(gatehouse.store, bo, {gatehouse.site.id}, ids[1])
    watch = visit(viewport={"width": 1280, "height": 860})
    watch.log_in()
    page = watch.page
    expect(page.locator(f"#r-{ids[1]}")).to_contain_text("claimed by bo@herald.test")
    without = page.get_by_role("link", name="without what others have claimed")
    expect(without).to_be_visible()
    watch.opened(ids[0]).get_by_role("button", name="Claim").click()
    expect(page.locator("#announcement")).to_have_text("Claimed.")
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("claimed by you")
    without.click()
    expect(page.locator(".item")).to_have_count(2)
    # It is not offered where it would do nothing.
    page.goto(f"{gatehouse.url}/console/?queue=mine")
    expect(page.locator(".item")).to_have_count(1)
    expect(without).to_have_count(0)
    assert watch.incidents == []


def test_a_click_with_shift_ticks_all_between(visit, gatehouse):
    from playwright.sync_api import expect

    held(gatehouse.store, gatehouse.site, *(f"A bad thought, number {n}." for n in range(6)))
    watch = visit(viewport={"width": 1280, "height": 860})
    watch.log_in()
    page = watch.page
    boxes = page.locator(".item .pick input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator(".pick input:checked")).to_have_count(4)
    expect(page.locator("#announcement")).to_have_text("4 are ticked.")
    boxes.nth(3).click(modifiers=["Shift"])  # and clears them
    expect(page.locator(".pick input:checked")).to_have_count(2)
    boxes.nth(0).click()
    expect(page.locator(".pick input:checked")).to_have_count(3)
    page.locator(".bulk").get_by_role("button", name="Spam").click()
    expect(page.get_by_role("heading", name="Spam 3 comments?")).to_be_visible()
    assert watch.incidents == []
