"""People and the audit in Chromium: an admin's pages, and an auditor's, who sees no button that changes anything."""

from moderation.store import memberships
from tests.browser.look import LOOKS, picture, screen


def grant(gatehouse, role):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, role)


@LOOKS
def test_an_admin_invites_and_an_auditor_only_looks(visit, gatehouse, scheme, width):
    gatehouse.hand_in("You idiot.")
    gatehouse.judge()
    grant(gatehouse, "admin")
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    def look(name):
        watch.look(f"people-{name}")
        if page.locator("header.top .me").count():
            assert page.locator("header.top").bounding_box()["height"] < 170

    page.get_by_role("link", name="People").click()
    look("list")
    page.get_by_label("E-mail").fill("cleo@herald.test")
    page.get_by_label("As", exact=True).select_option("editor")
    page.get_by_role("button", name="Make a link").click()
    look("link")
    link = page.locator("code").inner_text()
    page.locator("li h2 a").click()
    look("person")
    page.get_by_role("link", name="Remove from this site").click()
    look("removal")
    page.goto(f"{gatehouse.url}/console/audit")
    page.locator("summary", has_text="Choose").click()
    look("audit")
    grant(gatehouse, "auditor")
    page.goto(f"{gatehouse.url}/console/")
    look("auditor")
    assert not page.locator("main form[method=post]:not(.density):visible").count()
    invited = visit(**screen(width, scheme))
    invited.page.goto(gatehouse.url + link.partition("8000")[2] if "8000" in link else link)
    picture(invited.page, "people-invitation")
    invited.page.get_by_label("Choose a password").fill("correct horse battery")
    invited.page.get_by_role("button", name="Accept").click()
    invited.page.wait_for_url("**/console/?site=*")
    assert watch.incidents == [] and invited.incidents == []
