"""What the pages about one thing show: a comment with a note, a campaign, an appeal, a bulk decision, an author."""

import os

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.intake.appeal import appeal
from moderation.review import bulk, bulk_batches, campaigns, decisions, notes
from moderation.review.explanation import Explanation
from moderation.store import memberships
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.factories import newspaper
from tests.service.console.console_browser import moderator, now

COPY = "I recovered all of my stolen money with the help of a professional team, write to them, you idiots"


def newspaper_of(gatehouse: BrowserGatehouse, name: str) -> None:
    """One more site of the moderator, so that there is a menu of sites and a list of all."""
    other = newspaper(gatehouse.store, name, f"https://{os.urandom(4).hex()}.test")
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, other.id, "moderator")


def people_and_things(gatehouse: BrowserGatehouse, hostile: str = "") -> dict[str, str]:
    """The ids of one of each, by what it is. hostile: stands in every field that a stranger or a colleague can fill."""
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    clock = {"now": now(), "entropy": os.urandom}
    author = AuthorRef(f"Ida {hostile}", identity="id:ida")
    comment = gatehouse.hand_in(
        f"What an idiot, see https://shop.example/offer {hostile}", author=author
    )
    appealed = gatehouse.hand_in(f"You idiots. {hostile}", author=author)
    ticked = [gatehouse.hand_in(f"Idiots, number {n}. {hostile}", author=author) for n in range(3)]
    for n in range(6):
        gatehouse.hand_in(
            f"{COPY} {hostile} {'!' * n}",
            page=PageRef(f"{gatehouse.url}/{n}", f"News {hostile}"),
            author=AuthorRef(f"Sender {n} {hostile}"),
        )
    gatehouse.judge()
    decisions.decide(
        store,
        ada,
        {site.id},
        appealed,
        Outcome.REJECT,
        Explanation(sentence=f"No. {hostile}"),
        **clock,
    )
    asked = appeal(store, appealed, f"It was a quotation. {hostile}", **clock)
    seen = [(id, 1) for id in ticked]
    act = bulk.start(store, ada, site.id, seen, Outcome.REJECT, **clock).act
    bulk_batches.go_on(store, act.id, now, os.urandom)
    bo = moderator(store, "bo@lantern.test", site, password="")
    notes.add_to_comment(store, bo, {site.id}, comment, f"@ada: look. {hostile}", **clock)
    [campaign] = campaigns.waiting_campaigns(store, site.id, now())
    return {
        "comment": comment,
        "appeal": asked.id,
        "bulk": act.id,
        "campaign": campaign.id,
        "author": notes.author_of(store, comment),
    }
