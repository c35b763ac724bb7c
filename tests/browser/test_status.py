"""The writer's own page in a browser: the link of the receipt shows the status, and an appeal is sent."""

import os

from moderation.domain.decision import Outcome
from moderation.review import decisions
from tests.browser.look import LOOKS, screen
from tests.service.console.console_browser import now


@LOOKS
def test_the_link_of_a_receipt_shows_the_status_and_an_appeal_is_sent(
    visit, gatehouse, scheme, width
):
    watch = visit(**screen(width, scheme))
    id = gatehouse.hand_in("The four crowns are fair.", "Marit Holm", age=5)
    by = (gatehouse.store, "mod_1", [gatehouse.site.id], id)
    decisions.decide(*by, Outcome.REJECT, now=now(), entropy=os.urandom)
    page, url = watch.page, f"{gatehouse.url}/status/{id}"

    page.goto(url)
    page.get_by_label("The token of the receipt").wait_for()
    watch.look("status-token")
    page.goto("about:blank")  # another fragment alone loads no page
    page.goto(f"{url}#{gatehouse.store.crypto.author_token(id)}")
    page.get_by_text("Your comment was not published.").wait_for()
    assert page.url == url, "the token stays out of the history"
    watch.look("status-rejected")
    page.get_by_label("What should be looked at again?").fill("It was <b>meant</b> kindly.")
    page.get_by_role("button", name="Send the appeal").click()
    page.get_by_text("Your appeal was received.").wait_for()
    watch.look("status-appealed")
    assert watch.incidents == []
