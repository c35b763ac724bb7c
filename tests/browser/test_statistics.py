"""The statistics in a browser: plots under the strict Content-Security-Policy, tables without a script; accessible at every width."""

import random
from collections import Counter

from moderation.clock import now_ms
from moderation.domain.day_totals import day_of
from moderation.store import day_totals
from tests.browser.look import LOOKS, screen

LABELS = ("toxicity", "insult", "identity_attack", "obscene", "threat", "spam")


def furnish(gatehouse):
    """Ninety days of a site on which one rule fires more of late; the names of reasons and languages are long ones, too."""
    chance = random.Random(7)
    today = day_of(now_ms())
    for ago in range(90):
        count = 300 + chance.randrange(200) + (400 if ago % 7 == 0 else 0)
        held = count // (5 if ago == 1 else 20)
        totals = Counter({"comments": count, "machine.approve": count - held, "machine.hold": held, "reason.toxic": held,
                          "reason.a_rule_whose_name_is_very_long_and_has_no_end_at_all": held // 3, "language.en": count - 20, "language.de": 20,
                          "person.approve": held // 2, "person.reject": held // 3, f"by.{gatehouse.moderator_id}": held // 2,
                          "appeal.made": 3, "appeal.overturned": 1, "campaign.comments": 12, "campaign.formed": 1})  # fmt: skip
        for _ in range(held // 2):
            totals[f"wait.{40 + chance.randrange(20)}"] += 1
        for label in LABELS:
            for step in range(10):
                totals[f"score.{label}.{step}"] = int(count / (step + 1) ** (2 if ago > 30 else 1))
        with gatehouse.store.write() as connection:
            day_totals.put(connection, today - ago, {gatehouse.site.id: totals}, now_ms())


@LOOKS
def test_the_statistics_are_plots_and_tables(visit, gatehouse, scheme, width):
    watch = visit(**screen(width, scheme))
    watch.log_in()
    page = watch.page

    page.get_by_role("link", name="Statistics", exact=True).click()
    page.locator("canvas").first.wait_for()
    watch.look("statistics-empty")
    furnish(gatehouse)
    page.reload()
    page.locator("canvas").nth(len(LABELS)).wait_for()
    assert page.get_by_text("The rule toxicity gave a reason for").is_visible()
    watch.look("statistics")
    drawn = page.locator("canvas").first.evaluate(
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
    )
    assert drawn > 10, "nothing is drawn"
    page.get_by_role("link", name="90 days").click()
    for summary in page.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    watch.look("statistics-tables")
    assert watch.incidents == []


def test_without_a_script_there_are_the_tables(visit, gatehouse):
    furnish(gatehouse)
    watch = visit(java_script_enabled=False)
    watch.log_in()
    page = watch.page
    page.get_by_role("link", name="Statistics", exact=True).click()
    page.get_by_text("The same numbers as a table").click()
    assert page.get_by_role("rowheader", name="20").count() == 30
    assert page.locator("canvas").count() == 0
