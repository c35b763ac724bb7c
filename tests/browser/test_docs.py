"""The API's documentation at /docs in a browser: under its policy, from this server alone, and usable."""

import json

from moderation.store import sites
from tests.browser.look import LOOKS, fits, picture, screen
from tests.factories import key_of


def shown_on_the_way_down(page, routes):
    """Which of these routes are met by scrolling: only what is near the screen is in the page."""
    found = set()
    for _ in range(500):
        names = page.evaluate(
            """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
                done([...document.querySelectorAll('.opblock')].map((route) => route.id)))))"""
        )
        found |= {route for route in routes if any(name.endswith(f"-{route}") for name in names)}
        if found == routes:
            break
        page.evaluate(
            """() => scrollY + innerHeight + 1 < document.documentElement.scrollHeight
                ? scrollBy(0, innerHeight / 2) : scrollTo(0, 0)"""
        )
    return found


@LOOKS
def test_the_documentation_shows_every_route_and_loads_nothing_from_elsewhere(
    visit, gatehouse, width, scheme
):
    watch = visit(**screen(width, scheme))
    page = watch.page
    page.set_default_timeout(60_000)  # the page is 2 MB of script
    answer = page.goto(f"{gatehouse.url}/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page.locator(".opblock").first.wait_for()
    document = json.loads(page.request.get(f"{gatehouse.url}/api/v1/openapi.json").text())
    routes = {
        route["operationId"] for path in document["paths"].values() for route in path.values()
    }
    assert shown_on_the_way_down(page, routes) == routes
    page.evaluate("scrollTo(0, 0)")
    picture(page, "docs", full_page=False)
    page.locator("#operations-comments-hand_in_api_v1_comments_post button").first.click()
    page.locator(".responses-table .response-col_status", has_text="422").first.wait_for()
    page.locator("#operations-comments-hand_in_api_v1_comments_post").scroll_into_view_if_needed()
    picture(page, "docs-route", full_page=False)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(", "))) < 384) == (scheme == "dark")
    assert fits(page)
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
    route = "list_queues_api_v1_queues_get"
    assert shown_on_the_way_down(page, {route})
    queues = page.locator(f"#operations-queues-{route}")
    queues.get_by_role("button").first.click()
    queues.get_by_role("button", name="Try it out").click()
    queues.get_by_role("button", name="Execute").click()
    shown = queues.locator(".live-responses-table .response-col_description pre").first
    shown.wait_for()
    assert "held" in [queue["name"] for queue in json.loads(shown.inner_text())["items"]]
    assert watch.incidents == []
