"""A notice of illegal content in a browser: from the link below a comment to the moderator's word."""

from moderation.domain.legal_notice import NoticeState
from moderation.review import legal_notices
from tests.browser.look import LOOKS, screen


@LOOKS
def test_a_notice_is_sent_decided_and_its_sender_is_told(visit, gatehouse, scheme, width):
    gatehouse.hand_in("Glad to see her back.", "Marit Holm", age=30)
    gatehouse.judge()
    watch, console = (visit(**screen(width, scheme)) for _ in range(2))

    page = watch.page
    page.goto(gatehouse.demo)
    with page.context.expect_page() as opened:
        # The embed's: the list that stands there until the thread has come leads on in this window.
        page.locator("gatehouse-comments").get_by_role(
            "link", name="Illegal content: Marit Holm"
        ).click()
    notice = type(watch)(opened.value, gatehouse)
    notice.page.get_by_label("Why is it against the law?").fill("It names a child’s school.")
    notice.look("notice")
    notice.page.get_by_label("Your name").fill("Nora Noticer")
    notice.page.get_by_label("Your e-mail").fill("nora@private.test")
    notice.page.get_by_label("I believe in good faith").check()
    notice.page.get_by_role("button", name="Send the notice").click()
    notice.page.get_by_text("A moderator will decide about it.").wait_for()
    notice.look("notice-received")
    console.log_in()
    console.page.get_by_role("link", name="Notices").click()
    console.page.get_by_text("It names a child’s school.").wait_for()
    console.look("notice-console")
    console.page.get_by_role("link", name="Marit Holm").click()
    assert console.page.get_by_text("1 notice of illegal content").is_visible()
    console.page.get_by_role("button", name="Approve", exact=True).click()
    console.page.get_by_role("article", name="Approved").wait_for()
    assert legal_notices.list_notices(gatehouse.store, gatehouse.site.id, NoticeState.OPEN) == []
    notice.page.reload()
    notice.page.get_by_text("It was decided: the comment stays.").wait_for()
    notice.page.get_by_label("What should be looked at again?").fill("It <b>names</b> her school.")
    notice.look("notice-kept")
    notice.page.get_by_role("button", name="Send the appeal").click()
    notice.page.get_by_text("Your appeal was received.").wait_for()
    notice.look("notice-appealed")
    console.page.reload()  # a tab comes with the page that first has something in it
    console.page.get_by_role("link", name="Appeals").click()
    console.page.get_by_role("link", name="Appeal about a notice against Marit Holm").click()
    console.page.get_by_text("It <b>names</b> her school.").wait_for()
    console.look("notice-appeal-console")
    assert watch.incidents + notice.incidents + console.incidents == []
