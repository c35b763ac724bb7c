"""Second factors, keys and trainees in Chromium: set up and asked for, made and revoked, proposed and agreed with by a key."""

import os

import pyotp

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.review import proposals, queues
from moderation.review.explanation import Explanation
from moderation.store import memberships, moderators
from tests.browser.look import LOOKS, screen
from tests.browser.test_people import grant
from tests.service.console.console_browser import link_for, now


@LOOKS
def test_a_second_factor_is_set_up_and_asked_for(visit, gatehouse, scheme, width):
    grant(gatehouse, "admin")
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.locator("a.account").click()
    watch.look("account-off")
    page.get_by_role("link", name="Set it up").click()
    watch.look("account-setup")
    assert page.locator(".qr svg").bounding_box()["width"] > 150
    generator = pyotp.TOTP(page.locator("code.target").inner_text().replace(" ", ""))
    page.get_by_label("The code that the application shows now").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    watch.look("account-setup-wrong")
    assert generator.secret == page.locator("code.target").inner_text().replace(" ", "")
    page.get_by_label("The code that the application shows now").fill(generator.now())
    page.get_by_role("button", name="Switch it on").click()
    page.locator(".codes code").first.wait_for()
    watch.look("account-codes")
    assert page.locator(".codes code").count() == 10
    page.locator("summary", has_text="Remove it").click()
    watch.look("account-on")
    other = visit(**screen(width, scheme))
    link = link_for(gatehouse.store, gatehouse.moderator_id)
    other.page.goto(f"{gatehouse.url}/console/login?link={link}")
    other.page.get_by_role("button", name="Log in").click()
    watch, page = other, other.page
    page.get_by_label("Code").wait_for()
    watch.look("account-code")
    page.get_by_label("Code").fill("123456")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    watch.look("account-code-wrong")
    page.get_by_label("Code").fill(generator.at(now() // 1000 + 30))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/console/")
    page.goto(f"{gatehouse.url}/console/keys")
    page.get_by_role("button", name="Make a key").click()
    page.locator(".secret code").wait_for()
    watch.look("account-keys")
    page.get_by_role("link", name="Revoke the secret key").last.click()
    watch.look("account-revoke")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("The key is revoked").wait_for()


@LOOKS
def test_a_trainee_proposes_and_another_agrees_by_a_key(visit, gatehouse, scheme, width):
    for text in ("You idiot.", "What an idiot."):
        gatehouse.hand_in(text)
    gatehouse.judge()
    with gatehouse.store.write() as connection:
        bo = moderators.add(connection, "bo@herald.test", "", now(), os.urandom)
        memberships.grant(connection, bo, gatehouse.site.id, "trainee")
    clock = {"now": now(), "entropy": os.urandom}
    cards = queues.list_queue(gatehouse.store, gatehouse.site.id, Status.HELD)
    proposals.propose(
        gatehouse.store,
        bo,
        {gatehouse.site.id},
        cards[0].id,
        Outcome.REJECT,
        Explanation(sentence="Please argue about the subject."),
        **clock,
    )

    trainee = visit(**screen(width, scheme))
    link = link_for(gatehouse.store, bo)
    trainee.page.goto(f"{gatehouse.url}/console/login?link={link}")
    trainee.page.get_by_role("button", name="Log in").click()
    trainee.page.wait_for_url("**/console/")
    assert trainee.page.locator(".card").count() == 1, "the other is proposed about"
    trainee.look("trainee-held")
    trainee.page.keyboard.press("j")
    trainee.page.keyboard.press("s")
    trainee.page.locator(".card.stub").wait_for()
    assert "Proposed: Spam" in trainee.page.locator(".card.stub").inner_text()
    trainee.look("trainee-proposed")
    trainee.page.goto(f"{gatehouse.url}/console/proposals")
    trainee.look("trainee-own")
    other = visit(**screen(width, scheme))
    other.log_in()
    other.page.goto(f"{gatehouse.url}/console/?queue=proposed")
    assert other.page.locator(".card").count() == 2
    other.look("trainee-queue")
    other.page.keyboard.press("j")
    other.page.keyboard.press("c")
    other.page.locator(".card.stub").wait_for(
        state="attached"
    )  # out of sight where the next is open
    assert "Rejected" in other.page.locator(".card.stub").text_content()
    assert trainee.incidents == [] and other.incidents == []
