"""In a browser: reported comments narrowed down and in order, comments from the same network as a list, and an author held from
the second pane.
"""

import os

from moderation.domain.comment import AuthorRef, Context, Status
from moderation.domain.decision import Outcome
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.report import report
from moderation.review import author_filters
from moderation.review.decisions import decide
from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.factories import card
from tests.service.console.console_browser import now


def furnish(gatehouse) -> list[str]:
    """Four comments of two readers from one network, reported for this and that; the third one first."""
    known = [AuthorRef("Marit Holm", identity="id:m"), AuthorRef("Old Per", identity="id:p")]
    ids = [
        gatehouse.hand_in(
            f"The ferry at {n + 7} is {n + 3} minutes late, see https://ferry-times.com/{n}",
            age=9 - n,
            author=known[n % 2],
            context=Context(f"203.0.113.{n}"),
        )
        for n in range(4)
    ]
    gatehouse.judge()
    for id in ids:
        clock = {"now": now(), "entropy": os.urandom}
        decide(gatehouse.store, "mod_bo", {gatehouse.site.id}, id, Outcome.APPROVE, **clock)
    for number, n in enumerate((2, 0, 1, 3)):
        reason = ReportReason.ABUSE if n < 2 else ReportReason.OFF_TOPIC
        reader = Reporter("", f"address {number}")
        clock = {"now": now() + number, "entropy": os.urandom}
        assert not report(gatehouse.store, ids[n], reason, "", reader, **clock)
    return ids


def rows(page) -> list[str]:
    return [each.get_attribute("id").removeprefix("c-") for each in page.locator(".card").all()]


@LOOKS
def test_what_is_reported_is_narrowed_down_put_in_order_and_saved(visit, gatehouse, width, scheme):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    ids = furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Reported 4").click()
    expect(page.locator(".refine .hint").first).to_have_text("longest waiting first")
    assert rows(page) == [ids[n] for n in (2, 0, 1, 3)]
    watch.look("desk-reported")
    page.get_by_role("link", name="abuse 2").click()
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Reported")
    assert rows(page) == ids[:2]
    page.get_by_text("Filter and order").click()
    page.get_by_label("Author", exact=True).fill("id:m")
    page.locator(".refine select[name=order]").select_option("newest")
    watch.look("desk-reported-conditions")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name="Author: id:m")).to_be_visible()
    assert rows(page) == ids[:1]
    page.get_by_text("Views", exact=True).click()
    page.get_by_label("Save what is shown as").fill("Reports about her")
    page.get_by_role("button", name="Save the view").click()
    # Without the reason both of hers, the newest first; the chip takes the other condition away.
    page.get_by_label("Filter by reason").get_by_role("link", name="all").click()
    assert rows(page) == [ids[2], ids[0]]
    watch.look("desk-reported-chosen")
    page.get_by_role("link", name="Author: id:m").click()
    assert rows(page) == ids[::-1]
    page.get_by_label("Status").get_by_role("link", name="Held").click()
    expect(page.get_by_role("heading", name="Nothing was found")).to_be_visible()
    page.locator(".views summary").click()
    page.get_by_role("link", name="Reports about her").click()
    assert rows(page) == ids[:1]
    assert watch.incidents == []


def test_comments_of_the_same_network_are_a_list_that_is_decided_about_as_a_whole(visit, gatehouse):
    from playwright.sync_api import expect

    ids = furnish(gatehouse)
    watch = visit(viewport={"width": 1280, "height": 800})
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Reported 4").click()
    page.get_by_role("link", name="From the same network: 3").first.click()
    page.wait_for_url("**same_network=*")
    assert "203.0.113" not in page.content() and "203.0.113" not in page.url
    expect(page.get_by_role("link", name="Same network as: Marit Holm")).to_be_visible()
    assert rows(page) == ids[::-1]
    expect(page.get_by_text("All 4 that match, not only those ticked")).to_be_visible()
    watch.look("desk-same-network")
    # A filter is added to it, and the condition stays.
    page.get_by_text("Filter and order").click()
    page.get_by_label("Author", exact=True).fill("id:p")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("All 2 that match, not only those ticked").click()
    page.get_by_role("button", name="Reject …").click()
    page.get_by_role("button", name="Reject 2 comments").click()
    page.wait_for_url("**/console/bulk/bulk_*")
    by_old_per = {card(gatehouse.store, gatehouse.site, id).status for id in ids[1::2]}
    assert by_old_per == {Status.REJECTED}
    assert watch.incidents == []


def test_an_author_is_held_from_the_second_pane_with_a_key_and_the_list_stays(visit, gatehouse):
    from playwright.sync_api import expect

    ids = furnish(gatehouse)
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    watch = visit(viewport={"width": 1280, "height": 800})
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Reported 4").click()
    page.evaluate("window.kept = true")
    opened = page.locator(f"#c-{ids[0]}")
    for key in ("j", "j", "p"):
        page.keyboard.press(key)
    expect(opened).to_have_attribute("data-open", "")
    hold = opened.get_by_role("button", name="Hold this author, as they are known here")
    expect(hold).to_be_visible()
    expect(opened.locator(".from-now-on select").first).to_be_focused()
    watch.look("desk-from-now-on")
    hold.click()
    undo = opened.get_by_role("button", name="Undo: this author, as they are known here held")
    expect(undo).to_be_visible()
    expect(page.locator("#announcement")).to_have_text("From now on: changed.")
    assert page.evaluate("window.kept"), "no page was loaded"
    watch.look("desk-from-now-on-held")
    marked = author_filters.of_comment(gatehouse.store, {gatehouse.site.id}, ids[0], 0)
    assert marked[0].filters[0].name.startswith("Held authors, until ")
    undo.click()
    expect(undo).to_have_count(0)
    # The next key is about the comment that is open.
    page.keyboard.press("a")
    expect(page.locator(f"#r-{ids[0]}")).to_contain_text("Approved")
    assert watch.incidents == []


def test_without_a_script_the_author_is_held_from_the_list_too(visit, gatehouse):
    ids = furnish(gatehouse)
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    watch = visit(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Reported 4").click()
    page.locator(".item a").nth(1).click()
    opened = page.locator(f"#c-{ids[0]}")
    opened.get_by_text("From now on", exact=True).click()
    opened.get_by_role("button", name="Refuse Links to ferry-times.com").or_(
        opened.get_by_role("button", name="Refuse ferry-times.com")
    ).click()
    assert "queue=reported" in page.url and f"open={ids[0]}" in page.url
    opened.get_by_text("From now on 1").click()
    opened.get_by_role("button", name="Undo: ferry-times.com refused").wait_for()
    assert watch.incidents == []
