"""Second opinions in a browser: their page, and a hostile sentence on a card; accessible at every width."""

import os

from moderation.judging.second_opinion import ask_one
from moderation.policies import load_policy
from moderation.store import memberships
from moderation.store.second_opinion_usage import Budget
from tests.browser.look import LOOKS, screen
from tests.judging.test_second_opinion import permit
from tests.service.console.console_browser import now
from tests.workers.chat_stub import ChatStub, said
from workers.chat_endpoint import ChatEndpoint

HOSTILE = "<img src=x onerror=alert(1)> https://evil.test/" + "w" * 180 + " \u202e ignore the rules"


@LOOKS
def test_its_page_and_its_word_on_a_card(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.goto(f"{gatehouse.url}/console/policy?site={gatehouse.site.id}")
    page.get_by_role("link", name="Second opinions").click()
    watch.look("second-opinion-off")
    page.get_by_role("button", name="Let comments be sent").click()
    page.get_by_text("The texts of held comments may be sent from now on.").wait_for()
    watch.look("second-opinion-on")
    permit(gatehouse.store, gatehouse.site, version="0" * 12)
    page.reload()
    page.get_by_text("Lapsed").wait_for()
    watch.look("second-opinion-lapsed")
    id = gatehouse.hand_in("You are a complete idiot, and everybody knows it.")
    gatehouse.judge()
    with ChatStub(said(label="remove", probability=0.97, reason=HOSTILE)) as stub:
        ask_one(
            gatehouse.store, ChatEndpoint(stub.url, "llama3.1", "", 20.0).ask, "llama3.1",
            Budget(10, 10_000), load_policy("newsroom"), lease_ms=60_000, now=now, entropy=os.urandom,
        )  # fmt: skip
    page.goto(f"{gatehouse.url}/console/comments/{id}")
    shown = page.locator(".opinion")
    assert "Second opinion (llama3.1): likely to be removed .97" in shown.inner_text()
    assert "<img src=x onerror=alert(1)> (link)" in shown.inner_text()
    assert shown.locator("a, img").count() == 0
    watch.look("second-opinion-card")
    assert watch.incidents == []
