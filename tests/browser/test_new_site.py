"""An owner at the console: a new site with its keys, a compatible API that is switched on, answers, and is switched off; forty sites."""

import httpx
import pytest

from harness.servers import wait_until
from moderation.store import memberships, moderators
from tests.browser.look import LOOKS, fits, screen
from tests.browser.test_sites import NAMES
from tests.factories import newspaper


@pytest.fixture
def owner(gatehouse):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
        moderators.set_owner(connection, gatehouse.moderator_id, True)


def analyse(gatehouse, key):
    return httpx.post(
        f"{gatehouse.url}/v1alpha1/comments:analyze?key={key}",
        json={
            "comment": {"text": "You are a stupid idiot."},
            "requestedAttributes": {"TOXICITY": {}},
        },
        timeout=60,
    )


@LOOKS
def test_a_site_is_made_and_its_compatible_api_is_used_and_switched_off(
    visit, gatehouse, owner, scheme, width
):
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/sites")
    page.get_by_role("link", name="New site").click()
    watch.look("site-new")
    # Refused first: what was typed stays, with a word at its field.
    page.get_by_label("Name", exact=True).fill("جريدة الصباح")
    page.get_by_label("Addresses of its pages").fill("https://sabah.test/news")
    page.get_by_label("Language of its pages").fill("ar")
    page.get_by_role("button", name="Make the site").click()
    page.get_by_text("An origin has no path").wait_for()
    watch.look("site-new-refused")
    assert page.get_by_label("Name", exact=True).input_value() == "جريدة الصباح"
    origins = page.get_by_label("Addresses of its pages")
    assert origins.input_value() == "https://sabah.test/news"
    assert origins.evaluate("field => document.activeElement === field")
    watch.errors.clear()  # the browser told the console of that 422
    origins.fill("https://sabah.test")
    page.get_by_role("button", name="Make the site").click()
    page.get_by_text("shown only this once").wait_for()
    watch.look("site-made")
    secret = page.locator("#secret-key").inner_text()
    assert secret.startswith("ghs_")
    page.get_by_role("link", name="Compatible APIs").click()
    assert secret not in page.content()
    watch.look("site-apis")

    # Off, it is refused: clearly, and as Perspective words it.
    refused = analyse(gatehouse, secret)
    assert refused.status_code == 403 and "not switched on 'perspective'" in refused.text
    page.get_by_role("button", name="Switch Perspective on").click()
    page.get_by_text("shown only this once").wait_for()
    watch.look("site-apis-key")
    key = page.locator("#new-key").inner_text()
    for each in (secret, key):
        wait_until(lambda each=each: analyse(gatehouse, each).status_code == 200, "it answers")
    scores = analyse(gatehouse, key).json()["attributeScores"]
    assert scores["TOXICITY"]["summaryScore"]["value"] > 0.8
    page.get_by_role("button", name="Switch Perspective off").click()
    page.get_by_text("It is off:").wait_for()
    assert page.get_by_role("button", name="Switch Perspective on").is_visible()
    for each in (secret, key):
        wait_until(lambda each=each: analyse(gatehouse, each).status_code == 403, "it is refused")
        assert "not switched on 'perspective'" in analyse(gatehouse, each).text
    page.get_by_role("button", name="Switch Perspective on").click()
    page.get_by_text("It is on").wait_for()
    wait_until(lambda: analyse(gatehouse, key).status_code == 200, "it answers again")

    page.get_by_role("link", name="Settings of the site").click()
    watch.look("site")
    page.get_by_role("button", name="Close the site").click()
    page.get_by_text("The site is closed").wait_for()
    watch.look("site-closed")
    wait_until(lambda: "The site is closed." in analyse(gatehouse, key).text, "it is closed")
    page.get_by_role("button", name="Open the site again").click()
    page.get_by_text("The site is open again.").wait_for()
    wait_until(lambda: analyse(gatehouse, key).status_code == 200, "it is open again")
    assert watch.incidents == []


@LOOKS
def test_forty_sites_are_a_list_that_is_searched(visit, gatehouse, owner, scheme, width):
    added = [newspaper(gatehouse.store, name, f"https://{n}.test") for n, name in enumerate(NAMES)]
    with gatehouse.store.write() as connection:
        for site in added:
            memberships.grant(connection, gatehouse.moderator_id, site.id, "admin")
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.locator("details.sites summary").click()
    page.get_by_role("link", name="Settings of the sites").click()
    page.get_by_role("heading", name="Sites 41").wait_for()
    watch.look("sites-list")
    page.get_by_role("searchbox", name="Find a site").last.fill("الميناء")
    page.get_by_role("button", name="Find", exact=True).click()
    row = page.locator("li.row")
    row.get_by_role("link", name="أخبار الميناء").first.click()
    assert page.get_by_label("Name", exact=True).input_value() == "أخبار الميناء"
    # A name that is longer than names may be, and was there before: the form shows it whole.
    page.goto(f"{gatehouse.url}/console/site?site={added[2].id}")
    watch.look("site-long-name")
    assert fits(page) and page.get_by_label("Name", exact=True).input_value() == "N" * 200
    assert watch.incidents == []
