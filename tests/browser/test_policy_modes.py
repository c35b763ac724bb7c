"""The modes of a policy in a browser: closed hours typed, wrong first, then tried and saved; with and without a script."""

from moderation.policies import read_policy
from moderation.review.site_policy import site_policy
from moderation.store import memberships
from tests.browser.look import LOOKS, screen
from tests.browser.test_look import furnish


def make_editor(gatehouse):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")


@LOOKS
def test_closed_hours_are_set_in_the_form(visit, gatehouse, scheme, width):
    make_editor(gatehouse)
    furnish(gatehouse)
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Policy", exact=True).click()
    # A threshold that was tried without loading the page comes along.
    slider = page.get_by_role("slider", name="toxicity, slider", exact=True)
    slider.focus()
    slider.press("ArrowRight")
    page.get_by_text("Would hold").wait_for()
    page.get_by_label("Comments by first-time authors").check()
    first = page.get_by_role("group", name="Closed hours 1")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        first.get_by_label(day, exact=True).check()
    first.get_by_label("from").fill("22")
    first.get_by_label("until").fill("7 o'clock")
    page.get_by_label("Time zone of these hours").fill("Europe/Berlin")
    page.get_by_label("are refused").check()
    page.get_by_role("button", name="Try these modes").click()
    page.get_by_text("A time is written like 22:00.").wait_for()
    watch.errors.clear()  # the browser told the console of that 422
    wrong = page.get_by_role("group", name="Closed hours 1")
    assert wrong.get_by_label("until").input_value() == "7 o'clock"
    assert wrong.get_by_label("until").evaluate("field => field === document.activeElement")
    assert wrong.get_by_label("Wed").is_checked() and not wrong.get_by_label("Sat").is_checked()
    assert page.get_by_label("Comments by first-time authors").is_checked()
    watch.look("policy-modes-wrong")
    wrong.get_by_label("until").fill("7.00")
    page.get_by_role("button", name="Try these modes").click()
    page.get_by_text("Closed: mon-fri 22:00-07:00 (Europe/Berlin).").wait_for()
    watch.look("policy-modes-tried")
    page.get_by_role("button", name="Save this policy").click()
    page.get_by_text("Saved.").wait_for()
    toml = site_policy(gatehouse.store, gatehouse.site.id).toml
    assert "toxic = 0.48" in toml
    assert read_policy(toml).closed_hours.in_words() == "mon-fri 22:00-07:00 (Europe/Berlin)"
    assert page.get_by_role("group", name="Closed hours 1").get_by_label("from").input_value() == (
        "22:00"
    )
    watch.look("policy-modes")
    assert watch.incidents == []


def test_closed_hours_are_set_without_a_script(visit, gatehouse):
    make_editor(gatehouse)
    watch = visit(java_script_enabled=False)
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Policy", exact=True).click()
    for row, times in ((1, ("22:00", "07:00")), (2, ("12:00", "13:00"))):
        group = page.get_by_role("group", name=f"Closed hours {row}")
        group.get_by_label("from").fill(times[0])
        group.get_by_label("until").fill(times[1])
    page.get_by_label("Time zone of these hours").fill("UTC")
    page.get_by_role("button", name="Try these modes").click()
    page.get_by_role("button", name="Save this policy").click()
    page.get_by_text("Saved.").wait_for()
    group = page.get_by_role("group", name="Closed hours 1")
    group.get_by_label("from").fill("")
    group.get_by_label("until").fill("")
    page.get_by_role("button", name="Try these modes").click()
    page.get_by_role("button", name="Save this policy").click()
    page.get_by_text("Saved.").wait_for()
    policy = read_policy(site_policy(gatehouse.store, gatehouse.site.id).toml)
    assert policy.closed_hours.in_words() == "12:00-13:00 (UTC)"
