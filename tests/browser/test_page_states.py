"""The pages' states in a browser: closed, taken back, a branch rejected; and what readers of the demo see of it."""

from moderation.domain.comment import AuthorRef, PageRef
from moderation.store import memberships
from tests.browser.look import LOOKS, STACKED, screen


def furnish(gatehouse) -> None:
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    root = gatehouse.hand_in("The four crowns are fair.", "Marit Holm", age=50)
    answer = gatehouse.hand_in("To whom, you wonder?", "Old Per", age=40, parent_id=root)
    gatehouse.hand_in("To the bakers!", "Ida", age=30, parent_id=answer)
    for n, title in enumerate(("T" * 480, f"Z{STACKED}algo"[:200], "مقال", "<b>bold</b>")):
        page = PageRef(f"{gatehouse.url}/{n}{'p' * 600}", title)
        gatehouse.hand_in("Fine.", page=page, author=AuthorRef("Carol"))
    gatehouse.judge()


@LOOKS
def test_pages_are_closed_and_branches_rejected(visit, gatehouse, scheme, width):
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Pages", exact=True).click()
    watch.look("pages-empty")
    furnish(gatehouse)
    page.reload()
    watch.look("pages")
    page.get_by_text("Change the default").click()
    page.locator("#days-site").fill("14")
    page.get_by_role("button", name="Save for all pages").click()
    page.get_by_text("and close after 14 days.").wait_for()
    page.get_by_label("Find a page").fill(gatehouse.demo)
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Comments", exact=True).last.select_option("closed")
    page.get_by_role("button", name="Save for The night ferry").click()
    page.get_by_text("This page is closed.").wait_for()
    watch.look("page-closed")
    watch.without_embed()
    page.goto(gatehouse.demo)
    page.get_by_text("Comments are closed.").wait_for()
    assert page.get_by_role("button").count() == 0
    watch.look("demo-closed")
    page.goto(f"{gatehouse.url}/console/?queue=approved")
    if width == "desktop":  # where one card is open beside the list
        page.locator(".item", has_text="The four crowns are fair.").get_by_role("link").click()
    root = page.locator(".card", has_text="The four crowns are fair.")
    root.get_by_text("with its 2 replies").scroll_into_view_if_needed()
    watch.look("branch")
    root.get_by_role("button", name="Reject", exact=True).click()
    page.get_by_role("article", name="Rejected").wait_for()
    page.goto(gatehouse.demo)
    page.get_by_text("This comment was removed.").wait_for()
    watch.look("demo-removed")
    page.goto(f"{gatehouse.url}/console/?queue=rejected")
    page.get_by_text("with its 2 replies").click()
    page.get_by_role("button", name="Spam", exact=True).click()
    page.get_by_text("Marked as spam, with 2 replies").wait_for()
    page.goto(gatehouse.demo)
    page.get_by_text("No replies yet").wait_for()
    assert watch.incidents == []
