"""What moderators see of what writers and readers did: changed texts, withdrawals, reports."""

import os

from moderation.domain.decision import Outcome
from moderation.domain.report import Reporter, ReportReason
from moderation.intake import change
from moderation.intake.report import report
from service.console.navigation import PAGE_SIZE
from tests.service.console.console_browser import held, judge_all, now
from tests.service.console.test_pages import card_of, cards

REPORTED = "/console/?queue=reported"


def edit(browser, comment_id, text):
    change.edit(browser.store, comment_id, text, now=now(), entropy=os.urandom)


def say(browser, comment_id, number=1, reason=ReportReason.SPAM, note=""):
    reporter = Reporter("", f"address {number}")
    report(browser.store, comment_id, reason, note, reporter, now=now(), entropy=os.urandom)


def test_a_changed_text_is_shown_with_the_one_before(browser, site):
    [comment] = held(browser.store, site, "It is bad, <b>really</b>.")
    edit(browser, comment, "It is very bad.")
    judge_all(browser.store)
    page = browser.get(f"/console/comments/{comment}").text
    assert "changed by its writer" in page
    assert "Changed by <bdi>its writer</bdi>" in page
    assert "It is bad, &lt;b&gt;really&lt;/b&gt;." in page
    assert "It is very <mark" in page
    # The change has a number of its own between the decisions.
    assert '<li value="1">Held' in page and '<li value="3">Held' in page


def test_nobody_decides_about_a_text_that_they_have_not_seen(browser, site):
    [comment] = held(browser.store, site, "It is bad.")
    action = f"/console/comments/{comment}/decisions"
    seen = browser.fields("/console/", action)
    edit(browser, comment, "It is worse, bad.")
    stale = browser.post(action, seen | {"outcome": "approve"}, **{"HX-Request": "true"})
    assert stale.status_code == 409
    assert "Its writer changed this comment before you" in stale.text
    assert card_of(browser, site, comment).status == "pending"
    assert browser.press(comment, "approve", "/console/?queue=pending").status_code == 303
    assert card_of(browser, site, comment).status == "approved"


def test_a_withdrawn_comment_is_shown_and_left_alone(browser, site):
    [comment] = held(browser.store, site, "It is bad.")
    fields = browser.fields("/console/", f"{comment}/decisions")
    change.withdraw(browser.store, comment, now=now(), entropy=os.urandom)
    assert comment not in cards(browser.get())
    page = browser.get(f"/console/comments/{comment}").text
    assert "Withdrawn by its writer" in page and "It is <mark" in page
    assert 'name="outcome"' not in page
    action = f"/console/comments/{comment}/decisions"
    answer = browser.post(action, fields | {"outcome": "approve"}, **{"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Its writer withdrew this comment before you" in answer.text
    assert comment in cards(browser.get("/console/?status=withdrawn"))


def test_reports_have_a_tab_a_count_and_an_end(browser, site):
    first, second = held(browser.store, site, "Fine.", "Good.")
    assert "queue=reported" not in browser.get().text
    say(browser, first, 1, note="<i>The same everywhere.</i>")
    say(browser, first, 2, ReportReason.OFF_TOPIC)
    page = browser.get(REPORTED)
    assert cards(page) == [first]
    assert "Reported by 2 readers: off topic 1, spam 1" in page.text
    assert 'id="count-reported">1<' in page.text
    alone = browser.get(f"/console/comments/{first}").text
    assert "&lt;i&gt;The same everywhere.&lt;/i&gt;" in alone
    assert browser.press(first, "approve", REPORTED).status_code == 303
    assert "No reports are waiting" in browser.get(REPORTED).text
    assert card_of(browser, site, first).decision.outcome is Outcome.APPROVE
    assert second not in cards(browser.get(REPORTED))


def test_reports_come_in_pages(browser, site):
    ids = held(browser.store, site, *(f"Fine {number}." for number in range(PAGE_SIZE + 2)))
    clock = now()
    for place, comment in enumerate(ids):
        report(
            browser.store,
            comment,
            ReportReason.SPAM,
            "",
            Reporter("", "address"),
            now=clock + place,
            entropy=os.urandom,
        )
    first = browser.get(REPORTED)
    assert cards(first) == ids[:PAGE_SIZE]
    [following] = [
        part.split('"')[0].replace("&amp;", "&")
        for part in first.text.split('href="')
        if 'rel="next"' in part.split(">")[0]
    ]
    assert cards(browser.get(following)) == ids[PAGE_SIZE:]
