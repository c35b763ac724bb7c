"""An admin finds what is kept of a person, downloads it and erases it, at every width."""

import json

from moderation.domain.comment import AuthorRef
from moderation.store import memberships
from tests.browser.look import LOOKS, faults, fits, screen, too_small


@LOOKS
def test_a_person_is_found_handed_out_and_erased(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    dan = AuthorRef("Dan", "dan@private.test")
    ids = [gatehouse.hand_in(f"A fine ferry {n}.", author=dan) for n in range(2)]
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/people?site={gatehouse.site.id}")
    page.get_by_role("link", name="What is kept of a person who comments").click()
    page.get_by_label("Found by").select_option(label="A comment of theirs, cmt_…")
    page.get_by_label("Who it is").fill(ids[1])
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="What is kept", exact=True).wait_for()
    watch.look("personal-data-by-comment")
    page.get_by_label("Found by").select_option("email")
    page.get_by_label("Who it is").fill("Dan@private.test")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="What is kept", exact=True).wait_for()
    watch.look("personal-data-found")
    assert "private" not in page.url, "a URL is written down in many places"
    assert fits(page) and faults(page) == [] and too_small(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all of it").click()
    document = json.loads(download.value.path().read_text())
    assert [comment["id"] for comment in document["comments"]] == ids
    page.get_by_label("I am sure. It cannot be taken back.").check()
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_text("2 comments were erased").wait_for()
    watch.look("personal-data-erased")
    assert fits(page) and faults(page) == [] and too_small(page) == []
    assert watch.incidents == []
