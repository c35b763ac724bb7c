"""/embed/v1.js on a page of another origin, under a strict policy: what readers see and do there."""

import os
from typing import Any

from harness.servers import wait_until
from moderation.domain.comment import PageRef, PageState
from moderation.domain.decision import Outcome
from moderation.review import page_states, picks, queues
from moderation.review.page_states import PageChange
from moderation.store.sql.schema import revisions
from tests.browser.article import Article
from tests.browser.look import LOOKS, WIDTHS, faults, fits, picture, screen
from tests.browser.payloads import PAYLOADS
from tests.browser.watch import Watch
from tests.service.console.console_browser import now


def elsewhere(watch: Watch, article: Article) -> list[str]:
    """What went to neither of the two, and what else should never happen."""
    outbound = [url for url in watch.outbound if not url.startswith(article.origin)]
    navigated = [url for url in watch.navigated if not url.startswith(article.origin)]
    return watch.dialogs + outbound + watch.errors + navigated


def write(page: Any, text: str, name: str = "Carol") -> None:
    page.get_by_label("Comment *").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Post Comment").click()


def the_own_comment(article: Article, text: str) -> str:
    """The id of the comment with this text, as its writer's page has it."""
    with article.gatehouse.store.read() as connection:
        return (
            connection.execute(revisions.select().where(revisions.c.text == text)).one().comment_id
        )


_NO_COLOURS = ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")


def test_the_thread_is_shown_as_a_conversation(read, article):
    first = article.comment("See https://news.example/a_(b), and <b>this</b>.", age=9)
    second = article.comment("An answer.", "Emil", age=8, parent_id=first)
    article.comment("Another voice.", "Fritz", age=7)
    gone = article.comment("Rude.", "Gus", age=6)
    article.comment("An answer to Gus.", "Hal", age=5, parent_id=gone)
    article.decide(gone, Outcome.REJECT)
    watch = read()
    page = watch.page
    page.get_by_role("heading", name="4 comments").wait_for()
    assert page.locator(f"#comment-{first} + ol #comment-{second}").count() == 1
    assert page.locator(f"#comment-{gone}").inner_text().strip() == "This comment was removed."
    link = page.locator(f"#comment-{first} .said a")
    assert link.get_attribute("href") == "https://news.example/a_(b)"
    assert link.get_attribute("rel") == "nofollow ugc noopener"
    assert "<b>this</b>" in page.locator(f"#comment-{first} .said").inner_text()
    avatar = page.locator(f"#comment-{second} .avatar")
    assert avatar.inner_text() == "E"
    assert avatar.evaluate("(each) => getComputedStyle(each).backgroundColor") not in _NO_COLOURS
    assert page.locator(f"#comment-{first} time").inner_text() == "9 minutes ago"
    assert elsewhere(watch, article) == []
    assert page.context.cookies() == []


def test_what_one_posts_is_there_at_once_and_published_when_approved(read, article):
    watch = read()
    page = watch.page
    page.get_by_role("heading", name="No comments yet").wait_for()
    write(page, "The ferry is late.")
    own = page.locator("article.own")
    own.get_by_text("Yours · being checked").wait_for()
    assert own.locator(".said").inner_text() == "The ferry is late."
    assert page.get_by_label("Comment *").input_value() == ""
    page.reload()  # it is remembered
    own.get_by_text("Yours · being checked").wait_for()
    comment_id = the_own_comment(article, "The ferry is late.")
    other = read().page
    other.get_by_role("heading", name="No comments yet").wait_for()
    article.decide(comment_id, Outcome.APPROVE)
    page.get_by_role("heading", name="1 comment").wait_for()
    assert own.locator(".state").inner_text() == "Yours"
    # Another reader is told, and nothing moves until asked.
    other.get_by_role("button", name="Show 1 new comment").click()
    other.get_by_text("The ferry is late.").wait_for()
    article.decide(comment_id, Outcome.REJECT)
    other.get_by_role("heading", name="No comments yet").wait_for()
    assert other.get_by_text("The ferry is late.").count() == 0
    own.get_by_text("Yours · not published").wait_for()
    assert elsewhere(watch, article) == []


def own_comment(page: Any) -> Any:
    return page.locator("article.own")


def test_one_changes_and_withdraws_ones_own_comment(read, article):
    watch = read()
    page = watch.page
    write(page, "The fery is late.")
    own = own_comment(page)
    own.get_by_role("button", name="Edit").click()
    page.get_by_label("Your comment").fill("The ferry is late.")
    page.route("**/api/v1/comments/*", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Save").click()
    own.get_by_role("alert").get_by_text("Please try again shortly").wait_for()
    assert page.get_by_label("Your comment").input_value() == "The ferry is late."
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your change was received.").wait_for()
    assert own.locator(".said").inner_text() == "The ferry is late."
    comment_id = own.get_attribute("id").removeprefix("comment-")
    article.decide(comment_id, Outcome.APPROVE)
    page.get_by_text("Your comment is published.").wait_for()
    assert own.locator(".said").inner_text() == "The ferry is late."
    other = read().page
    other.locator(f"#comment-{comment_id}").wait_for()
    own.get_by_role("button", name="Withdraw").click()
    page.get_by_role("button", name="Yes, withdraw it").click()
    page.get_by_text("Your comment was withdrawn.").wait_for()
    assert own.count() == 0
    other.locator(f"#comment-{comment_id}").wait_for(state="detached")
    page.reload()
    page.get_by_role("heading", name="No comments yet").wait_for()
    assert [error for error in elsewhere(watch, article) if "ERR_FAILED" not in error] == []


def test_a_reader_reports_a_comment(read, article):
    comment_id = article.comment("Buy my boat.")
    watch = read()
    page = watch.page
    page.get_by_role("button", name="Report: Dora").click()
    page.get_by_label("Why do you report").select_option(label="Spam or advertising")
    page.get_by_label("What should a moderator know").fill("Under every article.")
    page.get_by_role("button", name="Send report").click()
    page.locator("article").get_by_text("Thank you. A moderator will look at it.").wait_for()
    [report] = queues.list_reports(article.gatehouse.store, {article.site.id}, comment_id, "", 5)
    assert (report.reason, report.note) == ("spam", "Under every article.")
    assert elsewhere(watch, article) == []


def test_no_payload_does_anything(read, article):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    for n, payload in enumerate(PAYLOADS):
        article.comment(f"A {payload} b", payload[:200], age=n)
    watch = read()
    page = watch.page
    while page.get_by_role("button", name="Show more comments").is_visible():
        count = page.locator("article").count()
        page.get_by_role("button", name="Show more comments").click()
        expect(page.locator("article")).not_to_have_count(count)
    assert page.locator("article .said").count() == len(PAYLOADS)
    for element in ("img", "script", "iframe", "style", "svg", "[onerror]", "[onload]", "[ping]"):
        assert page.locator(f"article {element}").count() == 0, element
    for link in page.locator("article .said a").all():
        assert link.get_attribute("href").startswith("http")
    page.locator("article").last.get_by_role("button", name="Reply").click()
    page.wait_for_load_state("networkidle")
    assert elsewhere(watch, article) == []


BLOCKED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""


def test_where_storage_is_blocked_one_can_write_and_change(read, article):
    watch = read(before=BLOCKED)
    page = watch.page
    write(page, "The ferry is late.")
    own = own_comment(page)
    own.get_by_text("Yours").wait_for()
    own.get_by_role("button", name="Withdraw").click()
    page.get_by_role("button", name="Yes, withdraw it").click()
    page.get_by_text("Your comment was withdrawn.").wait_for()
    assert elsewhere(watch, article) == []


def test_a_draft_is_kept_and_errors_stand_beside_their_fields(read, article):
    first = article.comment("The ferry is late.")
    watch = read()
    page = watch.page
    page.get_by_role("button", name="Reply to Dora").click()
    page.get_by_role("heading", name="Leave a Reply to Dora").wait_for()
    assert page.locator("blockquote").inner_text() == "The ferry is late."
    page.get_by_label("Comment *").fill("It always is.")
    page.get_by_label("Email").fill("carol@")
    page.reload()
    page.get_by_role("heading", name="Leave a Reply to Dora").wait_for()
    assert page.get_by_label("Comment *").input_value() == "It always is."
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_role("alert").get_by_text("Please look at the marked fields").wait_for()
    assert page.locator("#author-flaw").inner_text() == "Please give your name."
    assert page.locator("#email-flaw").inner_text() == "This is not an e-mail address."
    assert faults(watch.page) == []
    page.get_by_label("Email").fill("")
    # A refusal that asks to wait, then one for a comment that is gone.
    page.route(
        "**/api/v1/comments",
        lambda route: route.fulfill(
            status=429,
            headers={
                "Retry-After": "7",
                "Access-Control-Allow-Origin": article.origin,
                "Access-Control-Expose-Headers": "Retry-After",
            },
            json={"code": "too_many", "detail": "Slow down."},
        ),
        times=1,
    )
    write(page, "It always is.")
    page.get_by_text("Please wait 7 seconds").wait_for()
    article.decide(first, Outcome.REJECT)
    page.get_by_role("button", name="Post Comment").click()
    page.get_by_text("The comment you reply to is gone.").wait_for()
    assert page.get_by_label("Comment *").input_value() == "It always is."
    page.get_by_role("button", name="Post Comment").click()
    own_comment(page).get_by_text("It always is.").wait_for()


def test_while_gatehouse_is_away_a_sentence_says_so_and_the_text_stays(read, article):
    watch = read()
    page = watch.page
    page.get_by_label("Comment *").fill("Almost done.")
    page.route(f"{article.gatehouse.url}/api/**", lambda route: route.abort())
    write(page, "Almost done.")
    page.get_by_text("Please try again shortly; what you wrote is kept here.").wait_for()
    assert page.get_by_label("Comment *").input_value() == "Almost done."
    page.reload()
    page.get_by_text("Comments cannot be shown just now.").wait_for()
    assert page.get_by_label("Comment *").input_value() == "Almost done."
    page.unroute(f"{article.gatehouse.url}/api/**")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="No comments yet").wait_for()
    page.get_by_role("button", name="Post Comment").click()
    own_comment(page).get_by_text("Almost done.").wait_for()


def test_premoderated_and_closed_pages_say_so_beforehand(read, article):
    store, page_ref = article.gatehouse.store, PageRef(article.url)

    def set_state(state: PageState) -> None:
        page_states.set_page(
            store, article.site.id, page_ref, PageChange(state, None), now(), os.urandom
        )

    set_state(PageState.PREMODERATED)
    page = read().page
    page.get_by_text("A moderator looks at every comment").wait_for()
    page.get_by_label("Comment *").fill("Almost done.")
    set_state(PageState.CLOSED)
    write(page, "Almost done.")
    page.get_by_role("alert").get_by_text("Comments are closed.").wait_for()
    assert page.get_by_label("Comment *").input_value() == "Almost done."
    page = read().page
    page.get_by_text("Comments are closed.").wait_for()
    assert not page.get_by_role("button", name="Post Comment").is_visible()


def test_a_link_to_a_comment_far_down_leads_there(read, article):
    ids = [article.comment(f"Number {n}.", age=200 - n) for n in range(120)]
    page = read(f"#comment-{ids[110]}").page
    page.locator(f"#comment-{ids[110]}.target").wait_for()
    assert (
        page.evaluate("document.querySelector('gatehouse-comments').shadowRoot.activeElement.id")
        == f"comment-{ids[110]}"
    )
    page.get_by_role("heading", name="120 comments").wait_for()
    page.get_by_label("Order").select_option(label="Newest first")
    page.locator("article .said").first.get_by_text("Number 119.").wait_for()
    page.get_by_role("heading", name="50+ comments").wait_for()
    page.get_by_role("button", name="Show more comments").click()
    page.get_by_role("heading", name="100+ comments").wait_for()
    assert page.locator("article .said").last.inner_text() == "Number 20."


def test_readers_choose_the_order_and_long_conversations_are_folded(read, article):
    quiet = article.comment("Quiet.", age=60)
    loud = article.comment("Loud.", "Emil", age=59)
    replies = [article.comment(f"Reply {n}.", age=50 - n, parent_id=loud) for n in range(8)]
    picks.pick(article.gatehouse.store, {article.site.id}, quiet, now=now())
    watch = read(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = watch.page
    top = page.locator("gatehouse-comments section > ol > li > article .said")
    assert top.all_inner_texts() == ["Quiet.", "Loud."]
    assert page.locator(f"#comment-{quiet}").get_by_text("Editors’ pick").is_visible()
    assert page.locator(f"#comment-{replies[3]}").is_hidden()
    page.get_by_label("Order").select_option(label="Most replied")
    top.first.get_by_text("Loud.").wait_for()
    assert page.locator("article:visible").count() == 5
    picture(page, "embed-order")
    assert faults(watch.page) == []
    page.get_by_role("button", name="Show 5 more replies").click()
    assert page.locator("article:visible").count() == 10
    # A link into what is folded opens it; below the newest first stands what it answers, once it is loaded.
    page.get_by_label("Order").select_option(label="Newest first")
    top.first.get_by_text("Loud.").wait_for()
    page.evaluate(f"location.hash = 'comment-{replies[6]}'")
    page.locator(f"#comment-{replies[6]}.target").wait_for()
    article.decide(replies[0], Outcome.REJECT)
    page.locator(f"#comment-{replies[0]}").wait_for(state="detached")
    assert elsewhere(watch, article) == []


def test_it_speaks_german_and_takes_over_a_plain_form(read, article):
    article.lang = "de-AT"
    article.comment("Die Fähre ist zu spät.", "Dora", age=3)
    article.inside = "<p>Old list</p><form><textarea name=comment>Endlich.</textarea></form>"
    watch = read()
    page = watch.page
    page.get_by_role("heading", name="1 Kommentar").wait_for()
    assert page.get_by_text("vor 3 Minuten").is_visible()
    assert page.get_by_text("Old list").count() == 0
    assert page.get_by_label("Kommentar *").input_value() == "Endlich."
    assert elsewhere(watch, article) == []


def test_without_a_key_the_form_is_posted_like_any_other(read, article):
    article.key = ""
    watch = read()
    page = watch.page
    write(page, "The ferry is late.")
    page.wait_for_url("**/harbour?gatehouse=received#respond")
    page.get_by_text("Your comment is awaiting moderation.").wait_for()
    assert page.get_by_label("Comment *").input_value() == ""
    comment_id = the_own_comment(article, "The ferry is late.")
    article.decide(comment_id, Outcome.APPROVE)
    page.get_by_role("button", name="Show 1 new comment").click()
    page.locator(f"#comment-{comment_id}").wait_for()
    assert elsewhere(watch, article) == []


def test_the_console_shows_snippets_that_fit(visit, gatehouse):
    for width in WIDTHS:
        watch = visit(**screen(width))
        watch.log_in()
        watch.page.get_by_role("link", name="Pages", exact=True).click()
        watch.page.get_by_role("link", name="Put it on your page").click()
        watch.page.get_by_role("heading", name="Put it on your page").wait_for()
        picture(watch.page, "embed-console")
        assert faults(watch.page) == []
        assert fits(watch.page)
        assert watch.incidents == []


@LOOKS
def test_it_is_accessible_and_fits(read, article, width, scheme):
    above = article.comment("Bread of that flour, see https://news.example/mill.", age=90)
    for n, (text, name) in enumerate(
        [
            ("A" * 900, "N" * 200),
            ("قرار سيئ للغاية", "عبد الرحمن"),
            ("I agree.", "Emil"),
            ("No.", "Fritz"),
        ]
    ):
        above = article.comment(text, name, age=80 - n, parent_id=above)
    watch = read(**screen(width, scheme))
    page = watch.page
    write(page, "Mine, too.")
    own_comment(page).wait_for()
    page.get_by_role("button", name="Reply to Emil").click()
    page.get_by_role("button", name="Report: Emil").click()
    picture(page, "embed")
    assert faults(watch.page) == []
    assert fits(page)
    low = page.evaluate(
        """() => [...document.querySelector('gatehouse-comments').shadowRoot.querySelectorAll('button, input, select')]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 40).map(each => each.outerHTML)"""
    )
    assert low == [] and elsewhere(watch, article) == []


# Whatever is asked again by itself after more than two seconds is not asked at all: what comes, the stream has brought.
ONLY_STREAMS = """
    const timeout = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => (ms > 2000 ? 0 : timeout(act, ms, ...more));
"""


def test_readers_see_what_is_approved_and_no_longer_what_is_rejected(read, article):
    from playwright.sync_api import expect

    first = article.comment("The first.", age=5)
    readers = [read(before=ONLY_STREAMS) for _ in range(3)]
    for watch in readers:
        watch.page.locator(f"#comment-{first}").wait_for()
    second = article.comment("The second.")
    for watch in readers:
        button = watch.page.get_by_role("button", name="1 new comment")
        expect(button).to_be_visible(timeout=60_000)
        assert watch.page.locator(f"#comment-{second}").count() == 0
        button.click()
        expect(watch.page.locator(f"#comment-{second}")).to_be_focused()
    article.decide(first, Outcome.REJECT)
    for watch in readers:
        expect(watch.page.locator(f"#comment-{first}")).to_have_count(0, timeout=60_000)
        assert watch.page.locator(f"#comment-{second}").count() == 1
        assert watch.errors == []


def test_a_tab_that_nobody_looks_at_has_no_stream(read, article, gatehouse):
    article.comment("The first.", age=5)
    hide = """
        let hidden = false;
        Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
        window.look = (away) => { hidden = away; document.dispatchEvent(new Event("visibilitychange")); };
    """
    watch = read(before=ONLY_STREAMS + hide)
    streams = gatehouse.streams
    wait_until(lambda: len(streams) == 1, "the page has a stream")
    watch.page.evaluate("look(true)")
    wait_until(lambda: len(streams) == 0, "a hidden page has none")
    second = article.comment("The second.")
    watch.page.evaluate("look(false)")
    wait_until(lambda: len(streams) == 1, "it has one again")
    watch.page.get_by_role("button", name="1 new comment").click()
    watch.page.locator(f"#comment-{second}").wait_for()


def test_where_streams_are_refused_readers_ask_as_before(visit, article):
    first = article.comment("The first.", age=5)
    watch = visit()
    watch.page.route("**/threads/events*", lambda route: route.fulfill(status=503))
    watch.page.goto(article.url)
    watch.page.locator(f"#comment-{first}").wait_for()
    article.comment("The second.")
    watch.page.get_by_role("button", name="1 new comment").wait_for(timeout=60_000)
