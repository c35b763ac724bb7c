"""Two moderators at one queue: what one has open the other passes over, opens knowingly, and gets when it was left."""

import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import Status
from moderation.review import claims, queues
from moderation.store.sql.schema import claims as claim_rows
from tests.browser.look import LOOKS, screen
from tests.service.console.console_browser import held, moderator, now

WIDE = {"viewport": {"width": 1280, "height": 860}}
PATIENCE = 30_000  # ms
TIME = 1_900_000_000  # s: of the page's clock, where that stands still


def however_slow(page):
    """No answer of the service is too late, and no key waits long."""
    page.clock.set_fixed_time(TIME)  # which has a timeout() of its own
    page.evaluate("AbortSignal.timeout = () => new AbortController().signal")


def log_in(watch, moderator_id):
    """As Watch.log_in(), as somebody else."""
    from moderation.accounts import sign_in

    with watch.gatehouse.store.write() as connection:
        token = sign_in.enter(connection, moderator_id, "", now(), os.urandom)
    cookie = {"name": "gatehouse_session", "value": token, "url": watch.gatehouse.url}
    watch.page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
    watch.page.goto(f"{watch.gatehouse.url}/console/")


@pytest.fixture
def bo(gatehouse):
    return moderator(gatehouse.store, "bo@lantern.test", gatehouse.site)


def comments(gatehouse, count):
    texts = (f"A bad thought, number {n}." for n in range(count))
    return held(gatehouse.store, gatehouse.site, *texts)


def opened(watch):
    return watch.page.locator(".panes .card[data-open]").get_attribute("id").removeprefix("c-")


def open_at(gatehouse, moderator_id):
    """What this person has open, or next, at this moment."""
    with gatehouse.store.read() as connection:
        found = sa.select(claim_rows.c.comment_id).where(claim_rows.c.moderator_id == moderator_id)
        return set(connection.scalars(found))


def has_open(gatehouse, who, ids, ahead):
    """As their page says again and again; it stays so, however long the test takes."""
    claims.keep_open(gatehouse.store, who, {gatehouse.site.id}, ids, ahead=ahead)
    stay(gatehouse, who)


def stay(gatehouse, who):
    """What somebody has open or has claimed is theirs for an hour."""
    theirs = claim_rows.c.moderator_id == who
    with gatehouse.store.write() as connection:
        connection.execute(sa.update(claim_rows).where(theirs).values(until=now() + 3_600_000))


def expire(gatehouse):
    with gatehouse.store.write() as connection:
        connection.execute(sa.update(claim_rows).values(until=1))


def test_two_at_one_queue_by_keys_decide_about_different_comments(visit, gatehouse, bo):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    ids = comments(gatehouse, 48)  # whoever is last has a few before them that the other has next
    ada_at, bo_at = visit(**WIDE), visit(**WIDE)
    refused: list[str] = []
    for watch in (ada_at, bo_at):
        watch.page.on(
            "response",
            lambda answer: refused.extend([answer.url] if answer.status >= 400 else []),
        )
    with ada_at.page.expect_response("**/console/claims"):
        ada_at.log_in()
    with bo_at.page.expect_response("**/console/claims"):
        log_in(bo_at, bo)
    assert opened(ada_at) == ids[0] and opened(bo_at) == ids[6], "what is Ada's is passed over"
    expect(bo_at.page.locator(f"#r-{ids[0]}")).to_contain_text("with ada@lantern.test")
    for watch in (ada_at, bo_at):
        however_slow(watch.page)
        watch.page.keyboard.press("j")
    for n in range(20):
        for watch in (ada_at, bo_at):
            watch.page.keyboard.press("ads"[n % 3])
    store, site_ids = gatehouse.store, {gatehouse.site.id}
    for watch in (ada_at, bo_at):
        expect(watch.page.locator(".item.decided")).to_have_count(20, timeout=PATIENCE)
        assert watch.page.locator("#trouble").is_hidden()
        assert watch.incidents == []
    histories = [queues.get_card(store, site_ids, id).decisions for id in ids]
    counts = sorted(len(history) for history in histories)
    assert counts == [1] * 8 + [2] * 40, "none is decided about twice"
    who = [history[-1].actor.id for history in histories]
    assert (who.count(gatehouse.moderator_id), who.count(bo)) == (20, 20)
    assert refused == []


def test_what_somebody_has_open_is_opened_and_taken_over_knowingly(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 8)
    ada_at, bo_at = visit(**WIDE), visit(**WIDE)
    with ada_at.page.expect_response("**/console/claims"):
        ada_at.log_in()
    ada_at.page.keyboard.press("j")
    with bo_at.page.expect_response("**/console/claims"):
        log_in(bo_at, bo)
    card = bo_at.opened(ids[0])
    expect(card).to_contain_text("ada@lantern.test has this open, or next.")
    # Without taking it over nothing is changed, and that is told.
    bo_at.page.keyboard.press("a")
    told = bo_at.page.locator("#trouble")
    expect(told).to_contain_text("Nothing was changed: ada@lantern.test has this comment open.")
    told.get_by_role("button", name="Show it").click()
    expect(card.get_by_label("Decide although ada@lantern.test has it open")).to_be_visible()
    card.get_by_role("button", name="Take over").click()
    expect(card).to_contain_text("You have claimed this")
    # Ada decides under a claim that she has lost: it is told, and asked once more.
    ada_at.page.keyboard.press("d")
    told = ada_at.page.locator("#trouble")
    expect(told).to_contain_text("Nothing was changed: bo@lantern.test has claimed this comment.")
    assert queues.get_card(gatehouse.store, {gatehouse.site.id}, ids[0]).status is Status.HELD
    told.get_by_role("button", name="Show it").click()
    expect(ada_at.page.locator(f"#c-{ids[0]}")).to_be_focused()
    bo_at.page.keyboard.press("s")
    expect(bo_at.page.locator(f"#r-{ids[0]}")).to_contain_text("Marked as spam")


def test_who_loses_an_open_comment_is_told_before_a_decision(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 8)
    watch = visit(**WIDE)
    with watch.page.expect_response("**/console/claims"):
        watch.log_in()
    watch.page.keyboard.press("j")
    claims.claim(gatehouse.store, bo, {gatehouse.site.id}, ids[0], take_over=True)
    expect(watch.page.locator("#announcement")).to_have_text(
        "bo@lantern.test is deciding about this.", timeout=PATIENCE
    )
    expect(watch.page.locator(f"#c-{ids[0]}")).to_be_focused()
    expect(watch.page.locator(f"#r-{ids[0]}")).to_contain_text("claimed by bo@lantern.test")
    claims.release(gatehouse.store, bo, {gatehouse.site.id}, ids[0])
    expect(watch.page.locator(f"#r-{ids[0]} [data-claim]")).to_have_count(0, timeout=PATIENCE)
    expect(watch.page.locator(f"#c-{ids[0]}").get_by_role("button", name="Claim")).to_be_visible()
    watch.page.keyboard.press("a")
    expect(watch.page.locator(f"#r-{ids[0]}")).to_contain_text("Approved")
    assert watch.incidents == []


def test_what_was_left_is_free_again(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 7)
    ada_at, bo_at = visit(**WIDE), visit(**WIDE)
    with ada_at.page.expect_response("**/console/claims"):
        ada_at.log_in()
    with bo_at.page.expect_response("**/console/claims"):
        log_in(bo_at, bo)
    assert opened(bo_at) == ids[6]
    keys = bo_at.page.keyboard
    keys.press("j")
    keys.press("a")
    expect(bo_at.page.locator(f"#r-{ids[6]}")).to_contain_text("Approved")
    keys.press("k")
    expect(bo_at.page.locator("#announcement")).to_have_text(
        "What is left on this page is with others. The same key again opens it."
    )
    ada_at.page.close()
    expire(gatehouse)  # as it does by itself, seconds later
    expect(bo_at.page.locator(".item [data-claim]")).to_have_count(0, timeout=PATIENCE)
    keys.press("k")
    expect(bo_at.page.locator(f"#c-{ids[5]}")).to_be_focused()
    keys.press("a")
    expect(bo_at.page.locator(f"#r-{ids[5]}")).to_contain_text("Approved")
    assert bo_at.incidents == []


def test_keys_reach_and_take_over_what_a_colleague_has_knowingly(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 7)
    claims.claim(gatehouse.store, gatehouse.moderator_id, {gatehouse.site.id}, ids[0])
    ada_at, bo_at = visit(**WIDE), visit(**WIDE)
    with ada_at.page.expect_response("**/console/claims"):
        ada_at.log_in()
    with bo_at.page.expect_response("**/console/claims"):
        log_in(bo_at, bo)
    page, keys = bo_at.page, bo_at.page.keyboard
    told = page.locator("#announcement")
    keys.press("j")
    expect(page.locator(f"#c-{ids[6]}")).to_be_focused()
    keys.press("k")
    expect(told).to_contain_text("The same key again opens it.")
    expect(page.locator(f"#c-{ids[6]}")).to_be_focused()
    keys.press("k")
    expect(page.locator(f"#c-{ids[5]}")).to_be_focused()
    expect(told).to_have_text("ada@lantern.test has this open, or next.")
    # Among others' comments each key is one step.
    keys.press("k")
    expect(page.locator(f"#c-{ids[4]}")).to_be_focused()
    keys.press("a")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("Nothing was changed: ada@lantern.test has this comment open.")
    trouble.get_by_role("button", name="Show it").press("Enter")
    expect(page.locator(f"#c-{ids[4]}")).to_be_focused()
    keys.press("t")
    expect(page.locator(f"#c-{ids[4]}")).to_contain_text("You have claimed this")
    keys.press("a")
    expect(page.locator(f"#r-{ids[4]}")).to_contain_text("Approved")
    assert [e for e in bo_at.incidents if "409" not in e] == []


def test_keys_at_the_end_go_on_to_what_a_colleague_has_left_meanwhile(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 3)
    has_open(gatehouse, bo, ids[1:], ahead=1)
    watch = visit(**WIDE)
    with watch.page.expect_response("**/console/claims"):
        watch.log_in()
    page = watch.page
    expect(page.locator(".item [data-claim]")).to_have_count(2)
    however_slow(page)
    page.keyboard.press("j")
    expire(gatehouse)
    for key in "ads":
        page.keyboard.press(key)
    expect(page.locator(".item.decided")).to_have_count(3, timeout=PATIENCE)
    for id, said in zip(ids, ("Approved", "Rejected", "Marked as spam"), strict=True):
        expect(page.locator(f"#r-{id}")).to_contain_text(said)
    expect(page.locator(f"#c-{ids[2]}")).to_be_focused()
    # Nothing is left that a key could be about, and that is said.
    page.keyboard.press("a")
    expect(page.locator("#announcement")).to_contain_text("What you pressed was not used")
    page.keyboard.press("z")
    expect(page.locator(f"#r-{ids[2]} a[data-card]")).to_be_visible()
    assert watch.incidents == []


def test_a_page_where_nobody_is_holds_nothing(visit, gatehouse):
    ids = comments(gatehouse, 2)
    watch = visit(**WIDE)
    watch.page.clock.install()
    with watch.page.expect_response("**/console/claims"):
        watch.log_in()
    assert open_at(gatehouse, gatehouse.moderator_id) == {*ids}
    asked = []
    watch.page.on("request", lambda sent: asked.append(sent.url.endswith("/console/claims")))
    watch.page.clock.run_for(100_000)
    assert sum(asked) > 1, "it is said again while somebody is there"
    watch.page.clock.run_for(30_000)
    asked.clear()
    watch.page.clock.run_for(60_000)
    assert not any(asked)
    with watch.page.expect_response("**/console/claims"):
        watch.page.mouse.move(300, 300)
        watch.page.mouse.move(310, 310)


def test_keys_wait_until_it_is_known_what_comes_next_and_none_is_lost(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 16)
    has_open(gatehouse, bo, ids[5:6], ahead=0)
    watch = visit(**WIDE)
    with watch.page.expect_response("**/console/claims"):
        watch.log_in()
    page, waiting, is_over = watch.page, [], []
    however_slow(page)
    page.route(
        "**/console/claims",
        lambda route: route.continue_() if is_over else waiting.append(route),
    )
    page.keyboard.press("j")
    for _ in range(9):
        page.keyboard.press("a")
    # Five were certain, with the first; the others wait for the answer.
    expect(page.locator(".item.decided")).to_have_count(6, timeout=PATIENCE)
    is_over.append(True)
    waiting[0].continue_()
    expect(page.locator(".item.decided")).to_have_count(9, timeout=PATIENCE)
    expect(page.locator(f"#c-{ids[10]}")).to_be_focused()
    expect(page.locator(f"#r-{ids[5]}")).to_contain_text("with bo@lantern.test")
    assert watch.incidents == []


@pytest.fixture
def kept_waiting(visit, gatehouse):
    """Six of 16 comments are approved, and what comes next is not known yet. Gives the watch, the ids, and what answers."""
    from playwright.sync_api import expect

    ids = comments(gatehouse, 16)
    watch = visit(**WIDE)
    with watch.page.expect_response("**/console/claims"):
        watch.log_in()
    page, waiting, is_over = watch.page, [], []
    however_slow(page)
    page.route(
        "**/console/claims",
        lambda route: route.continue_() if is_over else waiting.append(route),
    )
    page.keyboard.press("j")
    for _ in range(6):
        page.keyboard.press("a")
    expect(page.locator(".item.decided")).to_have_count(6, timeout=PATIENCE)

    def answer():
        is_over.append(True)
        waiting[0].continue_()

    return watch, ids, answer


def test_keys_pressed_because_nothing_happened_decide_about_nothing(kept_waiting):
    from playwright.sync_api import expect

    watch, ids, answer = kept_waiting
    page = watch.page
    page.keyboard.press("a")
    page.clock.set_fixed_time(TIME + 1.5)
    page.keyboard.press("a")
    answer()
    expect(page.locator("#announcement")).to_have_text(
        "What you pressed was not used: the next comment was not there yet.", timeout=PATIENCE
    )
    expect(page.locator(f"#c-{ids[6]}")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator(f"#r-{ids[6]}")).to_contain_text("Rejected")
    expect(page.locator(".item.decided")).to_have_count(7)
    assert watch.incidents == []


def test_keys_that_are_about_no_comment_do_not_wait(kept_waiting):
    from playwright.sync_api import expect

    watch, ids, answer = kept_waiting
    page = watch.page
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("a")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("ads")
    answer()
    expect(page.locator(f"#r-{ids[6]}")).to_contain_text("Approved", timeout=PATIENCE)
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("ads")
    expect(page.locator(".item.decided")).to_have_count(7)
    assert watch.incidents == []


def test_help_that_is_open_when_the_next_comment_comes_does_not_lose_the_place(kept_waiting):
    from playwright.sync_api import expect

    watch, ids, answer = kept_waiting
    page = watch.page
    page.keyboard.press("?")
    with page.expect_response("**/console/claims"):
        answer()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator(f"#c-{ids[6]}")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator(f"#r-{ids[6]}")).to_contain_text("Rejected")
    assert watch.incidents == []


def test_a_decision_by_mouse_while_keys_wait_loses_neither(kept_waiting):
    from playwright.sync_api import expect

    watch, ids, answer = kept_waiting
    page = watch.page
    page.locator(f"#r-{ids[9]} a").click()
    page.locator(f"#c-{ids[9]}").get_by_role("button", name="Approve").click()
    page.keyboard.press("d")
    answer()
    expect(page.locator(f"#r-{ids[10]}")).to_contain_text("Rejected", timeout=PATIENCE)
    expect(page.locator(".item.decided")).to_have_count(8)
    page.keyboard.press("a")
    expect(page.locator(f"#r-{ids[11]}")).to_contain_text("Approved", timeout=PATIENCE)
    assert watch.incidents == []


_HEARS = """
    () => {
      const channel = new BroadcastChannel("gatehouse-open-comments");
      window.heard = new Promise((done) => channel.addEventListener("message", () => done(), { once: true }));
    }
"""


def test_of_two_windows_the_one_that_somebody_is_at_says_what_is_open(visit, gatehouse):
    ids = comments(gatehouse, 14)
    watch = visit(**WIDE)
    first = watch.page
    first.clock.install(time=TIME)
    with first.expect_response("**/console/claims"):
        watch.log_in()
    first.clock.pause_at(TIME + 3_600)  # nobody was there for long
    with first.expect_response("**/console/claims"):
        first.mouse.move(200, 300)
        first.mouse.move(210, 310)
    asked = []
    first.on("request", lambda sent: asked.append(sent.url.endswith("/console/claims")))
    first.evaluate(_HEARS)
    second = first.context.new_page()
    with second.expect_response("**/console/claims"):
        second.goto(f"{gatehouse.url}/console/?queue=held&open={ids[8]}")
    assert open_at(gatehouse, gatehouse.moderator_id) >= {*ids[8:]}
    first.evaluate("heard")
    first.clock.run_for(60_000)
    assert not any(asked)
    with first.expect_response("**/console/claims") as answer:
        first.mouse.move(300, 300)
        first.mouse.move(310, 310)
    assert answer.value.json()["mine"] == ids[:6]


def test_one_person_in_two_browsers_keeps_what_is_open_in_both(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 14)
    laptop, phone = visit(**WIDE), visit(**WIDE)
    for watch in (laptop, phone):
        watch.page.clock.install()
        with watch.page.expect_response("**/console/claims"):
            watch.log_in()
    with phone.page.expect_response("**/console/claims"):
        phone.page.goto(f"{gatehouse.url}/console/?queue=held&open={ids[8]}")
    laptop.page.keyboard.press("j")
    heard = []
    for watch in (laptop, phone) * 2:
        with watch.page.expect_response("**/console/claims") as answer:
            watch.page.clock.run_for(5_000)
        heard.append(answer.value.json()["mine"])
        assert open_at(gatehouse, gatehouse.moderator_id) == {*ids[:6], *ids[8:]}
    assert heard == [ids[:6], ids[8:]] * 2
    for watch in (laptop, phone):  # before they hear of a colleague
        expect(watch.page.locator("[data-claim]")).to_have_count(0)
    colleague = visit(**WIDE)
    with colleague.page.expect_response("**/console/claims"):
        log_in(colleague, bo)
    assert opened(colleague) == ids[6]
    assert laptop.incidents + phone.incidents == []


def test_without_an_answer_keys_go_on_and_the_service_decides(visit, gatehouse, bo):
    from playwright.sync_api import expect

    ids = comments(gatehouse, 12)
    has_open(gatehouse, bo, ids[1:3], ahead=1)
    watch = visit(**WIDE)
    watch.page.route("**/console/claims", lambda route: route.fulfill(status=503))
    watch.log_in()
    watch.page.keyboard.press("j")
    for _ in range(5):
        watch.page.keyboard.press("a")
    expect(watch.page.locator(".item.decided")).to_have_count(5, timeout=PATIENCE)
    # What was another's when the page was loaded is passed over all the same.
    expect(watch.page.locator(f"#r-{ids[1]}")).to_contain_text("with bo@lantern.test")


def test_it_is_refused_and_told_without_a_script(visit, gatehouse, bo):
    ids = comments(gatehouse, 3)
    watch = visit(java_script_enabled=False, **WIDE)
    has_open(gatehouse, bo, ids[:1], ahead=0)
    watch.log_in()
    page = watch.page
    assert opened(watch) == ids[1]
    page.locator(f"#r-{ids[0]} a").click()
    card = page.locator(f"#c-{ids[0]}")
    assert card.get_by_text("bo@lantern.test has this open, or next.").is_visible()
    card.get_by_role("button", name="Reject").click()
    assert page.get_by_text("Nothing was changed.").is_visible()
    page.get_by_label("Decide although bo@lantern.test has it open").check()
    page.get_by_role("button", name="Reject").click()
    assert queues.get_card(gatehouse.store, {gatehouse.site.id}, ids[0]).status is Status.REJECTED


@LOOKS
def test_a_queue_with_a_colleague_is_accessible(visit, gatehouse, bo, width, scheme):
    ids = comments(gatehouse, 6)
    has_open(gatehouse, bo, ids[1:3], ahead=1)
    claims.claim(gatehouse.store, bo, {gatehouse.site.id}, ids[3])
    watch = visit(**screen(width, scheme))
    watch.log_in()
    watch.look("open-comments")
    watch.opened(ids[1])
    watch.page.locator(f"#c-{ids[1]}").get_by_text("has this open").wait_for()
    watch.look("open-comments-open-at-another")
    assert watch.incidents == []
