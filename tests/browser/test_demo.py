"""The demo newspaper in a browser: the embed as on any site, and the operator's look at what is held."""

import os

from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.review.decisions import decide
from tests.browser.look import LOOKS, screen
from tests.service.console.console_browser import now

RUDE = "You are a complete idiot, and so is the ferry."


@LOOKS
def test_the_operator_sees_what_became_of_a_comment(visit, gatehouse, scheme, width):
    gatehouse.hand_in("Glad to see her back.", "Marit Holm", age=30)
    lighthouse = PageRef(f"{gatehouse.url}/demo/lighthouse")
    arabic = gatehouse.hand_in("نور جميل", "سلمى", page=lighthouse, age=20)
    gatehouse.judge()
    decide(
        gatehouse.store,
        gatehouse.moderator_id,
        {gatehouse.site.id},
        arabic,
        Outcome.APPROVE,
        now=now(),
        entropy=os.urandom,
    )
    watch = visit(**screen(width, scheme))
    page = watch.page

    page.goto(f"{gatehouse.url}/demo")
    watch.look("newspaper")
    page.goto(lighthouse.url)
    page.locator("gatehouse-comments article .said").wait_for()
    watch.look("newspaper-rtl")
    page.get_by_role("link", name="The Harbour Lantern").click()
    page.get_by_role("link", name="The night ferry comes back", exact=True).click()
    page.get_by_role("heading", name="1 comment").wait_for()
    assert page.get_by_text("Only you see this").count() == 0
    watch.log_in()
    page.goto(gatehouse.demo)
    # Until the thread is there, the page's own form stands in the embed's place.
    page.locator("gatehouse-comments section").last.wait_for()
    page.get_by_label("Comment *").fill(RUDE)
    page.get_by_label("Name").fill("Bertil Storm")
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_url("**/demo/ferry?gatehouse=received#respond")
    gatehouse.judge()
    page.locator("#peek li").get_by_text("Bertil Storm · held: ").wait_for()
    page.get_by_role("heading", name="1 comment").wait_for()
    watch.look("newspaper-peek")
    page.locator("#peek").get_by_role("link", name="open in the console").click()
    page.get_by_role("article", name="Bertil Storm").wait_for()
    assert watch.incidents == []
