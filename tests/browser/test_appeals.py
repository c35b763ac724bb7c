"""Appeals in a browser: who made the decision finds no buttons, another person restores the comment; accessible at every width."""

import os

from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.intake.appeal import appeal
from moderation.review import decisions, queues
from tests.browser.look import LOOKS, screen


@LOOKS
def test_an_appeal_is_answered_by_another_person(visit, gatehouse, scheme, width):
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    ids = [gatehouse.hand_in(f"You idiots, number {n}.", f"Ida {n}") for n in range(2)]
    gatehouse.judge()
    clock = {"now": now_ms(), "entropy": os.urandom}
    for id, by in zip(ids, (ada, "mod_bo"), strict=True):
        decisions.decide(store, by, {site.id}, id, Outcome.REJECT, **clock)
        appeal(store, id, "It was a quotation.", **clock)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/appeals?site={site.id}")
    watch.look("appeals")
    page.get_by_role("link", name="Ida 0").click()
    page.get_by_text("You made the decision; an appeal is answered by another person.").wait_for()
    assert page.get_by_role("button", name="Approve the comment").count() == 0
    watch.look("appeal-own")
    page.go_back()
    page.get_by_role("link", name="Ida 1").click()
    page.get_by_label("A note to whoever appealed").fill("You are right.")
    watch.look("appeal")
    page.get_by_role("button", name="Approve the comment").click()
    page.get_by_text("The decision was overturned").wait_for()
    watch.look("appeal-answered")
    statuses = [queues.get_card(store, {site.id}, id).status.value for id in ids]
    assert statuses == ["rejected", "approved"]
    assert watch.incidents == []
