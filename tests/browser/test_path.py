"""The whole path in a browser: a reply without JavaScript, a moderator's word, the page."""

import pytest
import sqlalchemy as sa

from moderation.domain.reader_rules import ReaderRules
from moderation.review.reader_rules import set_rules
from moderation.store.sql.schema import personal

RUDE = "You are a complete idiot, and so is the ferry."


def fill_in(watch, text=RUDE, name="Bertil Storm"):
    page = watch.page
    page.goto(watch.gatehouse.demo)
    page.get_by_label("Comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill("bertil@private.test")
    page.get_by_role("button", name="Post Comment").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["console with scripts", "without"])
def test_from_a_plain_form_to_the_page(visit, gatehouse, scripts):
    reader = visit(java_script_enabled=False)
    fill_in(reader)
    assert "awaiting moderation" in reader.page.get_by_role("status").inner_text()
    gatehouse.judge()
    reader.page.goto(gatehouse.demo)
    assert RUDE not in reader.page.content()

    console = visit(java_script_enabled=scripts)
    console.log_in()
    card = console.page.get_by_role("article", name="Bertil Storm")
    assert "idiot" in card.locator("mark").all_inner_texts()
    assert "bertil@private.test" not in console.page.content()
    card.get_by_role("button", name="Approve", exact=True).click()
    console.page.get_by_role("button", name="Undo").wait_for()
    reader.page.goto(gatehouse.demo)
    assert RUDE in reader.page.locator(".said").inner_text()

    console.page.get_by_role("button", name="Undo").click()
    console.page.get_by_role("button", name="Approve", exact=True).wait_for()
    reader.page.goto(gatehouse.demo)
    assert RUDE not in reader.page.content()
    assert console.incidents + reader.incidents == []


def test_a_refused_reply_keeps_what_was_typed(visit, gatehouse):
    set_rules(gatehouse.store, gatehouse.site.id, ReaderRules(website=True))
    reader = visit(java_script_enabled=False)
    reader.page.goto(gatehouse.demo)
    reader.page.get_by_label("Comment").fill("A long thought.\nIn two lines.")
    reader.page.get_by_label("Name").fill("Carol")
    reader.page.get_by_label("Website").fill("javascript:alert(1)")
    reader.page.get_by_role("button", name="Post Comment").click()
    assert "Website" in reader.page.get_by_role("alert").inner_text()
    assert reader.page.get_by_label("Comment").input_value() == "A long thought.\nIn two lines."
    reader.page.get_by_label("Website").fill("carol.example")
    reader.page.get_by_role("button", name="Post Comment").click()
    assert "awaiting moderation" in reader.page.get_by_role("status").inner_text()


def test_when_somebody_else_decided_first_the_card_says_who(visit, gatehouse):
    comment_id = gatehouse.hand_in(RUDE)
    gatehouse.judge()
    console, other = visit(), visit()
    for watch in (console, other):
        watch.log_in()
    other.page.locator(f"#c-{comment_id}").get_by_role("button", name="Reject", exact=True).click()
    other.page.get_by_role("button", name="Undo").wait_for()
    console.page.locator(f"#c-{comment_id}").get_by_role(
        "button", name="Approve", exact=True
    ).click()
    alert = console.page.get_by_role("alert").filter(has_text="Nothing was changed")
    assert "ada@lantern.test rejected" in alert.inner_text()
    # The browser logs every 409 as an error.
    assert console.dialogs + console.outbound + console.navigated == []


def test_a_session_that_ended_leads_to_the_log_in_and_back(visit, gatehouse):
    gatehouse.hand_in(RUDE)
    gatehouse.judge()
    console = visit()
    console.log_in()
    console.page.context.clear_cookies()
    console.page.get_by_role("button", name="Approve", exact=True).click()
    console.page.get_by_role("heading", name="Log in").wait_for()


def test_what_was_typed_is_there_again_after_a_session_that_ended(visit, gatehouse):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    comment_id = gatehouse.hand_in(RUDE)
    gatehouse.judge()
    console = visit()
    console.log_in()
    page = console.page
    page.locator(".actions .why summary").click()
    page.get_by_label("To its writer").fill("Please be kind.")
    page.locator("article select").select_option("off_topic")
    page.context.clear_cookies()
    page.get_by_role("button", name="Reject", exact=True).click()
    page.get_by_role("heading", name="Log in").wait_for()

    def log_in_again():
        assert comment_id in page.locator("input[name=next]").input_value()
        page.goto(gatehouse.login_url())
        page.locator("button.primary").click()

    log_in_again()
    expect(page.get_by_text("Not decided yet.")).to_be_visible()
    expect(page.get_by_label("To its writer")).to_have_value("Please be kind.")
    expect(page.locator("article select")).to_have_value("off_topic")
    # A note as well; and once it is sent, it is not typed again.
    note = page.get_by_label("A note to your colleagues")
    note.fill("Do we know him?")
    page.context.clear_cookies()
    page.get_by_role("button", name="Add the note").click()
    log_in_again()
    expect(note).to_have_value("Do we know him?")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes .excerpt")).to_have_text("Do we know him?")
    expect(note).to_have_value("")
    page.goto(f"{gatehouse.url}/console/")
    page.goto(f"{gatehouse.url}/console/comments/{comment_id}")
    expect(note).to_have_value("")


def test_what_somebody_else_typed_in_this_tab_is_not_kept(visit, gatehouse):
    gatehouse.hand_in(RUDE)
    gatehouse.judge()
    console = visit()
    console.log_in()
    draft = '{"who": "bob@news.example", "action": "/console/comments/cmt_1/notes", "values": {}}'
    console.page.evaluate("draft => sessionStorage.setItem('gatehouse-draft', draft)", draft)
    console.page.goto(f"{gatehouse.url}/console/pages")
    console.page.wait_for_function("sessionStorage.getItem('gatehouse-draft') === null")


def test_when_the_service_is_away_the_page_says_so(visit, gatehouse):
    gatehouse.hand_in(RUDE)
    gatehouse.judge()
    console = visit()
    console.log_in()
    console.page.route("**/decisions", lambda route: route.abort())
    console.page.get_by_role("button", name="Approve", exact=True).click()
    assert "cannot be reached" in console.page.get_by_role("alert").inner_text()
    console.page.unroute("**/decisions")
    console.page.get_by_role("button", name="Approve", exact=True).click()
    console.page.get_by_role("button", name="Undo").wait_for()
    assert console.page.locator("#trouble").is_hidden()


def test_a_browser_is_known_again_and_another_is_not(visit, gatehouse):
    first, second = visit(java_script_enabled=False), visit()
    second.without_embed()
    for watch, text in ((first, "One thought."), (first, "Another."), (second, "A third.")):
        fill_in(watch, text)
        watch.page.get_by_role("status").get_by_text("awaiting moderation").wait_for()
    with gatehouse.store.read() as connection:
        rows = connection.execute(sa.select(personal).order_by(personal.c.comment_id))
        first_key, same, other = (row.author_key for row in rows)
    assert first_key and first_key == same and other and other != first_key
    [cookie] = [cookie for cookie in first.page.context.cookies() if "author" in cookie["name"]]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert second.page.evaluate("document.cookie") == ""
