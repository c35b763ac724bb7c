"""Reputation and learning in a browser: accessible at every width, with names of every kind."""

import os

from moderation.domain.comment import AuthorRef, Context
from moderation.domain.decision import Outcome
from moderation.learning import lessons
from moderation.review import decisions
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import memberships
from tests.browser.look import LOOKS, STACKED, screen
from tests.service.console.console_browser import now

LONG = f"{'very-long-name-' * 4}x.{'and-longer-' * 4}x.example"


def furnish(gatehouse) -> str:
    """Decided comments, and one that waits, which links to both domains and comes from their author."""
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    carol = {
        "author": AuthorRef(f"Zoë{STACKED} \u202egnirts", identity="browser:1"),
        "context": Context(ip="198.51.100.7"),
    }
    texts = [
        "The ferry was late again on Sunday.",
        "I grew up on Gull Island, and we heard the horn from our beds.",
        f"Cheap watches, all brands: http://{LONG}/a",
        f"أنتم http://shop.example/ http://{LONG}/b you idiots",
    ]
    ids = [gatehouse.hand_in(text, age=9, **carol) for text in texts]
    gatehouse.judge()
    for id, outcome in zip(ids, (Outcome.APPROVE, Outcome.APPROVE, Outcome.SPAM), strict=False):
        decisions.decide(
            gatehouse.store,
            gatehouse.moderator_id,
            {gatehouse.site.id},
            id,
            outcome,
            now=now() - 300_000,
            entropy=os.urandom,
        )
    lessons.learn(gatehouse.store, load_prior(), now())
    return ids[3]


@LOOKS
def test_reputation_and_learning_are_accessible(visit, gatehouse, scheme, width):
    comment_id = furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    watch.look("reputation-comment")
    page.locator(".reputations").get_by_role("link", name="2 approved, 1 spam").first.click()
    watch.look("reputation-author")
    page.go_back()
    page.locator(".reputations").get_by_role("link", name="0 approved, 1 spam").click()
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("Reset by").wait_for()
    watch.look("reputation-reset")
    page.get_by_role("button", name="Undo the reset").click()
    page.get_by_text("Reset undone by").wait_for()
    page.get_by_role("link", name="Filters").click()
    page.get_by_role("link", name="Learning").click()
    watch.look("learning")
    page.get_by_role("button", name="Undo version 1").click()
    page.get_by_text("Version 2: undoes version 1").wait_for()
    watch.look("learning-undone")
    page.get_by_role("button", name="Restore what version 2 undid").click()
    page.get_by_text("Version 3: undoes version 2").wait_for()
    watch.look("learning-back")
    assert watch.incidents == []
