"""The look of the pages: nothing for axe to find, nothing wider than the screen, targets one can hit."""

import pytest

from moderation.domain.comment import AuthorRef, PageRef

WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
# Each width and each scheme once; this file's pages, which all others are built like, in all four ways.
LOOKS = pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
STACKED = "".join(chr(0x300 + n % 80) for n in range(120))


def furnish(house):
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
        house.hand_in(text, name, age=200 - 20 * n)
    house.hand_in(
        "Idiots, all of you.",
        page=PageRef(f"{house.url}/{'p' * 600}", "T" * 480),
        author=AuthorRef("Carol", "", "https://x.test/" + "w" * 180),
    )
    house.hand_in("Glad to see her back, and four crowns is fair.", "Marit Holm", age=170)
    house.hand_in(
        "I grew up on Gull Island.\n\nWe heard the horn from our beds.", "Old Per", age=90
    )
    house.judge()


def faults(watch) -> list[str]:
    """What axe finds, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(watch.page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def too_small(watch) -> list[str]:
    """Controls lower than 44 px, links within a line of text aside (WCAG 2.5.8 and 2.5.5).

    A box inside its label is as large as the label: all of it can be hit.
    """
    return watch.page.evaluate(
        """() => [...document.querySelectorAll('button, summary, input:not([type=hidden]), nav a, .chip[href]')]
            .filter(one => one.checkVisibility() && !one.closest('.pot') && !one.closest('.switch'))
            .filter(one => (one.closest('label') ?? one).getBoundingClientRect().height < 40)
            .map(one => one.outerHTML.slice(0, 90))"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_for_everybody(visit, house, shots, scheme, width):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    watch = visit(viewport=size, color_scheme=scheme)

    def look(name: str) -> None:
        watch.page.screenshot(path=shots / f"{name}-{scheme}-{width}.png", full_page=True)
        assert faults(watch) == [], name
        assert too_small(watch) == [], name
        assert watch.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name

    watch.page.goto(f"{house.url}/console/login")
    look("login")
    watch.page.goto(house.login_url())
    look("link")
    watch.page.get_by_role("button", name="Log in").click()
    watch.page.wait_for_url("**/console/")
    look("empty")
    watch.page.goto(house.demo)
    look("demo-empty")
    furnish(house)
    watch.page.goto(f"{house.url}/console/")
    look("queue")
    watch.page.keyboard.press("d")
    watch.page.locator(".stub").wait_for()
    look("decided")
    watch.page.keyboard.press("?")
    look("help")
    watch.page.keyboard.press("Escape")
    watch.page.locator(".when a").first.click()
    look("comment")
    watch.page.goto(f"{house.url}/console/?queue=approved")
    look("approved")
    watch.page.goto(f"{house.demo}?gatehouse=received")
    look("demo")
    watch.page.goto(f"{house.url}/console/?queue=nothing")
    watch.errors.clear()  # the browser told the console of that 404
    look("error")
    assert watch.incidents == []


def test_hostile_text_does_not_move_its_neighbours(visit, house):
    """The cards above and below stand where they would with a plain text of as many lines."""
    page = PageRef(house.demo, "T")
    ids = [house.hand_in("You idiot.", "Carol", age=30 - n, page=page) for n in range(3)]
    house.judge()
    watch = visit()
    watch.log_in()

    def places() -> list[float]:
        return [watch.page.locator(f"#c-{one}").bounding_box()["y"] for one in (ids[0], ids[2])]

    before = places()
    text, name = (watch.page.locator(f"#c-{ids[1]} .{part}") for part in ("text", "name"))
    for hostile in (
        f"f{STACKED}u{STACKED}",
        "\u202e\u2067idiot",
        "\u0600" * 5,
        "ﷺ﷽",
        "A\ufe0f\u20e3",
    ):
        for place in (text, name):
            place.evaluate("(one, text) => { one.textContent = text }", hostile)
        assert all(abs(a - b) <= 1 for a, b in zip(before, places(), strict=True)), hostile
