"""Reports, changed texts and withdrawals in a browser: how they look, and how a report is settled."""

import os

from moderation.domain.report import Reporter, ReportReason
from moderation.intake import change
from moderation.intake.report import report
from tests.browser.look import LOOKS, STACKED, screen
from tests.service.console.console_browser import now


def furnish(gatehouse) -> tuple[str, str]:
    reported = gatehouse.hand_in("The four crowns are fair.", "Marit Holm", age=5)
    left = gatehouse.hand_in("To whom, you wonder?", "Old Per", age=4)
    gatehouse.judge()
    notes = ("He says so every week.\nAnd " + "w" * 300, f"Z{STACKED}algo"[:500], "<b>!</b>")
    for number, note in enumerate(notes):
        report(
            gatehouse.store,
            reported,
            ReportReason.OFF_TOPIC,
            note,
            Reporter("", f"address {number}"),
            now=now(),
            entropy=os.urandom,
        )
    text = "The four crowns are fair, and so is the ferry."
    change.edit(gatehouse.store, reported, text, now=now(), entropy=os.urandom)
    change.withdraw(gatehouse.store, left, now=now(), entropy=os.urandom)
    gatehouse.judge()
    return reported, left


@LOOKS
def test_a_report_is_looked_at_and_settled(visit, gatehouse, scheme, width):
    watch = visit(**screen(width, scheme))
    reported, left = furnish(gatehouse)
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Reported 1").click()
    page.get_by_text("Reported by 3 readers: off topic 3").wait_for()
    watch.look("reported")
    page.goto(f"{gatehouse.url}/console/comments/{reported}")
    page.get_by_text("He says so every week.").wait_for()
    page.get_by_text("The four crowns are fair.", exact=True).wait_for()
    watch.look("reported-comment")
    page.goto(f"{gatehouse.url}/console/comments/{left}")
    page.get_by_text("Withdrawn by its writer").first.wait_for()
    watch.look("withdrawn")
    page.goto(f"{gatehouse.url}/console/?queue=reported")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("article", name="Approved").wait_for()
    page.goto(f"{gatehouse.url}/console/?queue=reported")
    page.get_by_text("No reports are waiting").wait_for()
    watch.look("reported-none")
    assert watch.incidents == []
