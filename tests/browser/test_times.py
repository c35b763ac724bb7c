"""Times stand in the reader's own zone, with UTC on hover; without a script they are UTC."""

import re
from datetime import datetime, timedelta, timezone

from moderation.review import claims
from tests.service.console.console_browser import held

KOLKATA = timezone(timedelta(hours=5, minutes=30))  # no summer time; not a whole hour either


def expected(iso: str) -> str:
    at = datetime.fromisoformat(iso).astimezone(KOLKATA)
    return f"{at.day} {at:%b} {at.year}, {at:%H:%M}"


def test_times_are_those_of_the_reader(visit, gatehouse):
    from playwright.sync_api import expect  # here: without it the tests skip, loudly

    [comment_id] = held(gatehouse.store, gatehouse.site, "A bad thought.")
    watch = visit(timezone_id="Asia/Kolkata", viewport={"width": 1280, "height": 860})
    watch.log_in()
    card = watch.page.locator(f"#c-{comment_id}")
    time = card.locator(".when time")
    expect(time).to_have_text(expected(time.get_attribute("datetime")))
    expect(time).to_have_attribute("title", re.compile(r"^\d+ \w{3} \d{4}, \d\d:\d\d UTC$"))
    # What comes in later, too: a claim's end, and the line of a history.
    card.get_by_role("button", name="Claim").click()
    until = card.locator(".mine time")
    end = datetime.fromisoformat(until.get_attribute("datetime")).astimezone(KOLKATA)
    expect(until).to_have_text(f"{end:%H:%M:%S}")
    expect(until).to_have_attribute("title", re.compile(r"^\d\d:\d\d:\d\d UTC$"))
    card.locator(".history summary").click()
    expect(card.locator(".history time").first).to_have_text(
        expected(card.locator(".history time").first.get_attribute("datetime"))
    )
    # The link has the words that are seen in its name.
    expect(card.get_by_role("link", name=time.inner_text())).to_be_visible()
    assert watch.incidents == []


def test_they_are_in_the_words_of_the_page(visit, gatehouse):
    held(gatehouse.store, gatehouse.site, "A bad thought.")
    for wanted, shape in (
        ("de", r"\d{1,2}\. \w+\.? \d{4}, \d\d:\d\d"),
        ("ar-XB", r".*\d{4}, \d\d:\d\d.*"),
    ):
        watch = visit(timezone_id="Asia/Kolkata", extra_http_headers={"Accept-Language": wanted})
        watch.log_in()
        time = watch.page.locator(".when time").first
        assert re.fullmatch(shape, time.inner_text())
        at = datetime.fromisoformat(time.get_attribute("datetime")).astimezone(KOLKATA)
        assert f"{at:%H:%M}" in time.inner_text()


def test_without_a_script_they_are_utc(visit, gatehouse):
    [comment_id] = held(gatehouse.store, gatehouse.site, "A bad thought.")
    claims.claim(gatehouse.store, gatehouse.moderator_id, {gatehouse.site.id}, comment_id)
    watch = visit(timezone_id="Asia/Kolkata", java_script_enabled=False)
    watch.log_in()
    assert watch.page.locator(".when time").first.inner_text().endswith(" UTC")
    assert watch.page.locator(".mine time").inner_text().endswith(" UTC")
