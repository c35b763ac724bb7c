"""Policies for parts of a site in a browser: added, tried and saved; and closed hours as a reader sees them."""

from datetime import UTC, datetime, timedelta

from moderation.review.site_policy import scoped_policies, set_policy
from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.browser.test_look import furnish

NIGHT = 'name = "{name}"\nbased_on = "newsroom"\n\n[closed_hours]\nzone = "UTC"\nthen = "refuse"\nhours = ["{hours}"]\n'


@LOOKS
def test_a_policy_for_a_section_is_accessible(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Policy", exact=True).click()
    for path in ("sport", "/sport"):  # the first is none, and stays in its field
        page.get_by_label("Path, code or address").fill(path)
        page.get_by_role("button", name="Write a policy for it").click()
        if path == "sport":
            page.get_by_text("A section is the beginning of the path").wait_for()
            assert page.get_by_label("Path, code or address").input_value() == "sport"
            watch.errors.clear()  # the browser told the console of that 422
            watch.look("policy-no-scope")
    page.get_by_role("heading", name="Policy for the section /sport").wait_for()
    watch.look("policy-scope-new")
    page.get_by_text("The policy as TOML").click()
    toml = NIGHT.format(name="sport", hours="mon-fri 22:00-07:00")
    page.get_by_label("TOML", exact=True).fill(toml)
    page.get_by_role("button", name="Try this TOML").click()
    page.get_by_text("Comments that come in then are refused.").wait_for()
    watch.look("policy-scope-tried")
    page.get_by_role("button", name="Save this policy").click()
    page.get_by_text("Saved.").wait_for()
    watch.look("policy-scope")
    [only] = scoped_policies(gatehouse.store, gatehouse.site.id)
    assert (only.scope, only.toml) == ("section:/sport", toml)
    page.get_by_role("link", name="Policy", exact=True).last.click()
    page.get_by_role("link", name="the section /sport").wait_for()
    watch.look("policy-scopes")
    page.get_by_role("button", name="Try without the policy for the section /sport").click()
    page.get_by_role("button", name="Leave it to the site's policy").click()
    page.get_by_text("There is none yet").wait_for()
    assert scoped_policies(gatehouse.store, gatehouse.site.id) == []
    assert watch.incidents == []


def test_a_page_in_closed_hours_says_until_when(read, article):
    gatehouse, at = article.gatehouse, datetime.now(UTC)
    hours = "-".join(f"{at + timedelta(hours=n):%H:%M}" for n in (-1, 2))
    toml = NIGHT.format(name="night", hours=hours)
    now = int(at.timestamp() * 1000)
    set_policy(gatehouse.store, article.site.id, toml, "command", now=now)
    page = read().page
    page.get_by_text("Comments are closed until").wait_for()
    assert not page.get_by_role("button", name="Post Comment").is_visible()
    set_policy(gatehouse.store, article.site.id, "", "command", now=now + 1)
    page = read().page
    page.get_by_role("button", name="Post Comment").wait_for()
