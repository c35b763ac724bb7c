"""The audit at the console: the list, its filters, the same as CSV; for admins."""

import csv
import io

import sqlalchemy as sa

from moderation.accounts.sites import switch_face_on
from moderation.domain.audit import Change
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.review import filters
from moderation.store import memberships, moderators
from service.console.audit_words import CHANGES, KINDS
from tests.service.console.console_browser import now


def test_changes_are_shown_to_admins_with_who_and_from_what_to_what(browser, site, store):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
    draft = FilterDraft("<b>", FilterKind.WORDS, FilterAction.HOLD, ("casino",))
    filter = filters.add_filter(store, site.id, draft, ada.id, now=now(), entropy=bytes)
    refused = browser.get("/console/audit")
    assert refused.status_code == 403
    assert "Only auditors and admins" in refused.text and "People</a>" not in browser.get().text
    assert browser.get("/console/audit/csv").status_code == 403
    with store.write() as connection:
        memberships.grant(connection, ada.id, site.id, "admin")
    assert 'href="/console/people?site=' in browser.get().text
    for number in range(25):
        filters.switch_filter(store, {site.id}, filter.id, bool(number % 2), "key_1", now=now())
    newest = browser.get("/console/audit").text
    assert newest.count('<h2 title="In the CSV file: filter.changed">Filter changed</h2>') == 20
    assert "enabled</span>: <bdi>yes</bdi> → <bdi>no</bdi>" in newest
    assert "by <bdi>the site&#39;s own server</bdi>" in newest
    older = newest.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    oldest = browser.get(older.replace("&amp;", "&")).text
    assert oldest.count(">Filter changed</h2>") == 5
    assert "&lt;b&gt;" in oldest and "by <bdi>ada@herald.test</bdi>" in oldest
    hers = browser.get("/console/audit?who=ada@herald.test&action=filter").text
    assert hers.count('<li class="row">') == 1
    assert "Nothing was changed" in browser.get("/console/audit?until=2020-01-01").text
    assert browser.get("/console/audit?action=nothing").status_code == 422
    table = browser.get("/console/audit/csv?action=filter.added")
    [row] = csv.DictReader(io.StringIO(table.text))
    assert (row["name"], row["about"]) == ("ada@herald.test", filter.id)


def test_what_was_set_to_nothing_is_no_line_of_its_own(browser, site, store):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
        for limit in ("", "5/minute", ""):
            switch_face_on(connection, site.id, "openai", limit, now=now())
    rows = browser.get("/console/audit?action=face.on").text.split('<li class="row">')[:0:-1]
    lines = [row.count("limit</span>:") for row in rows]
    assert lines == [0, 1, 1]
    assert "limit</span>: <bdi>5/minute</bdi></p>" in rows[1]
    assert "limit</span>: <bdi>5/minute</bdi> (before)</p>" in rows[2]


def test_every_change_has_a_name_for_people(browser, site, store):
    assert CHANGES.keys() == {*Change}
    assert KINDS.keys() == {change.partition(".")[0] for change in Change}
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
    page = browser.get("/console/audit?action=filter").text
    assert '<option value="filter" selected>Filters: all</option>' in page
    assert '<option value="filter.changed">Filter changed</option>' in page
    german = browser.get("/console/audit", **{"Accept-Language": "de"}).text
    assert '<option value="filter.changed">Filter geändert</option>' in german


def test_a_change_that_a_newer_version_wrote_is_shown_by_its_code(browser, site, store):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
        switch_face_on(connection, site.id, "openai", "", now=now())
        connection.execute(sa.text("UPDATE audit SET change = 'mood.changed'"))
    page = browser.get("/console/audit")
    assert page.status_code == 200
    assert '<h2 title="In the CSV file: mood.changed">mood.changed</h2>' in page.text
