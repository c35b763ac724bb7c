"""The endpoints' pages in a browser: added, tested, watched, sent again by keyboard; at every width."""

import os
import random

from moderation.domain.delivery import Payload, Response
from moderation.notify import endpoints
from moderation.notify.deliver import Courier
from moderation.store import memberships
from tests.browser.look import LOOKS, STACKED, screen
from tests.service.console.console_browser import now

LONG = "https://hooks.example.com/" + "segment-without-an-end" * 80
HOSTILE = "https://hooks.example.com/?<b>bold</b>\"'><script>alert(1)</script>"


def promote(gatehouse) -> None:
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")


def add(gatehouse, url: str, **options: object) -> str:
    subscription = endpoints.Subscription(**options)
    return endpoints.add_webhook(
        gatehouse.store, gatehouse.site.id, url, subscription, now=now(), entropy=os.urandom
    )[0].id


def deliver_due(gatehouse, fails) -> None:
    """Delivers what is due; fails: what a URL answers."""
    Courier(
        store=gatehouse.store,
        send=lambda url, headers, body: fails(url),
        now=now,
        entropy=os.urandom,
        chance=random.random,
        notify=lambda url, words, emails: fails(url),
    ).drain()


def furnish(gatehouse) -> dict[str, str]:
    """Endpoints in every state, some with many deliveries; their ids."""
    store, mine = gatehouse.store, {gatehouse.site.id}
    ids = {
        "working": add(gatehouse, "https://news.example/hooks/comments"),
        "long": add(gatehouse, LONG, batch=100, payload=Payload.THIN),
        "hostile": add(gatehouse, HOSTILE.replace(" ", "%20"), types=["comment.held"]),
        "failing": add(gatehouse, "https://down.example/hook"),
        "off": add(gatehouse, "https://old.example/hook"),
    }
    for url, masked in [
        ("ntfys://ntfy.example.com/desk", f"ntfy, قناة {STACKED[:40]}"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "Slack, slack://" + "x" * 180),
    ]:
        channel = endpoints.add_channel(
            store, gatehouse.site.id, url, masked, types=["comment.received"], now=now(), entropy=os.urandom
        )  # fmt: skip
        ids.setdefault("channel", channel.id)
    for n in range(26):
        gatehouse.hand_in(f"comment {n}", "Carol")
    endpoints.disable_endpoint(store, mine, ids["off"], now=now(), entropy=os.urandom)
    deliver_due(
        gatehouse,
        lambda url: Response(503, duration=120) if "down" in url else Response(200, duration=31),
    )
    return ids


def opened(visit, gatehouse, scheme, width):
    promote(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    return watch


@LOOKS
def test_the_first_endpoint(visit, gatehouse, scheme, width):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    watch = opened(visit, gatehouse, scheme, width)
    page = watch.page
    page.get_by_role("link", name="Endpoints").click()
    page.get_by_role("heading", name="Channels").wait_for()
    watch.look("endpoints-empty")
    page.get_by_role("link", name="New channel").click()
    watch.look("channel-new")
    page.go_back()
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("URL").fill("https://127.0.0.1/" + "x" * 200)
    page.get_by_role("button", name="Add webhook").click()
    expect(page.locator("#url")).to_be_focused()
    watch.errors.clear()  # the browser told the console of that 422
    watch.look("endpoint-wrong")
    page.get_by_label("URL").fill("https://news.example/one")
    page.get_by_role("button", name="Add webhook").click()
    page.get_by_text("shown only this once").wait_for()
    watch.look("endpoint-secret")
    assert watch.incidents == []


@LOOKS
def test_the_pages_of_endpoints_are_accessible(visit, gatehouse, scheme, width):
    watch = opened(visit, gatehouse, scheme, width)
    page = watch.page
    ids = furnish(gatehouse)
    page.goto(f"{gatehouse.url}/console/endpoints")
    watch.look("endpoints")
    for name in ("failing", "long", "channel"):
        page.goto(f"{gatehouse.url}/console/endpoints/{ids[name]}")
        for summary in page.locator("main details > summary").all():
            summary.click()
        watch.look(f"endpoint-{name}")
    page.goto(f"{gatehouse.url}/console/endpoints/{ids['off']}?state=dead")
    watch.look("endpoint-dead")
    page.goto(f"{gatehouse.url}/console/endpoints/{ids['long']}/remove")
    watch.look("endpoint-removal")
    assert watch.incidents == []


def test_a_delivery_is_sent_by_keyboard_and_its_result_appears(visit, gatehouse):
    """A test is sent with the keys alone, and the page shows what came of it without being loaded again."""
    promote(gatehouse)
    hook = add(gatehouse, "https://news.example/hook")
    watch = visit()
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/endpoints/{hook}")

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").strip() == name:
                return
        raise AssertionError(f"no {name} within reach")

    tab_to("Send a test")
    page.keyboard.press("Enter")
    page.get_by_text("A test is on its way").wait_for()
    page.evaluate("window.loadedOnce = true")
    page.get_by_text("Not tried yet").wait_for()
    deliver_due(gatehouse, lambda url: Response(200, duration=12))
    page.get_by_text("200 after 12 ms").wait_for()
    assert page.evaluate("window.loadedOnce"), "the page was not loaded again"
    page.locator("#deliveries:not([hx-get])").wait_for(state="attached")
    tab_to("Send again")
    page.keyboard.press("Enter")
    page.get_by_text("It is being sent again").wait_for()
    deliver_due(gatehouse, lambda url: Response(500, duration=7))
    page.get_by_text("500 after 7 ms; next try").wait_for()
    assert watch.incidents == []
