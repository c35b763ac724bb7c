"""All sites of a moderator as one place: one queue, counts of each, and on each row what the role there allows."""

import html
import os
import re

import pytest

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.report import report
from moderation.review import queues
from moderation.review.proposals import propose
from moderation.store import memberships, moderators
from service.console import navigation
from tests.factories import hand_in, newspaper, reply
from tests.review.test_search import approve
from tests.service.console.console_browser import PASSWORD, held, moderator, now
from tests.service.console.test_campaigns import PITCH, judge_all
from tests.service.console.test_pages import cards

ALL = "/console/?site=all"


@pytest.fixture
def others(store, site, browser):
    """Two more sites of Ada's: she only looks at the one, and proposes on the other."""
    sites = [newspaper(store, f"<b>Paper</b> {n}", f"https://{n}.test") for n in range(3)]
    with store.write() as connection:
        [ada] = memberships.emails_of_sites(connection, [site.id])
        for other, role in zip(sites, ("moderator", "trainee", "auditor"), strict=True):
            memberships.grant(connection, ada, other.id, role)
    return sites


def approved(store, site, text, **options):
    """A comment that readers see: its id, in a list."""
    ids = hand_in(store, reply(site, text, at=now(), **options))
    approve(store, site, ids)
    return ids


def test_one_queue_has_the_comments_of_all_sites_and_says_which(browser, site, others):
    [first] = held(browser.store, site, "bad one")
    [second] = held(browser.store, others[0], "bad two")
    held(browser.store, newspaper(browser.store, "Bob's", "https://bob.test"), "bad three")
    page = browser.get(ALL)
    assert sorted(cards(page)) == [first, second]
    assert page.text.count("&lt;b&gt;Paper&lt;/b&gt; 0") >= 3  # menu, row and card
    assert 'id="count-held">2<' in page.text
    for order in ("newest", "oldest", "toxicity"):
        assert sorted(cards(browser.get(f"{ALL}&queue=held&order={order}"))) == [first, second]
    assert cards(browser.get(f"{ALL}&status=held&query=nothing")) == []


def test_the_menu_counts_what_is_held_on_each_site(browser, site, others):
    held(browser.store, site, "bad one", "bad two")
    held(browser.store, others[0], "bad three")
    counts = re.findall(r'class="count">(\d+)</span></a>', browser.get().text.split("</header>")[0])
    assert counts == ["3", "1", "0", "0", "2"]  # all; the papers by name; Alice's last


def test_what_may_not_be_done_on_a_site_is_not_offered_on_its_rows(browser, site, others):
    [own] = held(browser.store, others[0], "bad one")
    [proposed] = held(browser.store, others[1], "bad two")
    [watched] = held(browser.store, others[2], "bad three")
    page = browser.get(ALL).text
    assert sorted(cards(browser.get(ALL))) == sorted([own, proposed])
    assert watched not in page  # who decides somewhere is not shown what they only look at
    assert f'value="{own}.1"' in page and f'value="{proposed}.1"' not in page
    for id in (own, proposed):
        assert f"/console/comments/{id}/decisions" in page
    answer = browser.press(proposed, "reject", ALL)
    assert answer.status_code == 303
    assert queues.get_card(browser.store, {others[1].id}, proposed).status is Status.HELD
    # What they have proposed waits for others, and not for them.
    assert cards(browser.get(ALL)) == [own]


def test_a_decision_comes_back_to_all_sites_and_counts_them_all(browser, site, others):
    [first] = held(browser.store, site, "bad one")
    [second] = held(browser.store, others[0], "bad two")
    answer = browser.press(second, "approve", ALL)
    assert answer.headers["location"].startswith("/console/?site=all&queue=held")
    action = f"/console/comments/{first}/decisions"
    fields = browser.fields(ALL, action) | {"outcome": "reject"}
    stub = browser.post(action, fields, **{"HX-Request": "true"})
    assert 'id="count-held" hx-swap-oob="true">0<' in stub.text
    assert 'id="count-approved" hx-swap-oob="true">1<' in stub.text
    undone = browser.post(
        "/console/undo", browser.fields(ALL, "/console/undo"), **{"HX-Request": "true"}
    )
    assert 'id="count-held" hx-swap-oob="true">1<' in undone.text


def test_ticked_comments_of_several_sites_are_confirmed_site_by_site(browser, site, others):
    [first] = held(browser.store, site, "bad one")
    [second] = held(browser.store, others[0], "bad two")
    [proposed] = held(browser.store, others[1], "bad three")
    ticked = "&".join(f"comment={id}.1" for id in (first, second, proposed))
    page = browser.get(f"/console/bulk/new?site=all&outcome=reject&{ticked}")
    assert "Site by site" in page.text and proposed not in page.text
    for id, place in ((first, site), (second, others[0])):
        fields = browser.fields(page.url.path + "?" + page.url.query.decode(), place.id)
        assert fields["site"] == place.id and fields["comment"] == f"{id}.1"
    one = browser.get(f"/console/bulk/new?site=all&outcome=reject&comment={second}.1")
    assert f'name="ids" value="{second}.1"' in one.text
    assert "No comment is ticked" in browser.get("/console/bulk/new?site=all").text
    assert 'name="all"' not in browser.get(ALL).text


def test_comments_of_campaigns_are_told_of_by_site(browser, site, others):
    copies = (
        reply(
            others[0],
            f"{PITCH} {'<b>' * n}",
            at=now() - n,
            page=PageRef(f"https://0.test/{n}", "News"),
            author=AuthorRef(f"Spammer {n}"),
        )
        for n in range(6)
    )
    hand_in(browser.store, *copies)
    judge_all(browser.store)
    shown = browser.get(ALL)
    [notice] = re.findall(r'<nav class="filter" aria-label="Campaigns">.*?</nav>', shown.text, re.S)
    assert f"site={others[0].id}" in notice and ">6<" in notice and site.id not in notice
    assert cards(shown) == []


def test_open_pages_of_all_sites_are_told_their_counts(browser, site, others):
    [first] = held(browser.store, site, "bad one")
    [second] = held(browser.store, others[0], "bad two")
    shown = browser.get("/console/counts?site=all&queue=held").json()
    assert shown["counts"]["held"] == 2 and shown["newest"] == sorted([first, second])[::-1]
    assert "appeals" not in shown["counts"]


def test_what_somebody_decided_about_on_any_site_is_one_list(browser, site, others):
    assert "Nothing of yours yet" in browser.get(f"{ALL}&queue=mine").text
    [bad] = held(browser.store, site, "bad tea")
    action = f"/console/comments/{bad}/decisions"
    browser.post(action, browser.fields(ALL, action) | {"outcome": "reject"})
    for url in (f"{ALL}&queue=mine", f"/console/?site={site.id}&queue=mine"):
        page = browser.get(url)
        assert cards(page) == [bad] and ">Mine</a>" in page.text
    assert cards(browser.get(f"/console/?site={others[0].id}&queue=mine")) == []


def test_what_readers_reported_on_any_site_is_one_list(browser, site, others):
    page = PageRef("https://0.test/news", "News")
    [first] = approved(browser.store, others[0], "good one", page=page)
    [second] = approved(browser.store, site, "good two")
    [watched] = approved(browser.store, others[2], "good three")
    assert "count-reported" not in browser.get(ALL).text
    for n, id in enumerate((second, first, watched, first)):
        reader = Reporter(f"{n}" * 64, "")
        report(browser.store, id, ReportReason.OTHER, "", reader, now=now() + n, entropy=os.urandom)
    shown = browser.get(f"{ALL}&queue=reported")
    assert cards(shown) == [
        second,
        first,
    ]  # what waits longest first, and not what they only look at
    assert 'id="count-reported">2<' in shown.text and "&lt;b&gt;Paper&lt;/b&gt; 0" in shown.text
    action = f"/console/comments/{first}/decisions"
    fields = browser.fields(f"{ALL}&queue=reported", action) | {"outcome": "reject"}
    decided = browser.post(action, fields)
    assert decided.headers["location"].startswith("/console/?site=all&queue=reported")
    assert cards(browser.get(f"{ALL}&queue=reported")) == [second]


def test_pages_of_what_was_reported_follow_each_other_over_all_sites(
    browser, site, others, monkeypatch
):
    monkeypatch.setattr(navigation, "PAGE_SIZE", 2)
    monkeypatch.setattr(navigation, "ROWS_READ", 3)
    ids = []
    for n in range(5):
        where = (site, others[0])[n % 2]
        page = PageRef(f"https://{'herald' if n % 2 == 0 else '0'}.test/news", "News")
        [id] = approved(browser.store, where, f"good {n}", page=page)
        report(
            browser.store,
            id,
            ReportReason.OTHER,
            "",
            Reporter(f"{n}" * 64, ""),
            now=now() + n,
            entropy=os.urandom,
        )
        ids.append(id)
    url, seen = f"{ALL}&queue=reported", []
    while url:
        shown = browser.get(url)
        seen += cards(shown)
        found = re.search(r'<a[^>]*rel="next"[^>]*>', shown.text)
        url = html.unescape(re.search(r'href="([^"]+)"', found[0])[1]) if found else ""
    assert seen == ids


def test_what_trainees_propose_on_any_site_is_one_list(browser, site, others):
    with browser.store.write() as connection:
        bo = moderators.add(connection, "bo@herald.test", "", now(), os.urandom)
        for each in (site, others[0]):
            memberships.grant(connection, bo, each.id, "trainee")
    [second] = held(browser.store, site, "bad one")
    [first] = held(browser.store, others[0], "bad two")
    for n, (id, where) in enumerate(((first, others[0]), (second, site))):
        propose(
            browser.store, bo, {where.id}, id, Outcome.REJECT, now=now() + n, entropy=os.urandom
        )
    shown = browser.get(f"{ALL}&queue=proposed")
    assert cards(shown) == [first, second] and 'id="count-proposed">2<' in shown.text
    assert shown.text.count("Agree: Reject") == 2


def test_a_view_of_all_sites_is_somebodys_own(browser, open_browser, site, others):
    [first] = held(browser.store, site, "bad one")
    page = f"{ALL}&status=held&decided_by=policy"
    assert "for everybody on this site" not in browser.get(page).text
    fields = browser.fields(page, 'action="/console/views"') | {"name": "Bad ones"}
    shown = browser.get(browser.post("/console/views", fields).headers["location"])
    assert cards(shown) == [first] and 'aria-current="true"><bdi>Bad ones</bdi>' in shown.text
    assert "Bad ones" not in browser.get(f"/console/?site={site.id}&queue=held").text
    refused = browser.post("/console/views", fields | {"shared": "1"})
    assert refused.status_code == 422 and "yours alone" in refused.text
    moderator(browser.store, "bo@herald.test", site)
    bo = open_browser()
    bo.log_in("bo@herald.test", PASSWORD)
    with browser.store.write() as connection:
        [id] = [
            m for m, e in memberships.emails_of_sites(connection, [site.id]).items() if "bo@" in e
        ]
        memberships.grant(connection, id, others[0].id, "moderator")
    assert "Bad ones" not in bo.get(ALL).text
    removal = re.search(r'action="(/console/views/[^"]+/remove)"', browser.get(ALL).text)[1]
    assert bo.post(removal, bo.fields(ALL, 'name="name"') | {"site": "all"}).status_code == 404
    assert browser.post(removal, browser.fields(ALL, removal)).status_code == 303
    assert "Bad ones" not in browser.get(ALL).text


def test_all_sites_are_no_site_for_anything_else(browser, others):
    for path in ("filters", "pages", "statistics", "campaigns", "policy", "appeals", "people"):
        assert browser.get(f"/console/{path}?site=all").status_code == 404
    assert "/console/filters" not in browser.get(ALL).text


def test_of_one_site_all_are_that_one(browser, site):
    [only] = held(browser.store, site, "bad one")
    page = browser.get(ALL)
    assert cards(page) == [only] and "site=all" not in page.text
