"""The page of terms, as an admin sees it: what they would delete is shown, and nothing sticks out."""

from moderation.store import memberships
from tests.browser.look import LOOKS, faults, fits, screen, too_small


@LOOKS
def test_terms_are_tried_and_saved(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/retention?site={gatehouse.site.id}")
    page.get_by_label("Rejected, days").fill("180")
    page.get_by_role("button", name="Show what this would delete").click()
    page.get_by_role("heading", name="What this would delete now").wait_for()
    watch.look("retention-tried")
    assert page.get_by_label("Rejected, days").input_value() == "180"
    assert fits(page) and faults(page) == [] and too_small(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("It is saved.").wait_for()
    assert watch.incidents == []
