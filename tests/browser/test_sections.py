"""Somebody of a section in a browser: the queue with what stands there, a decision by key, and the page where sections are given."""

from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.browser.test_look import furnish


@LOOKS
def test_sections_are_given_and_worked_in(visit, gatehouse, scheme, width):
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
    page.goto(f"{gatehouse.url}/console/statistics")
    page.get_by_text("This page is about a whole site").wait_for()
    watch.look("section-no-site")
    assert watch.incidents == []
