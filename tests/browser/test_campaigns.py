"""A campaign in the browser: a key and Enter decide it, another undoes it; its pages are accessible."""

import os

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.review import campaign_decisions, campaigns
from tests.browser.look import LOOKS, STACKED, screen
from tests.service.console.console_browser import now

PITCH = "I was able to recover all of my stolen money with the help of a professional team, write to them"


def flood(gatehouse, count=6, text=PITCH):
    return [
        gatehouse.hand_in(
            f"{text} {'!' * n}",
            f"Author {n}",
            age=90 - n,
            page=PageRef(f"{gatehouse.url}/{n}", f"Article number {n}"),
        )
        for n in range(count)
    ]


def test_a_key_and_enter_decide_a_campaign_and_another_key_undoes_it(visit, gatehouse):
    ids = flood(gatehouse)
    other_id = gatehouse.hand_in("You idiot.", "Bertil", age=1)
    gatehouse.judge()
    watch = visit()
    watch.log_in()
    page = watch.page
    assert page.locator(".card").count() == 2
    for key in ("s", "s", "s", "a", "s"):  # the first selects, the others ask
        page.keyboard.press(key)
    assert page.get_by_text("Press Enter to decide about all of it").is_visible()
    assert page.locator(".confirm:visible").count() == 1
    assert page.locator(".stub").count() == 0 and page.locator("#count-held").inner_text() == "7"
    page.keyboard.press("Enter")
    stub = page.locator(".campaign, .stub").first
    page.locator(".stub").wait_for(state="attached")
    assert "campaign of 6 comments" in stub.inner_text().lower()
    assert page.locator("#count-campaigns").inner_text() == "0"
    assert page.evaluate("document.activeElement.id") == f"c-{other_id}"
    [card] = campaigns.list_campaigns(gatehouse.store, gatehouse.site.id, now())
    assert {status.value: n for status, n in card.counts.items()} == {"spam": len(ids)}
    page.keyboard.press("z")
    page.locator(".campaign").wait_for()
    assert page.locator("#count-campaigns").inner_text() == "1"
    page.get_by_role("link", name="View comments").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Remove from campaign").click()
    page.wait_for_load_state()
    assert "Campaign of 5 comments" in page.locator("h2").first.inner_text()
    assert watch.incidents == []


@LOOKS
def test_the_pages_of_campaigns_are_accessible(visit, gatehouse, scheme, width):
    watch = visit(**screen(width, scheme))
    watch.log_in()

    watch.page.goto(f"{gatehouse.url}/console/campaigns")
    watch.look("campaigns-none")
    flood(gatehouse, 23, f"{PITCH} https://win-{'x' * 60}.example.com/{'y' * 300}")
    strange = "هذا التعليق منسوخ مرات كثيرة في كل صفحة من صفحات الموقع ليشتري الناس من متجرنا الرخيص جدا الآن </b><style>*{display:none}</style>"
    for n in range(4):
        gatehouse.hand_in(
            strange,
            age=60 - n,
            page=PageRef(f"{gatehouse.url}/{'p' * 400}/{n}", "T" * 400),
            author=AuthorRef(f"Z{STACKED}{'N' * 200}{n}"),
        )
    gatehouse.judge()
    watch.page.goto(f"{gatehouse.url}/console/")
    watch.look("queue-campaigns")
    for key in ("j", "s"):
        watch.page.keyboard.press(key)
    watch.look("campaign-asked")
    watch.page.keyboard.press("Enter")
    watch.page.locator(".stub").wait_for(state="attached")
    watch.look("campaign-decided")
    watch.page.goto(f"{gatehouse.url}/console/campaigns")
    watch.look("campaigns")
    watch.page.locator(".campaign .button").first.click()
    watch.page.locator(".members").wait_for()
    watch.look("campaign")
    watch.page.go_back()
    watch.page.locator(".campaign .button").last.click()
    watch.page.locator(".members").wait_for()
    watch.look("campaign-many")
    assert watch.incidents == []


@LOOKS
def test_what_waits_with_a_ruling_is_shown_and_confirmed(visit, gatehouse, scheme, width):
    flood(gatehouse)
    gatehouse.judge()
    store, site_id = gatehouse.store, gatehouse.site.id
    [card] = campaigns.list_campaigns(store, site_id, now())
    campaign_decisions.decide(
        store,
        gatehouse.moderator_id,
        site_id,
        card.id,
        Outcome.SPAM,
        now=now(),
        entropy=os.urandom,
    )
    for number in range(3):
        gatehouse.hand_in(
            PITCH,
            "Herald Editor",
            page=PageRef(f"{gatehouse.url}/late{number}", f"Late article {number}"),
        )
    gatehouse.hand_in("A fine article.", "I will murder your children tonight")
    gatehouse.judge()
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    watch.look("held-with-queue")
    assert page.locator(".card dt", has_text="author's name").count()
    page.get_by_role("link", name="Held with a ruled campaign: 3").click()
    watch.look("held-with-list")
    page.get_by_role("link", name="Held with this ruling: 3").click()
    watch.look("held-with-members")
    page.get_by_role("button", name="Spam, too").click()
    page.wait_for_load_state()
    assert campaigns.count_held_with_rulings(store, site_id) == 0
    assert watch.incidents == []
