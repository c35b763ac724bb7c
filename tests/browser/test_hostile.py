"""What authors write stays text: live payloads in every field, on every page."""

import os

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from moderation.domain.decision import Outcome
from moderation.domain.reader_rules import ReaderRules
from moderation.review.reader_rules import set_rules
from moderation.store import memberships
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.pages_with_id import newspaper_of, people_and_things
from tests.browser.payloads import PAYLOADS
from tests.browser.test_languages import PAGES


@pytest.fixture
def infested(gatehouse: BrowserGatehouse) -> BrowserGatehouse:
    """Each payload in every field that a stranger can fill: half of them held, half approved."""
    from moderation.review.decisions import decide
    from tests.service.console.console_browser import now

    for n, payload in enumerate(PAYLOADS):
        comment_id = gatehouse.hand_in(
            f"You idiot {payload} moron",
            age=n,
            author=AuthorRef(payload, "", f"https://x.test/{payload}"),
            # The demo shows what belongs to its own address; the console shows every page's.
            page=PageRef(gatehouse.demo if n % 2 else f"{gatehouse.demo}?{payload}", payload),
        )
        outcome = Outcome.APPROVE if n % 2 else Outcome.HOLD
        decide(
            gatehouse.store,
            gatehouse.moderator_id,
            {gatehouse.site.id},
            comment_id,
            outcome,
            now=now(),
            entropy=os.urandom,
        )
    gatehouse.judge()
    return gatehouse


def test_a_payload_that_works_would_be_noticed(visit, gatehouse):
    watch = visit()
    watch.page.goto("about:blank")
    watch.page.set_content("<img src=x onerror=alert(1)><img src=https://canary.test/p.png>")
    watch.page.wait_for_timeout(500)
    assert watch.dialogs == ["1"]
    assert any("canary.test" in url for url in watch.outbound)
    # And on our own pages the policy stands behind the escaping.
    watch = visit()
    watch.page.goto(gatehouse.demo)
    watch.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>"
        "<img src=https://canary.test/p.png>')"
    )
    watch.page.wait_for_timeout(300)
    assert watch.dialogs == [] and any("Content Security Policy" in error for error in watch.errors)


def test_no_payload_does_anything_on_any_page(visit, infested):
    watch = visit()
    watch.log_in()
    campaigns: set[str] = set()
    seen: set[str] = set()
    for queue in ("held", "approved"):
        for page in pages(watch, f"{infested.url}/console/?queue={queue}"):
            seen |= {
                card.get_attribute("id").removeprefix("c-")
                for card in page.locator("article.card:not(.campaign)").all()
            }
            # Of the cards one is open, and a role is asked only of what can be seen.
            links = page.locator(".campaign a", has_text="View comments").all()
            campaigns |= {link.get_attribute("href") for link in links}
    # Similar comments are one card in the queue; a page of their own shows each.
    for path in campaigns:
        for page in pages(watch, infested.url + path):
            members = page.locator(".members input[type=checkbox]").all()
            seen |= {member.get_attribute("value") for member in members}
    assert campaigns and len(seen) == len(PAYLOADS)
    watch.page.goto(f"{infested.url}/console/")
    for _ in range(5):  # results and fresh cards come as fragments, not as pages
        watch.page.keyboard.press("a")
        watch.page.wait_for_timeout(150)
    watch.page.keyboard.press("z")
    wait_for_load(watch)
    watch.page.goto(infested.url + watch.page.locator(".when a").last.get_attribute("href"))
    wait_for_load(watch)
    watch.page.goto(infested.demo)
    watch.page.locator("gatehouse-comments article .said").first.wait_for()
    watch.without_embed()
    for path in ("", "?gatehouse=received"):
        watch.page.goto(f"{infested.demo}{path}")
        wait_for_load(watch)
    assert watch.page.locator("li .said").count() > len(PAYLOADS) // 3
    watch.page.locator(".answer").first.click()
    wait_for_load(watch)
    assert watch.incidents == []


@pytest.mark.parametrize("half", [0, 1])
def test_no_payload_does_anything_on_the_pages_about_one_thing(visit, gatehouse, half):
    hostile = " ".join(PAYLOADS[half::2])[:1_900]
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
    newspaper_of(gatehouse, hostile[:200])
    known = people_and_things(gatehouse, hostile[:400])
    watch = visit()
    watch.log_in()
    for path in (*PAGES.values(), "/console/campaigns?site={site}", "/console/appeals?site={site}"):
        for _ in pages(watch, gatehouse.url + path.format(site=gatehouse.site.id, **known)):
            continue
    assert watch.incidents == []


def test_no_payload_does_anything_on_a_refused_form(visit, gatehouse):
    set_rules(gatehouse.store, gatehouse.site.id, ReaderRules(website=True))
    watch = visit(java_script_enabled=True)
    watch.without_embed()
    for payload in PAYLOADS[:: max(1, len(PAYLOADS) // 12)]:
        watch.page.goto(gatehouse.demo)
        watch.page.get_by_label("Comment").fill(payload)
        watch.page.get_by_label("Name").fill(payload)
        watch.page.get_by_label("Website").fill(payload)
        watch.page.get_by_role("button", name="Post Comment").click()
        watch.page.get_by_role("alert").wait_for()
        wait_for_load(watch)
    # The browser logs every 422 as an error; there must be no other.
    errors = [error for error in watch.errors if "422" not in error]
    assert watch.dialogs + watch.outbound + watch.navigated + errors == []


def pages(watch, url: str):
    """A list's pages one after the other; on none of them a payload became an element."""
    watch.page.goto(url)
    while True:
        wait_for_load(watch)
        for parent in (".card", ".item", ".campaign", ".members"):
            for element in (
                "img",
                "script",
                "iframe",
                "style",
                # But the article and the author's website.
                "a[href^='http']:not(.where > .url[rel^='noopener noreferrer'])",
                "[onload]",
                "[onerror]",
            ):
                assert watch.page.locator(f"{parent} {element}").count() == 0, (parent, element)
        yield watch.page
        following = watch.page.get_by_role("link", name="Next page")
        if not following.count():
            return
        with watch.page.expect_navigation():  # the page left behind counts as loaded, too
            following.click()


def wait_for_load(watch) -> None:
    """Long enough for whatever fires by itself."""
    watch.page.wait_for_load_state("networkidle")
    watch.page.wait_for_timeout(50)
