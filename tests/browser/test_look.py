"""The look of the pages: nothing for axe to find, nothing wider than the screen, targets one can hit."""

import pytest

from moderation.domain.comment import AuthorRef, PageRef
from tests.browser.look import LOOKS, STACKED, WIDTHS, faults, picture, screen


def furnish(gatehouse):
    """Comments of every kind that has ever broken a page."""
    for n, (text, name) in enumerate(
        [
            ("You are a complete idiot, and your mother should have told you.", "Bertil Storm"),
            ("What a pile of sh1t. You i.d.i.o.t.s should all k1ll yourselves.", "Λένα"),
            ("أنتم حمقى idiots جميعا، هذا القرار سيئ للغاية", "عبد الرحمن بن محمد"),
            (f"f{STACKED}u{STACKED} you stupid idiot", f"Z{STACKED}algo"),
            ("idiot " * 30 + "A" * 3_000, "N" * 245),
            ("\n".join(f"line {n}, you idiot" for n in range(60)), "\u202egnirts desrever"),
            ("</article><style>*{display:none}</style> you idiot", "<b>Bold</b>"),
        ]
    ):
        gatehouse.hand_in(text, name, age=200 - 20 * n)
    gatehouse.hand_in(
        "Idiots, all of you.",
        page=PageRef(f"{gatehouse.url}/{'p' * 600}", "T" * 480),
        author=AuthorRef("Carol", "", "https://x.test/" + "w" * 180),
    )
    gatehouse.hand_in("Glad to see her back, and four crowns is fair.", "Marit Holm", age=170)
    gatehouse.hand_in(
        "I grew up on Gull Island.\n\nWe heard the horn from our beds.", "Old Per", age=90
    )
    gatehouse.judge()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible(visit, gatehouse, width):
    watch = visit(**screen(width))

    def look(name: str) -> None:
        watch.look(name)
        watch.page.emulate_media(color_scheme="dark")
        picture(watch.page, name)
        assert faults(watch.page, "color-contrast", "link-in-text-block") == [], f"{name}, dark"
        watch.page.emulate_media(color_scheme="light")

    watch.page.goto(f"{gatehouse.url}/console/login")
    look("login")
    watch.page.goto(gatehouse.login_url())
    look("link")
    watch.page.get_by_role("button", name="Log in").click()
    watch.page.wait_for_url("**/console/")
    look("empty")
    watch.page.goto(gatehouse.demo)
    look("demo-empty")
    furnish(gatehouse)
    watch.page.goto(f"{gatehouse.url}/console/")
    look("queue")
    for _ in range(2):
        watch.page.keyboard.press("d")
    watch.page.locator(".stub").wait_for(state="attached")
    look("decided")
    watch.page.keyboard.press("?")
    look("help")
    watch.page.keyboard.press("Escape")
    watch.page.locator(".when a").first.click()
    look("comment")
    watch.page.goto(f"{gatehouse.url}/console/?queue=approved")
    look("approved")
    watch.page.goto(f"{gatehouse.demo}?gatehouse=received")
    look("demo")
    watch.page.goto(f"{gatehouse.url}/console/?queue=nothing")
    watch.errors.clear()  # the browser told the console of that 404
    look("error")
    assert watch.incidents == []


@LOOKS
def test_the_front_of_the_service_is_accessible(visit, gatehouse, scheme, width):
    watch = visit(**screen(width, scheme))

    watch.page.goto(gatehouse.url)
    watch.look("start")
    watch.page.goto(f"{gatehouse.url}/nothing")
    watch.errors.clear()  # the browser told the console of that 404
    watch.look("error-outside")
    for n in range(52):
        gatehouse.hand_in(f"A fine article, number {n}.", f"Reader {n}", age=60 - n)
    gatehouse.judge()
    watch.without_embed()
    watch.page.goto(gatehouse.demo)
    watch.look("demo-newest")
    watch.page.get_by_role("link", name="Older replies").click()
    watch.look("demo-oldest")
    watch.page.get_by_role("link", name="Reply to Reader 0", exact=True).click()
    assert watch.page.locator("blockquote").inner_text() == "A fine article, number 0."
    watch.look("demo-reply")
    assert watch.incidents == []


def test_a_session_that_ends_costs_one_more_press(visit, gatehouse):
    comment_id = gatehouse.hand_in("You stupid idiot.", "Bertil")
    gatehouse.judge()
    watch = visit(viewport={"width": 390, "height": 844})
    watch.log_in()
    watch.page.context.clear_cookies()
    watch.page.get_by_role("button", name="Reject", exact=True).click()
    watch.page.wait_for_url("**/console/login?next=**")
    assert "nothing was changed" in watch.page.get_by_role("alert").inner_text()
    watch.errors.clear()  # the browser told the console of the 401
    picture(watch.page, "session-ended", full_page=False)
    watch.page.goto(gatehouse.login_url())
    watch.page.get_by_role("button", name="Log in").click()
    watch.page.wait_for_url(f"**/console/comments/{comment_id}?ask=reject")
    picture(watch.page, "asked-again", full_page=False)
    assert faults(watch.page) == []
    assert watch.page.evaluate("document.activeElement.value") == "reject"
    watch.page.keyboard.press("Enter")
    watch.page.locator(".stub").wait_for(state="attached")
    assert watch.page.get_by_text("Not decided yet").count() == 0
    assert watch.incidents == []


def test_hostile_text_does_not_move_its_neighbours(visit, gatehouse):
    """The cards above and below stand where they would with a plain text of as many lines."""
    page = PageRef(gatehouse.demo, "T")
    ids = [gatehouse.hand_in("You idiot.", "Carol", age=30 - n, page=page) for n in range(3)]
    gatehouse.judge()
    watch = visit(viewport={"width": 1000, "height": 800})  # one below the other
    watch.log_in()

    def positions() -> list[float]:
        return [
            watch.page.locator(f"#c-{comment_id}").bounding_box()["y"]
            for comment_id in (ids[0], ids[2])
        ]

    before = positions()
    text, name = (watch.page.locator(f"#c-{ids[1]} .{part}") for part in ("text", "name"))
    for hostile in (
        f"f{STACKED}u{STACKED}",
        "\u202e\u2067idiot",
        "\u0600" * 5,
        "ﷺ﷽",
        "A\ufe0f\u20e3",
    ):
        for element in (text, name):
            element.evaluate("(element, text) => { element.textContent = text }", hostile)
        assert all(abs(a - b) <= 1 for a, b in zip(before, positions(), strict=True)), hostile
