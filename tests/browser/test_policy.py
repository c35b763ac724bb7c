"""The policy's page in a browser: a slider moves its number and tries at once; accessible at every width."""

from moderation.review.site_policy import list_versions
from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.browser.test_look import furnish


@LOOKS
def test_the_page_of_a_policy_is_accessible(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Policy", exact=True).click()
    watch.look("policy")
    slider = page.get_by_role("slider", name="toxicity, slider", exact=True)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    page.get_by_text("Would hold").wait_for()  # by htmx: nobody pressed a button
    assert page.get_by_label("toxicity", exact=True).input_value() == "0.5"
    groups = page.get_by_role("region", name="Groups of people that are named")
    page.get_by_text("Who is affected", exact=True).click()
    assert groups.get_by_role("row", name="Religion").get_by_role("cell").count() == 4
    watch.look("policy-affected")
    wide = page.locator("#trial").evaluate("panel => panel.scrollWidth - panel.clientWidth")
    assert wide <= 0  # its tables scroll, it does not
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    watch.look("policy-tried")
    page.get_by_role("button", name="Run it beside").click()
    page.get_by_role("button", name="Put it in force").wait_for()
    watch.look("policy-shadow")
    page.go_back()
    page.reload()
    page.get_by_label("toxicity", exact=True).fill("0.48")
    page.get_by_role("button", name="Try these thresholds").click()
    page.get_by_role("button", name="Save this policy").click()
    page.get_by_text("Saved.").wait_for()
    watch.look("policy-saved")
    page.get_by_role("link", name="Its errors").click()
    watch.look("policy-record")
    page.go_back()
    [version] = list_versions(gatehouse.store, gatehouse.site.id)
    assert "toxic = 0.48" in version.toml
    page.get_by_text("The policy as TOML").click()
    page.get_by_label("TOML", exact=True).fill('name = "x"\nneeds = 3\n')
    page.get_by_role("button", name="Try this TOML").click()
    page.get_by_text("Line 2").first.wait_for()
    watch.errors.clear()  # the browser told the console of that 422
    watch.look("policy-wrong")
    assert watch.incidents == []


def test_a_trial_follows_the_slider_while_it_is_dragged_and_takes_no_focus(visit, gatehouse):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    furnish(gatehouse)
    watch = visit(**screen("desktop"))
    watch.log_in()
    page = watch.page
    page.goto(f"{gatehouse.url}/console/policy")
    slider = page.get_by_role("slider", name="toxicity, slider", exact=True)
    tried = page.locator("#trial").get_by_text("It holds for comments that are judged from now on.")

    def told():
        return page.locator("#trial input[name=seen]").get_attribute("value")

    slider.press("ArrowRight")
    tried.wait_for()
    by_key = told()
    assert slider.evaluate("element => element === document.activeElement")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=8)
    page.wait_for_function(
        "before => document.querySelector('#trial input[name=seen]')?.value !== before", arg=by_key
    )
    assert float(page.get_by_label("toxicity", exact=True).input_value()) > 0.8  # not let go yet
    page.mouse.move(box["x"] + box["width"] * 0.2, middle, steps=8)
    dragged = told()
    page.wait_for_function(
        "before => document.querySelector('#trial input[name=seen]')?.value !== before", arg=dragged
    )
    page.mouse.up()
    assert float(page.get_by_label("toxicity", exact=True).input_value()) < 0.3
    assert watch.incidents == []
