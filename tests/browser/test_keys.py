"""Working a queue by keyboard: the keys, their off switch, where the focus goes, what is said aloud."""

import pytest

from moderation.review import queues


@pytest.fixture
def desk(visit, house):
    for n in range(4):
        house.hand_in(f"You stupid idiot, number {n}.", f"Reader {n}", age=60 - n)
    house.judge()
    watch = visit()
    watch.log_in()
    return watch


def focused(desk) -> str:
    """The name on the card that has the focus, '' for none."""
    return desk.page.evaluate(
        """() => document.activeElement.closest('.card')
               ?.querySelector('bdi')?.textContent ?? ''"""
    )


def said(desk) -> str:
    return desk.page.locator("#say").inner_text()


def wait_for_stubs(desk, count):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    # Not wait_for_function: it evaluates strings, which the pages' own policy forbids.
    expect(desk.page.locator(".stub")).to_have_count(count)


def test_a_queue_is_worked_off_without_a_mouse(desk):
    keys = desk.page.keyboard
    for key, there in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keys.press(key)
        assert focused(desk) == f"Reader {there}"
    keys.press("d")
    wait_for_stubs(desk, 1)
    assert said(desk) == "Rejected: Reader 1"
    assert focused(desk) == "Reader 2"
    keys.press("a")
    wait_for_stubs(desk, 2)
    assert focused(desk) == "Reader 3"
    keys.press("s")
    wait_for_stubs(desk, 3)
    assert said(desk) == "Marked as spam: Reader 3"
    assert focused(desk) == "Reader 3"  # the last one: its result
    assert desk.page.locator("#count-held").inner_text() == "1"
    keys.press("z")
    wait_for_stubs(desk, 2)
    assert said(desk) == "Undone." and focused(desk) == "Reader 3"
    assert desk.page.locator("#count-held").inner_text() == "2"
    assert desk.incidents == []


def test_undo_takes_back_the_latest_from_wherever_one_is(desk):
    desk.page.keyboard.press("a")
    wait_for_stubs(desk, 1)
    assert focused(desk) == "Reader 1"
    desk.page.keyboard.press("z")
    wait_for_stubs(desk, 0)
    assert focused(desk) == "Reader 0"


def test_the_keys_can_be_turned_off_and_stay_so(desk):
    desk.page.keyboard.press("?")
    assert desk.page.get_by_role("dialog").is_visible()
    desk.page.keyboard.press("a")  # not through the dialog
    desk.page.get_by_label("Single-letter keys are on").uncheck()
    desk.page.get_by_role("button", name="Close").click()
    for _ in range(2):
        for key in ("j", "a", "d", "s", "z", "?"):
            desk.page.keyboard.press(key)
        assert focused(desk) == "" and desk.page.get_by_role("dialog").count() == 0
        desk.page.reload()
    wait_for_stubs(desk, 0)
    desk.page.get_by_role("button", name="Keys").click()
    desk.page.get_by_label("Single-letter keys are on").check()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("j")
    assert focused(desk) == "Reader 0"


def test_keys_do_not_fire_in_fields_nor_with_modifiers(desk):
    desk.page.evaluate("document.querySelector('main').prepend(document.createElement('textarea'))")
    desk.page.locator("textarea").focus()
    desk.page.keyboard.type("jadsz?")
    assert desk.page.locator("textarea").input_value() == "jadsz?"
    desk.page.locator("body").click(position={"x": 5, "y": 5})
    for key in ("Control+a", "Alt+d", "Meta+s"):
        desk.page.keyboard.press(key)
    wait_for_stubs(desk, 0)


def test_pressing_twice_decides_once(desk, house):

    first = desk.page.locator(".card").first
    first.evaluate(
        "card => { const b = card.querySelector('button[value=approve]'); b.click(); b.click(); }"
    )
    wait_for_stubs(desk, 1)
    one = desk.page.locator(".stub").get_attribute("id").removeprefix("c-")
    assert len(queues.get_card(house.store, {house.site.id}, one).decisions) == 2
    assert desk.incidents == []


def test_without_scripts_nothing_speaks_of_keys(visit, house):
    watch = visit(java_script_enabled=False)
    watch.log_in()
    assert watch.page.get_by_role("button", name="Keys").count() == 0
    assert watch.page.locator("kbd:visible").count() == 0
