"""What changes in the console while a page is open: counts, and a word of new comments that moves nothing."""

import os

from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.store import sessions
from tests.browser.look import LOOKS, faults, picture, screen, too_small
from tests.service.console.console_browser import held, now

PATIENCE = 60_000  # ms


def furnish(gatehouse, *texts):
    page = PageRef(gatehouse.demo, "The night ferry comes back")
    return held(gatehouse.store, gatehouse.site, *texts, page=page)


@LOOKS
def test_new_comments_are_counted_and_wait_until_they_are_asked_for(
    visit, gatehouse, width, scheme
):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = visit(**screen(width, scheme))
    furnish(gatehouse, *(f"A bad thought, number {n}." for n in range(3)))
    watch.log_in()
    page = watch.page
    expect(page.locator("#count-held")).to_have_text("3")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".card").nth(1)).to_be_focused()  # once it is known whose it is
    before = page.locator(".card:focus").evaluate(
        "(card) => [card.id, card.getBoundingClientRect().y]"
    )
    [new] = furnish(gatehouse, "A new bad thought.")
    expect(page.locator("#count-held")).to_have_text("4", timeout=PATIENCE)
    fresh = page.get_by_role("status").filter(has_text="1 new comment")
    expect(fresh).to_be_visible(timeout=PATIENCE)
    after = page.locator(".card:focus").evaluate(
        "(card) => [card.id, card.getBoundingClientRect().y]"
    )
    assert after == before, "what is read stands where it stood, and has the focus"
    assert page.locator(f"#c-{new}").count() == 0
    picture(page, "live", full_page=False)
    assert faults(watch.page) == []
    assert too_small(watch.page) == []
    furnish(gatehouse, "And one more bad one.")
    expect(page.get_by_role("link", name="2 new comments")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("r")
    expect(page.locator(f"#c-{new}")).to_be_attached()
    expect(page.locator("#fresh")).to_be_empty()
    if width == "desktop":
        expect(page.locator(".panes .card[data-open]")).to_have_id(before[0])
    assert watch.incidents == []


def test_a_decision_of_a_colleague_changes_the_counts_and_takes_the_word_back(visit, gatehouse):
    from playwright.sync_api import expect

    watch = visit()
    watch.log_in()
    expect(watch.page.locator("#count-held")).to_have_text("0")
    assert watch.page.locator("#count-pending").is_hidden()
    [comment_id] = furnish(gatehouse, "A bad thought.")
    expect(watch.page.get_by_role("link", name="1 new comment")).to_be_visible(timeout=PATIENCE)
    decisions.decide(
        gatehouse.store,
        gatehouse.moderator_id,
        {gatehouse.site.id},
        comment_id,
        Outcome.REJECT,
        now=now(),
        entropy=os.urandom,
    )
    expect(watch.page.locator("#count-rejected")).to_have_text("1", timeout=PATIENCE)
    expect(watch.page.locator("#count-held")).to_have_text("0")
    expect(watch.page.locator("#fresh")).to_be_empty(timeout=PATIENCE)


def test_where_there_is_no_stream_the_counts_are_asked_for(visit, gatehouse):
    from playwright.sync_api import expect

    watch = visit()
    watch.page.route("**/console/events*", lambda route: route.fulfill(status=503))
    watch.page.clock.install()
    watch.log_in()
    furnish(gatehouse, "A bad thought.")
    watch.page.clock.run_for(30_000)
    expect(watch.page.locator("#count-held")).to_have_text("1", timeout=PATIENCE)


def test_a_session_that_ends_elsewhere_hears_nothing_more(visit, gatehouse):
    from playwright.sync_api import expect

    watch = visit()
    watch.log_in()
    furnish(gatehouse, "A bad thought.")
    expect(watch.page.locator("#count-held")).to_have_text("1", timeout=PATIENCE)
    with (
        watch.page.expect_response(
            lambda answer: "/console/counts" in answer.url and answer.status == 401,
            timeout=PATIENCE,
        ),
        gatehouse.store.write() as connection,
    ):
        sessions.sign_out(connection, gatehouse.moderator_id)
    furnish(gatehouse, "Another bad thought.")
    assert watch.page.locator("#count-held").inner_text() == "1"
