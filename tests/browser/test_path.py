"""The whole path in a browser: a reply without JavaScript, a moderator's word, the page."""

import pytest
import sqlalchemy as sa

from moderation.store.sql.schema import personal

RUDE = "You are a complete idiot, and so is the ferry."


def fill_in(watch, text=RUDE, name="Bertil Storm"):
    page = watch.page
    page.goto(watch.house.demo)
    page.get_by_label("Comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill("bertil@private.test")
    page.get_by_role("button", name="Post Comment").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["console with scripts", "without"])
def test_from_a_plain_form_to_the_page(visit, house, scripts):
    reader = visit(java_script_enabled=False)
    fill_in(reader)
    assert "awaiting moderation" in reader.page.get_by_role("status").inner_text()
    house.judge()
    reader.page.goto(house.demo)
    assert RUDE not in reader.page.content()

    desk = visit(java_script_enabled=scripts)
    desk.log_in()
    card = desk.page.get_by_role("article", name="Bertil Storm")
    assert "idiot" in card.locator("mark").all_inner_texts()
    assert "bertil@private.test" not in desk.page.content()
    card.get_by_role("button", name="Approve").click()
    desk.page.get_by_role("button", name="Undo").wait_for()
    reader.page.goto(house.demo)
    assert RUDE in reader.page.locator(".said").inner_text()

    desk.page.get_by_role("button", name="Undo").click()
    desk.page.get_by_role("button", name="Approve").wait_for()
    reader.page.goto(house.demo)
    assert RUDE not in reader.page.content()
    assert desk.incidents + reader.incidents == []


def test_a_refused_reply_keeps_what_was_typed(visit, house):
    reader = visit(java_script_enabled=False)
    reader.page.goto(house.demo)
    reader.page.get_by_label("Comment").fill("A long thought.\nIn two lines.")
    reader.page.get_by_label("Name").fill("Carol")
    reader.page.get_by_label("Website").fill("javascript:alert(1)")
    reader.page.get_by_role("button", name="Post Comment").click()
    assert "Website" in reader.page.get_by_role("alert").inner_text()
    assert reader.page.get_by_label("Comment").input_value() == "A long thought.\nIn two lines."
    reader.page.get_by_label("Website").fill("carol.example")
    reader.page.get_by_role("button", name="Post Comment").click()
    assert "awaiting moderation" in reader.page.get_by_role("status").inner_text()


def test_when_somebody_was_quicker_the_card_says_who(visit, house):
    one = house.hand_in(RUDE)
    house.judge()
    desk, other = visit(), visit()
    for watch in (desk, other):
        watch.log_in()
    other.page.locator(f"#c-{one}").get_by_role("button", name="Reject").click()
    other.page.get_by_role("button", name="Undo").wait_for()
    desk.page.locator(f"#c-{one}").get_by_role("button", name="Approve").click()
    alert = desk.page.get_by_role("alert").filter(has_text="Nothing was changed")
    assert "ada@lantern.test rejected" in alert.inner_text()
    # The browser itself tells the console of every 409.
    assert desk.dialogs + desk.outbound + desk.navigated == []


def test_a_session_that_ended_leads_to_the_log_in_and_back(visit, house):
    house.hand_in(RUDE)
    house.judge()
    desk = visit()
    desk.log_in()
    desk.page.context.clear_cookies()
    desk.page.get_by_role("button", name="Approve").click()
    desk.page.get_by_role("heading", name="Log in").wait_for()


def test_when_the_service_is_away_the_page_says_so(visit, house):
    house.hand_in(RUDE)
    house.judge()
    desk = visit()
    desk.log_in()
    desk.page.route("**/decisions", lambda route: route.abort())
    desk.page.get_by_role("button", name="Approve").click()
    assert "cannot be reached" in desk.page.get_by_role("alert").inner_text()
    desk.page.unroute("**/decisions")
    desk.page.get_by_role("button", name="Approve").click()
    desk.page.get_by_role("button", name="Undo").wait_for()
    assert desk.page.locator("#trouble").is_hidden()


def test_a_browser_is_known_again_and_another_is_not(visit, house):
    first, second = visit(java_script_enabled=False), visit()
    for watch, text in ((first, "One thought."), (first, "Another."), (second, "A third.")):
        fill_in(watch, text)
        watch.page.get_by_role("status").get_by_text("awaiting moderation").wait_for()
    with house.store.read() as connection:
        rows = connection.execute(sa.select(personal).order_by(personal.c.comment_id))
        one, same, other = (row.author_key for row in rows)
    assert one and one == same and other and other != one
    [cookie] = [one for one in first.page.context.cookies() if "author" in one["name"]]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert second.page.evaluate("document.cookie") == ""
