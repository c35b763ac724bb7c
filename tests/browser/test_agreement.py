"""Agreement in a browser: an editor reads what two persons differ about, says who is right, sets the share; accessible at every width."""

from moderation.clock import now_ms
from moderation.domain.durations import HOUR_MS
from moderation.store import memberships
from tests.accounts.test_audit import changed
from tests.browser.look import LOOKS, faults, fits, screen, too_small
from tests.review.test_second_looks import looked_at


@LOOKS
def test_an_editor_settles_what_people_differ_about(visit, gatehouse, scheme, width):
    store, site, editor = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    with store.write() as connection:
        memberships.grant(connection, editor, site.id, "editor")
    looked_at(store, site, now_ms() - HOUR_MS)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/statistics?site={site.id}")
    page.get_by_role("link", name="Agreement").click()
    page.get_by_role("heading", name="What people differ about").wait_for()
    watch.look("agreement")
    assert page.get_by_text("A bad look.").is_visible(), "who is right is seen in the text"
    assert fits(page) and faults(page) == [] and too_small(page) == []
    page.get_by_role("button", name="It should be published").click()
    page.get_by_text("Noted. The comment stays as it is.").wait_for()
    assert page.get_by_text("Nothing that waits for an editor.").is_visible()
    page.get_by_label("Per cent of decisions; 0 for none").fill("7")
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_text("From now on that share of decisions gets a second look.").wait_for()
    watch.look("agreement-settled")
    assert fits(page) and faults(page) == [] and too_small(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "agreement.csv"
    noted = [(by, change) for by, change, *_ in changed(store, site.id)][-2:]
    assert noted == [(editor, "agreement.settled"), (editor, "site.reviews_changed")]
    assert watch.incidents == []
