"""Somebody of a section in a browser: the queue with what stands there and comes, decisions about one and about all, and the page where sections are given."""

from moderation.domain.comment import PageRef
from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.browser.test_live import PATIENCE
from tests.browser.test_look import furnish


@LOOKS
def test_sections_are_given_and_worked_in(visit, gatehouse, scheme, width):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/people")
    page.get_by_label("E-mail").fill("cleo@lantern.test")
    page.get_by_label("In these sections alone").fill("sport")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("A section is the beginning of the path").wait_for()
    watch.errors.clear()  # the browser told the console of that 422
    assert page.get_by_label("In these sections alone").input_value() == "sport"
    watch.look("people-section-wrong")
    page.get_by_label("In these sections alone").fill("/sport /local")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("Send this link to").wait_for()
    page.get_by_text("/local", exact=True).wait_for()
    watch.look("people-sections")
    with gatehouse.store.read() as connection:
        path = connection.exec_driver_sql(
            "SELECT p.path FROM pages p JOIN comments c ON c.page_id = p.id WHERE c.status = 'held' LIMIT 1"
        ).scalar_one()
    section = "/" + path.split("/")[1]
    with gatehouse.store.write() as connection:
        memberships.grant(
            connection, gatehouse.moderator_id, gatehouse.site.id, "moderator", (section,)
        )
    page.goto(f"{gatehouse.url}/console/")
    page.get_by_role("link", name="Held").wait_for()
    watch.look("section-queue")
    card = page.locator(".card").first
    name = card.locator("h2 .name").inner_text()
    card.get_by_role("button", name="Reject").first.click()
    page.locator(".stub").first.wait_for(state="attached")  # what comes next is open
    page.goto(f"{gatehouse.url}/console/?queue=mine")
    page.locator("article.card").first.wait_for()
    assert name in page.content()
    page.locator("article.card .when a").first.click()
    page.get_by_role("heading", name="Notes").wait_for()
    watch.look("section-comment")
    page.goto(f"{gatehouse.url}/console/")
    waiting = page.locator("#count-held")
    shown = int(waiting.inner_text())
    gatehouse.hand_in("You are a stupid idiot.", page=PageRef(f"{gatehouse.url}{section}/live"))
    gatehouse.hand_in("You stupid idiots.", page=PageRef(f"{gatehouse.url}/elsewhere/1"))
    gatehouse.judge()
    expect(page.get_by_text("1 new comment")).to_be_visible(timeout=PATIENCE)
    expect(waiting).to_have_text(str(shown + 1))
    watch.look("section-new-comment")
    page.get_by_text("1 new comment").click()
    page.get_by_text("not only those ticked").click()
    page.get_by_role("button", name="Reject …").click()
    many = f"{shown + 1} comment" + "s" * (shown > 0)
    page.get_by_role("heading", name=f"Reject {many}?").wait_for()
    watch.look("section-bulk")
    page.get_by_role("button", name=f"Reject {many}").click()
    page.get_by_text(f"{shown + 1} of {shown + 1}").wait_for()
    page.get_by_role("link", name="All such decisions").click()
    page.get_by_role("link", name=f"Rejected: {many}").click()
    page.get_by_role("button", name="Undo all of it").click()
    page.get_by_text("Undone").first.wait_for()
    watch.look("section-bulk-undone")
    page.goto(f"{gatehouse.url}/console/statistics")
    page.get_by_text("This page is about a whole site").wait_for()
    watch.look("section-no-site")
    assert watch.incidents == []
