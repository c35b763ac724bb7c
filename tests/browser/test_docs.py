"""The API's documentation at /docs in a browser: under its policy, from this server alone, and usable."""

import json

from moderation.store import sites
from tests.browser.test_look import LOOKS, WIDTHS
from tests.factories import key_of

ROUTES = 37


@LOOKS
def test_the_documentation_shows_every_route_and_loads_nothing_from_elsewhere(
    visit, gatehouse, shots, width, scheme
):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    watch = visit(viewport=size, color_scheme=scheme)
    page = watch.page
    page.set_default_timeout(60_000)  # the page is 2 MB of script
    answer = page.goto(f"{gatehouse.url}/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() >= ROUTES
    page.screenshot(path=shots / f"docs-{scheme}-{width}.png")
    page.locator("#operations-comments-hand_in_api_v1_comments_post button").first.click()
    page.locator(".responses-table .response-col_status", has_text="422").first.wait_for()
    page.locator("#operations-comments-hand_in_api_v1_comments_post").screenshot(
        path=shots / f"docs-route-{scheme}-{width}.png"
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(", "))) < 384) == (scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert watch.incidents == []


def test_a_route_can_be_tried_from_the_page(visit, gatehouse):
    watch = visit()
    page = watch.page
    page.set_default_timeout(60_000)  # the page is 2 MB of script
    page.goto(f"{gatehouse.url}/docs")
    page.get_by_role("button", name="Authorize").click()
    page.locator("#auth-bearer-value").fill(key_of(gatehouse.store, gatehouse.site, sites.SECRET))
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()
    queues = page.locator("#operations-queues-list_queues_api_v1_queues_get")
    queues.get_by_role("button").first.click()
    queues.get_by_role("button", name="Try it out").click()
    queues.get_by_role("button", name="Execute").click()
    shown = queues.locator(".live-responses-table .response-col_description pre").first
    shown.wait_for()
    assert "held" in [queue["name"] for queue in json.loads(shown.inner_text())["items"]]
    assert watch.incidents == []
