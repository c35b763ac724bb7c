"""Reasons by keyboard, other keys in this browser, and how the form, the list and the keys look."""

import re

from moderation.domain.comment import AuthorRef, Context, Status
from moderation.review import author_filters, corrections, queues
from moderation.store import memberships
from tests.browser.look import LOOKS, faults, picture, screen, too_small
from tests.browser.test_keys import announces, focused, focuses, wait_for_stubs


def cards(gatehouse, *statuses):
    return [card for each in statuses for card in queues.list_queue(gatehouse.store, gatehouse.site.id, Status(each))]  # fmt: skip


def test_a_reason_is_a_key_before_or_after_the_verb(console, gatehouse):
    keys, page = console.page.keyboard, console.page
    keys.press("4")
    announces(console, re.compile(r"Nothing was selected\."))
    focuses(console, "Reader 0")
    keys.press("4")
    announces(console, re.compile("^4 · Off topic:"))
    keys.press("d")
    wait_for_stubs(console, 1)
    keys.press("?")
    page.get_by_label("Rejecting asks why first").check()
    keys.press("Escape")
    keys.press("d")
    wait_for_stubs(console, 1)
    keys.press("5")
    wait_for_stubs(console, 2)
    keys.press("d")
    keys.press("d")
    wait_for_stubs(console, 3)
    keys.press("h")
    keys.type("Is this the mayor?")
    page.get_by_role("button", name="Hold for a colleague").click()
    wait_for_stubs(console, 4)
    announces(console, "Held: Reader 3")
    said = {
        card.author_name: [reason.code for reason in card.decision.reasons]
        for card in cards(gatehouse, "rejected", "held")
    }
    assert said == {"Reader 0": ["off_topic"], "Reader 1": ["spam"], "Reader 2": [], "Reader 3": []}
    assert console.incidents == []


def test_a_score_is_called_wrong_and_keys_are_changed(console, gatehouse):
    keys, page = console.page.keyboard, console.page
    keys.press("?")
    page.get_by_text("Other keys, in this browser").click()
    page.get_by_label("next comment", exact=True).fill("k")
    keys.press("Tab")
    assert page.get_by_text("“k” is the key for: previous comment.").is_visible()
    page.get_by_label("next comment", exact=True).fill("y")
    keys.press("Tab")
    page.reload()
    keys.press("j")
    assert focused(console) == ""
    keys.press("y")
    assert focused(console) == "Reader 0"
    keys.press("e")
    keys.press("Enter")
    page.get_by_text("is wrong, says").wait_for()
    assert focused(console) == "Reader 0"
    [card] = [each for each in cards(gatehouse, "held") if each.author_name == "Reader 0"]
    assert corrections.of_comment(gatehouse.store, {gatehouse.site.id}, card.id)
    assert console.incidents == []


@LOOKS
def test_reasons_and_keys_are_accessible(visit, gatehouse, width, scheme):
    gatehouse.hand_in("You stupid idiot, go away.", "Bertil Storm", age=20)
    gatehouse.judge()
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    watch = visit(**screen(width, scheme))
    watch.log_in()

    watch.page.locator(".wrong summary").click()
    watch.page.get_by_text("With a reason or a question").click()
    watch.look("reason")
    watch.page.goto(f"{gatehouse.url}/console/reasons")
    watch.page.locator("#r-off_topic summary").click()
    watch.look("reasons")
    watch.page.goto(f"{gatehouse.url}/console/")
    watch.page.keyboard.press("?")
    watch.page.get_by_text("Other keys, in this browser").click()
    watch.look("keys")
    assert watch.incidents == []


def test_an_author_is_held_from_the_open_comment(visit, gatehouse):
    known = {"author": AuthorRef("Bertil", identity="id:b"), "context": Context("203.0.113.9")}
    id = gatehouse.hand_in("You stupid idiot, see https://ferry-times.com/", age=20, **known)
    gatehouse.judge()
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    watch = visit(viewport={"width": 390, "height": 844}, color_scheme="dark")
    watch.log_in()
    for key in ("j", "p"):
        watch.page.keyboard.press(key)
    watch.page.wait_for_url("**#author")
    watch.page.get_by_role("button", name="Hold this author, as they are known here").click()
    undo = watch.page.get_by_role("button", name="Undo: this author, as they are known here held")
    undo.wait_for()
    picture(watch.page, "author")
    assert faults(watch.page) == [] and too_small(watch.page) == []
    watch.page.set_viewport_size({"width": 1280, "height": 860})
    watch.page.emulate_media(color_scheme="light")
    picture(watch.page, "author")
    marked = author_filters.of_comment(gatehouse.store, {gatehouse.site.id}, id, 0)
    [named] = marked[0].filters
    assert named.name.startswith("Held authors, until ")
    undo.click()
    watch.page.get_by_role("button", name="Undo:").wait_for(state="detached")
    assert watch.incidents == []
