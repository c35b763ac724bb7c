"""The embed as it arrives on a page that somebody reads, or writes on, already: nothing moves, and no word is lost."""

import pytest

from service.embed.module import module
from tests.browser.look import WIDTHS, screen

PLAIN = """<h2>Replies</h2><p>Dora: The ferry is late.</p><form method="post" action="/reply">
<textarea name="comment" rows="7" aria-label="Comment"></textarea>
<input name="author" aria-label="Name"></form>"""
# What moved, each with its score. Chrome does not count what a reader's own click or key sets off.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    window.shifts.push([shift.value, ...shift.sources.map(({ node }) => node?.outerHTML?.slice(0, 60) ?? node?.nodeName)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
SETTLED = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
)


def held_back(page, gatehouse):
    """Holds the thread back; called, what is returned lets it through."""
    waiting = []
    page.route(f"{gatehouse.url}/api/v1/threads*", lambda route: waiting.append(route))

    def let_go() -> None:
        for route in waiting:
            route.continue_()
        page.unroute(f"{gatehouse.url}/api/v1/threads*")

    return let_go


def test_who_writes_in_the_plain_form_meanwhile_keeps_words_and_cursor(visit, gatehouse, article):
    article.inside = PLAIN
    article.comment("The ferry is late.")
    watch = visit()
    page = watch.page
    let_go = held_back(page, gatehouse)
    with page.expect_request("**/api/v1/threads*"):
        page.goto(article.url)
    page.get_by_role("textbox", name="Comment").fill("It always is.")
    page.get_by_role("textbox", name="Name").fill("Carol")
    page.get_by_role("textbox", name="Comment").focus()
    page.evaluate("document.activeElement.setSelectionRange(3, 9)")
    let_go()
    page.locator("gatehouse-comments article").wait_for()
    assert page.locator("div#comments > form").count() == 0
    page.keyboard.type("never")  # in place of what was selected
    assert page.get_by_label("Comment *").input_value() == "It never is."
    assert page.get_by_label("Name").input_value() == "Carol"
    # It is a draft like any other: a reload does not lose it.
    page.reload()
    page.locator("gatehouse-comments article").wait_for()
    assert page.get_by_label("Comment *").input_value() == "It never is."


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("inside", ["", PLAIN], ids=["empty", "plain"])
@pytest.mark.parametrize("count", [1, 20])
def test_nothing_that_is_read_moves_when_the_thread_arrives(
    visit, gatehouse, article, width, inside, count
):
    article.above = "<p>The night ferry comes back.</p>" * 30
    article.below = "<footer><p>Impressum</p><p>The Tide Table</p></footer>"
    article.inside = inside
    for n in range(count):
        article.comment(f"Number {n}.", age=30 - n)
    watch = visit(**screen(width))
    page = watch.page
    page.add_init_script(SHIFTS)
    let_go = held_back(page, gatehouse)
    page.goto(article.url)
    with page.expect_request("**/api/v1/threads*"):
        page.locator("div#comments").evaluate("place => scrollTo(0, place.offsetTop - 200)")
    page.evaluate(SETTLED)
    let_go()
    page.locator("gatehouse-comments article").last.wait_for()
    page.evaluate(SETTLED)
    assert page.evaluate("window.shifts") == []
    # It can fail: what is put in before the thread is counted.
    page.evaluate(
        "() => document.querySelector('#comments').before(Object.assign(document.createElement('p'), {textContent: 'New'}))"
    )
    page.evaluate(SETTLED)
    page.wait_for_function("window.shifts.length > 0")


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_the_browser_runs_the_module_only_with_its_own_hash(visit, article, is_right):
    integrity = module().integrity if is_right else "sha384-" + "A" * 64
    article.attributes = f' integrity="{integrity}" crossorigin="anonymous"'
    article.inside = "<p>The page's own list</p>"
    article.comment("The ferry is late.")
    watch = visit()
    watch.page.goto(article.url)
    if is_right:
        watch.page.locator("gatehouse-comments article").wait_for()
        assert watch.errors == []
        return
    watch.page.wait_for_load_state("networkidle")
    assert watch.page.locator("gatehouse-comments").count() == 0
    assert watch.page.get_by_text("The page's own list").is_visible()
    assert any("integrity" in error for error in watch.errors)
