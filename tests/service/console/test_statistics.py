"""The statistics at the console: numbers of the visitor's own sites, and of colleagues' work only for those who may see it."""

import csv
import html
import io
import re
from collections import Counter

import pytest
import sqlalchemy as sa

from moderation.domain.comment import PageRef
from moderation.domain.day_totals import day_of, wait_step
from moderation.domain.durations import DAY_MS, HOUR_MS
from moderation.store import day_totals, memberships, moderators
from moderation.store.sql.schema import decisions
from tests.factories import newspaper
from tests.service.console.console_browser import held, moderator, now

HOME = "/console/statistics"


def put(store, site, totals, days_ago=0):
    with store.write() as connection:
        day_totals.put(connection, day_of(now()) - days_ago, {site.id: Counter(totals)}, now())


@pytest.fixture
def ada_id(browser, store):
    with store.read() as connection:
        return moderators.by_email(connection, "ada@herald.test").id


def test_a_site_without_comments_says_so(browser):
    page = browser.get(HOME).text
    assert "Today is not counted yet" in page and "No comment was scored" in page
    assert page.count('<tr><th scope="row">20') == 30


def test_the_numbers_of_a_site_are_shown_and_of_no_other(browser, site, store, ada_id):
    bob = moderator(store, "bob@blog.test", site)
    others = newspaper(store, "Bob's Blog", "https://bob.test")
    put(store, others, {"comments": 7_777})
    totals = {"comments": 1_234, "machine.hold": 30, "machine.approve": 1_204, "reason.toxic": 30, "language.en": 1_234,
              "person.reject": 3, f"by.{ada_id}": 2, f"by.{bob}": 1, f"wait.{wait_step(2 * HOUR_MS)}": 3, "appeal.made": 1,
              "score.toxicity.0": 1_234}  # fmt: skip
    put(store, site, totals, 3)
    put(store, site, {"comments": 66, "score.toxicity.9": 66}, 40)
    page = browser.get(HOME).text
    for shown in ("1,234", "2 h", "ada@herald.test", ">en</bdi>", "<td>large</td>"):
        assert shown in page, shown
    assert "7,777" not in page and "Your sites" not in page
    assert "bob@blog.test" not in page, "a moderator sees no colleague's work"
    assert browser.get(f"{HOME}?site={others.id}").status_code == 404
    assert browser.get(f"{HOME}/csv?site={others.id}").status_code == 404
    assert "<dd>0</dd>" in browser.get(f"{HOME}?days=3").text
    assert "<dd>1,300</dd>" in browser.get(f"{HOME}?days=90").text
    assert browser.get(f"{HOME}?days=91").status_code == 422
    for role, sees in (("auditor", True), ("admin", True), ("editor", False)):
        with store.write() as connection:
            memberships.grant(connection, ada_id, site.id, role)
        assert ("bob@blog.test" in browser.get(HOME).text) is sees, role
        assert ("bob@blog.test" in browser.get(f"{HOME}/csv").text) is sees, role
    with store.write() as connection:
        memberships.grant(connection, ada_id, others.id, "moderator")
    page = browser.get(HOME).text
    assert "Your sites" in page and "7,777" in page
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{HOME}/csv?site={site.id}").text)))
    found = {(row["what"], row["name"]): row["count"] for row in rows}
    assert found["comments", ""] == "1234" and found["by", "ada@herald.test"] == "2"
    assert 6_500 < int(found["seconds to decision", "median"]) < 7_900
    assert {row["day"] for row in rows} == {rows[0]["day"]}


def test_the_statements_of_reasons_are_a_file_of_one_site(browser, site, store, monkeypatch):
    monkeypatch.setattr("service.console.statistics._PART", 2)
    ids = held(store, site, "bad one", "bad two", "bad three")
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    held(store, other, "bad elsewhere", page=PageRef("https://bob.test/1", "One"))
    page = browser.get(HOME).text
    url = html.unescape(re.search(r'href="(/console/statistics/statements/csv[^"]*)"', page)[1])
    answer = browser.get(url)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert 'filename="statements.csv"' in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {line["comment_id"] for line in lines} == set(ids) and len(lines) == 3
    assert all(line["effect"] and line["statement"] for line in lines)
    assert "bad one" not in answer.text
    assert browser.get(f"{HOME}/statements/csv?site={other.id}").status_code == 404
    assert browser.get(f"{HOME}/statements/csv?days=0").status_code == 422
    midnight = now() // DAY_MS * DAY_MS  # of UTC, as on the page
    with store.write() as connection:
        late = sa.update(decisions).values(created_at=midnight - 1)
        connection.execute(late.where(decisions.c.comment_id == ids[0]))
    of_today = browser.get(f"{HOME}/statements/csv?days=1").text
    assert ids[0] not in of_today and ids[1] in of_today
    assert ids[0] in browser.get(f"{HOME}/statements/csv?days=2").text
