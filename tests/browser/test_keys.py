"""Working a queue by keyboard: the keys, their off switch, where the focus goes, what is announced."""

import re

import pytest

from harness.servers import wait_until
from moderation.domain.comment import Status
from moderation.review import queues


def focused(console) -> str:
    """The name on the card that has the focus, '' for none."""
    return console.page.evaluate(
        """() => document.activeElement.closest('.card')
               ?.querySelector('bdi')?.textContent ?? ''"""
    )


def focuses(console, name: str) -> None:
    """The answer of a decision is on the page a moment before it is announced and the focus moves."""
    wait_until(lambda: focused(console) == name, f"the focus is on {name}")


def announces(console, text: str | re.Pattern) -> None:
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    expect(console.page.locator("#announcement")).to_have_text(text)


def wait_for_stubs(console, count):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    # Not wait_for_function: it evaluates strings, which the pages' own policy forbids.
    expect(console.page.locator(".stub")).to_have_count(count)


def test_a_queue_is_worked_off_without_a_mouse(console):
    keys = console.page.keyboard
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keys.press(key)
        focuses(console, f"Reader {number}")
    keys.press("d")
    wait_for_stubs(console, 1)
    announces(console, "Rejected: Reader 1")
    focuses(console, "Reader 2")
    keys.press("a")
    wait_for_stubs(console, 2)
    focuses(console, "Reader 3")
    keys.press("s")
    wait_for_stubs(console, 3)
    announces(console, "Marked as spam: Reader 3")
    focuses(console, "Reader 3")  # the last one: its result
    assert console.page.locator("#count-held").inner_text() == "1"
    keys.press("z")
    wait_for_stubs(console, 2)
    announces(console, "Undone: Reader 3")
    focuses(console, "Reader 3")
    assert console.page.locator("#count-held").inner_text() == "2"
    assert console.incidents == []


def test_undo_takes_back_the_latest_decision_from_any_card(console):
    for key in ("j", "a"):
        console.page.keyboard.press(key)
    wait_for_stubs(console, 1)
    focuses(console, "Reader 1")
    console.page.keyboard.press("z")
    wait_for_stubs(console, 0)
    focuses(console, "Reader 0")


def test_undo_goes_back_decision_by_decision_and_says_when_there_is_no_more(console, gatehouse):
    keys = console.page.keyboard
    keys.press("j")
    for count in (1, 2, 3, 4):
        keys.press("a")
        wait_for_stubs(console, count)
    for count, number in ((3, 3), (2, 2), (1, 1), (0, 0)):
        keys.press("z")
        wait_for_stubs(console, count)
        announces(console, f"Undone: Reader {number}")
        focuses(console, f"Reader {number}")
    keys.press("z")
    console.page.locator("#undone").get_by_text("You have nothing left to undo.").wait_for()
    announces(console, "You have nothing left to undo.")
    held = queues.list_queue(gatehouse.store, gatehouse.site.id, Status.HELD)
    assert len(held) == 4 and {len(card.decisions) for card in held} == {3}
    assert console.incidents == []


def test_undo_pressed_fast_takes_back_one_decision_each(console):
    keys = console.page.keyboard
    keys.press("j")
    for count in (1, 2, 3):
        keys.press("d")
        wait_for_stubs(console, count)
    for _ in range(3):
        keys.press("z")
    wait_for_stubs(console, 0)


def test_undo_of_a_row_takes_back_that_row_and_the_next_key_the_latest(console):
    keys = console.page.keyboard
    keys.press("j")
    for count in (1, 2, 3):
        keys.press("d")
        wait_for_stubs(console, count)
    console.page.get_by_role("button", name="Undo: Reader 1").click()
    wait_for_stubs(console, 2)
    focuses(console, "Reader 1")
    keys.press("z")
    wait_for_stubs(console, 1)
    focuses(console, "Reader 2")
    keys.press("z")
    wait_for_stubs(console, 0)


@pytest.mark.parametrize("key", ["a", "f", "d", "s"])
def test_the_first_key_only_selects(console, key):
    console.page.keyboard.press(key)
    focuses(console, "Reader 0")
    assert console.page.get_by_text("Nothing was selected.").is_visible()
    wait_for_stubs(console, 0)
    console.page.keyboard.press(key)
    wait_for_stubs(console, 1)


def test_the_keys_can_be_turned_off_and_stay_so(console):
    console.page.keyboard.press("?")
    assert console.page.get_by_role("dialog").is_visible()
    console.page.keyboard.press("a")  # not through the dialog
    console.page.get_by_label("Single-letter keys are on").uncheck()
    console.page.get_by_role("button", name="Close").click()
    for _ in range(2):
        for key in ("j", "a", "d", "s", "z", "?"):
            console.page.keyboard.press(key)
        assert focused(console) == "" and console.page.get_by_role("dialog").count() == 0
        console.page.reload()
    wait_for_stubs(console, 0)
    console.page.get_by_role("button", name="Keys").click()
    console.page.get_by_label("Single-letter keys are on").check()
    console.page.keyboard.press("Escape")
    console.page.keyboard.press("j")
    focuses(console, "Reader 0")


def test_keys_do_not_fire_in_fields_nor_with_modifiers(console):
    console.page.evaluate(
        "document.querySelector('main').prepend(document.createElement('textarea'))"
    )
    console.page.locator("main > textarea").focus()
    console.page.keyboard.type("jadsz?")
    assert console.page.locator("main > textarea").input_value() == "jadsz?"
    console.page.locator("body").click(position={"x": 5, "y": 5})
    for key in ("Control+a", "Alt+d", "Meta+s"):
        console.page.keyboard.press(key)
    wait_for_stubs(console, 0)


def test_escape_leads_from_a_field_back_to_the_comment(console):
    page = console.page
    page.keyboard.press("j")
    page.keyboard.press("h")
    page.keyboard.type("Is this the mayor?")
    page.keyboard.press("Escape")
    focuses(console, "Reader 0")
    note = page.get_by_label("To your colleagues").first
    assert note.input_value() == "Is this the mayor?"
    page.keyboard.press("/")
    page.keyboard.type("ads")
    page.keyboard.press("Escape")
    focuses(console, "Reader 0")
    page.keyboard.press("d")
    wait_for_stubs(console, 1)


def test_pressing_twice_decides_once(console, gatehouse):
    first = console.page.locator(".card").first
    first.evaluate(
        "card => { const b = card.querySelector('button[value=approve]'); b.click(); b.click(); }"
    )
    wait_for_stubs(console, 1)
    comment_id = console.page.locator(".stub").get_attribute("id").removeprefix("c-")
    assert len(queues.get_card(gatehouse.store, {gatehouse.site.id}, comment_id).decisions) == 2
    assert console.incidents == []


def test_without_scripts_the_keys_are_not_mentioned(visit, gatehouse):
    watch = visit(java_script_enabled=False)
    watch.log_in()
    assert watch.page.get_by_role("button", name="Keys").count() == 0
    assert watch.page.locator("kbd:visible").count() == 0
