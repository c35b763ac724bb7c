"""The weekly sample in a browser: judged blind, and decided about after that; accessible at every width."""

from moderation.clock import now_ms
from moderation.domain.durations import WEEK_MS
from moderation.store import memberships
from moderation.upkeep.samples import draw_samples
from tests.browser.look import LOOKS, screen


@LOOKS
def test_a_sampled_comment_is_judged_and_then_rejected(visit, gatehouse, scheme, width):
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "editor")
    gatehouse.hand_in("A fine ferry, and a fine crew.", "Marit Holm", age=WEEK_MS // 60_000)
    gatehouse.judge()
    list(draw_samples(gatehouse.store, now_ms()))
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Sample 1").click()
    watch.look("sample")
    page.get_by_role("button", name="It should be removed").click()
    page.get_by_text("The policy had approved that comment.").wait_for()
    watch.look("sample-judged")
    page.get_by_role("link", name="Reject it").click()
    page.wait_for_url("**/console/comments/**")
    watch.look("sample-asked")
    page.goto(f"{gatehouse.url}/console/policy/record")
    assert page.get_by_text("1 of 1").is_visible()
    watch.look("sample-ledger")
    assert watch.incidents == []
