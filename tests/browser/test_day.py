"""A moderator's day at the desk, from the first key to the phone in the evening: no step of it needs more than is said here."""

import os

import pytest

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.review import bulk_batches, claims, decisions, queues
from moderation.store import memberships
from moderation.upkeep.search_index import index_due
from tests.browser.look import screen
from tests.browser.test_campaigns import flood
from tests.browser.test_open_comments import PATIENCE, WIDE, however_slow
from tests.service.console.console_browser import held, moderator, now

LARGE = 500  # comments of one page, decided about as one
BY_KEYS = 50


@pytest.fixture
def morning(gatehouse):
    """What came in over night: a campaign, LARGE comments about the pier, BY_KEYS others and a few, one by Ida. Their ids, by what they are."""
    store, site = gatehouse.store, gatehouse.site
    with store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, site.id, "editor")
    campaign = flood(gatehouse)
    gatehouse.judge()
    pier = PageRef(f"{gatehouse.url}/pier", "The pier")
    texts = [f"A bad word about the pier, number {n}." for n in range(LARGE)]
    about_pier = held(store, site, *texts[: LARGE // 2], page=pier)
    about_pier += held(store, site, *texts[LARGE // 2 :], page=pier)
    ida = AuthorRef("Ida Quist", "ida@mail.test", identity="id:ida")
    [by_ida] = held(store, site, "A bad word: seven grey herons on the pier.", author=ida)
    others = held(store, site, *(f"A bad thought, number {n}." for n in range(BY_KEYS + 4)))
    index_due(store)
    return {"campaign": campaign, "pier": about_pier, "ida": by_ida, "others": others}


def test_a_day_at_the_desk(visit, gatehouse, morning):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    store, site = gatehouse.store, gatehouse.site
    clock = {"now": now(), "entropy": os.urandom}
    bo = moderator(store, "bo@lantern.test", site)
    watch = visit(**WIDE)
    watch.log_in()
    page, keys = watch.page, watch.page.keyboard
    however_slow(page)

    def status(comment_id):
        return queues.get_card(store, {site.id}, comment_id).status

    # The campaign asks first; then it is three keys for all of it.
    for key in ("s", "s", "Enter"):
        keys.press(key)
    expect(page.locator(".campaign, .stub").first).to_contain_text(
        "campaign of 6", timeout=PATIENCE
    )
    assert {status(id) for id in morning["campaign"]} == {Status.SPAM}

    # Fifty comments, fifty keys, and one that selects.
    page.goto(f"{gatehouse.url}/console/?site={site.id}&queue=held&order=newest")
    page.evaluate("window.kept = true")
    however_slow(page)
    keys.press("j")
    for n in range(BY_KEYS):
        keys.press("ads"[n % 3])
    expect(page.locator(".item.decided")).to_have_count(BY_KEYS, timeout=4 * PATIENCE)
    assert page.evaluate("window.kept"), "no page was loaded"
    expect(page.locator("#count-held")).to_have_text(str(LARGE + 1 + 4), timeout=PATIENCE)
    keys.press("z")
    expect(page.locator(".item.decided")).to_have_count(BY_KEYS - 1, timeout=PATIENCE)
    keys.press("a")
    expect(page.locator(".item.decided")).to_have_count(BY_KEYS, timeout=PATIENCE)

    # "My comment is gone": by its words, and by the e-mail.
    for asked in ('"grey herons"', "ida@mail.test"):
        keys.press("/")
        keys.type(asked)
        with page.expect_navigation():
            keys.press("Enter")
        expect(page.locator(".item")).to_have_count(1, timeout=PATIENCE)
        expect(page.locator(f"#r-{morning['ida']}")).to_be_visible(timeout=PATIENCE)

    # A note to a colleague, and the author is refused from now on.
    for key in ("j", "p"):
        keys.press(key)
    card = page.locator(f"#c-{morning['ida']}")
    card.locator(".from-now-on").get_by_role("button", name="Refuse").first.click()
    expect(card.get_by_text("refused").first).to_be_visible(timeout=PATIENCE)
    with page.expect_navigation():
        page.locator(f"#c-{morning['ida']} .when a").click()
    page.get_by_label("A note to your colleagues").fill("Writes each spring. @bo, do you know her?")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes")).to_contain_text("Writes each spring.")

    # Five hundred by a filter, and all of it back, but for what somebody has decided since.
    page.goto(f"{gatehouse.url}/console/?site={site.id}&status=held&page_url={gatehouse.url}/pier")
    page.get_by_label("that match").check()
    page.locator(".bulk").get_by_role("button", name="Reject").click()
    page.get_by_role("button", name=f"Reject {LARGE} comments").click()
    bulk_batches.resume_unfinished(store, now, os.urandom, lambda: True)
    expect(page.get_by_text(f"Done: {LARGE} of {LARGE}")).to_be_visible(timeout=PATIENCE)
    assert {status(id) for id in morning["pier"]} == {Status.REJECTED}
    since = morning["pier"][7]
    decisions.decide(store, bo, {site.id}, since, Outcome.SPAM, **clock)
    page.get_by_role("button", name="Undo all of it").click()
    bulk_batches.resume_unfinished(store, now, os.urandom, lambda: True)
    expect(page.locator("#progress")).to_contain_text("1 not taken back", timeout=PATIENCE)
    expect(page.get_by_role("list", name="Not changed").get_by_role("listitem")).to_have_count(
        1, timeout=PATIENCE
    )
    assert status(since) is Status.SPAM
    assert {status(id) for id in morning["pier"] if id != since} == {Status.HELD}

    # A colleague's claim is taken over knowingly.
    claimed = morning["pier"][9]
    claims.claim(store, bo, {site.id}, claimed)
    page.goto(f"{gatehouse.url}/console/?site={site.id}&queue=held&open={claimed}")
    card = page.locator(f"#c-{claimed}")
    page.locator(f"#r-{claimed} a").click()
    expect(card).to_contain_text("bo@lantern.test is deciding about this")
    keys.press("t")
    expect(card).to_contain_text("You have claimed this")
    keys.press("d")
    expect(page.locator(f"#r-{claimed}")).to_contain_text("Rejected")
    assert watch.incidents == []

    # In the evening, on the phone: the first comment and its buttons are on the first screen.
    phone = visit(**screen("phone"), has_touch=True, is_mobile=True)
    phone.log_in()
    first = phone.page.locator(".card").first
    reject = first.get_by_role("button", name="Reject", exact=True)
    assert reject.bounding_box()["y"] + 44 < phone.page.viewport_size["height"]
    reject.tap()
    expect(phone.page.locator(".stub").first).to_contain_text("Rejected")
    assert phone.incidents == []
