"""Somebody who looks after sections alone: what they see, find, count and decide there; on both databases."""

import html
import os
import re

import pytest
import sqlalchemy as sa

from moderation.accounts import audit
from moderation.accounts.moderators import change_role
from moderation.domain.audit import AuditQuery
from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.report import report
from moderation.review import decisions, notes, page_moves, queues
from moderation.store import memberships, moderators
from moderation.upkeep.search_index import index_due
from tests.factories import newspaper
from tests.review.test_reputation import (
    CAROL,
    HOME,
    harmless_text,
    record_decision,
    submit_and_judge,
)
from tests.service.console.console_browser import held, moderator, now

HERALD = "https://herald.test"


def on(path, title="News"):
    return PageRef(f"{HERALD}{path}", title)


@pytest.fixture
def sport(open_browser, store, site):
    """Ada's browser; she is a moderator of /sport and /local/town."""
    ada = moderator(store, "ada@herald.test")
    with store.write() as connection:
        memberships.grant(connection, ada, site.id, "moderator", ("/local/town", "/sport"))
    browser = open_browser()
    browser.sign_in(ada)
    return browser


@pytest.fixture
def boss(open_browser, store, site):
    """The browser of Bo, who looks after all of the site."""
    browser = open_browser()
    browser.sign_in(moderator(store, "bo@herald.test", site))
    return browser


def status_of(store, site, comment_id):
    return queues.get_card(store, {site.id}, comment_id).status


def test_the_queue_has_what_stands_in_the_sections_with_its_count(sport, store, site):
    inside = [
        *held(store, site, "bad goal", page=on("/sport/1", "Cup")),
        *held(store, site, "bad front page", page=on("/sport/")),
        *held(store, site, "bad mayor", page=on("/local/town/x/y?utm_source=a")),
    ]
    outside = [
        *held(store, site, "bad minister", page=on("/news/1")),
        *held(store, site, "bad ball", page=on("/sports/1")),
        *held(store, site, "bad village", page=on("/local/2")),
        *held(store, site, "bad caps", page=on("/Sport/1")),
        *held(store, newspaper(store, "Other", "https://other.test"), "bad", page=PageRef("https://other.test/sport/1")),
    ]  # fmt: skip
    text = html.unescape(sport.get().text)
    assert [id for id in inside if f"c-{id}" not in text] == []
    assert [id for id in outside if id in text] == []
    assert re.search(r"Held <span [^>]*>3</span>", text)
    assert "/local/town /sport" in text
    # Nothing leads to what concerns all of the site.
    for page in ("pages", "filters", "policy", "statistics", "campaigns", "views"):
        assert f'"/console/{page}' not in text
    for order in ("urgency", "oldest", "newest"):
        listed = sport.get(f"/console/?site={site.id}&queue=held&order={order}").text
        assert set(re.findall(r'id="c-(cmt_\w+)"', listed)) == set(inside)
    index_due(store)
    found = sport.get(f"/console/?site={site.id}&query=bad").text
    assert set(re.findall(r'id="c-(cmt_\w+)"', found)) == set(inside)
    [reason] = set(re.findall(r"reason=(\w+)", text))
    by_reason = sport.get(f"/console/?site={site.id}&queue=held&reason={reason}").text
    assert set(re.findall(r'id="c-(cmt_\w+)"', by_reason)) == set(inside)


def test_it_is_decided_claimed_noted_and_taken_back_there_alone(sport, store, site):
    [inside] = held(store, site, "bad goal", page=on("/sport/1"))
    [outside] = held(store, site, "bad minister", page=on("/news/1"))
    form = sport.fields("/console/", f"{inside}/decisions")
    assert (
        sport.post(f"/console/comments/{inside}/claim", form | {"claim": "claim"}).status_code
        == 303
    )
    assert sport.press(inside, "reject").status_code == 303
    assert status_of(store, site, inside) is Status.REJECTED
    assert sport.get("/console/?queue=mine").text.count(f'id="c-{inside}"') == 1
    assert sport.get("/console/?queue=rejected").text.count(f'id="c-{inside}"') == 1
    undone = sport.post("/console/undo", form | {"site": site.id})
    assert undone.headers["location"].endswith(inside)
    assert status_of(store, site, inside) is Status.HELD
    noted = sport.post(f"/console/comments/{inside}/notes", form | {"text": "Seen."})
    assert noted.status_code == 303
    assert "Seen." in sport.get(f"/console/comments/{inside}").text
    for path, more in (
        ("decisions", {"outcome": "approve"}),
        ("claim", {"claim": "claim"}),
        ("notes", {"text": "Seen."}),
        ("corrections", {"wrong": "toxicity"}),
        ("pick", {"pick": "pick"}),
        ("undo", {}),
    ):
        answer = sport.post(f"/console/comments/{outside}/{path}", form | more)
        assert answer.status_code == 404, path
    assert status_of(store, site, outside) is Status.HELD


def test_they_are_told_whom_they_can_mention_about_a_comment_of_theirs(sport, boss, store, site):
    [inside] = held(store, site, "bad goal", page=on("/sport/1"))
    [outside] = held(store, site, "bad minister", page=on("/news/1"))
    other = newspaper(store, "Other", "https://other.test")
    [foreign] = held(store, other, "bad", page=PageRef("https://other.test/sport/1"))
    cleo = moderator(store, "cleo@herald.test")
    with store.write() as connection:
        memberships.grant(connection, cleo, site.id, "moderator", ("/culture",))
    for path in ("/console/", f"/console/comments/{inside}"):
        [url, *more] = set(re.findall(r'data-colleagues="([^"]*)"', sport.get(path).text))
        assert more == []
        answer = sport.get(html.unescape(url))
        assert (answer.status_code, answer.json()) == (200, {"names": ["ada", "bo"]})
    assert sport.get(f"/console/colleagues?site={site.id}.part&comment={inside}").status_code == 200
    for asked in (
        f"site={site.id}&comment={outside}",
        f"site={site.id}&comment={foreign}",
        f"site={site.id}&comment=",
        f"site={site.id}",
        f"site={other.id}&comment={foreign}",
    ):
        answer = sport.get(f"/console/colleagues?{asked}")
        assert answer.status_code == 404 and "bo" not in answer.text.split(), asked
    assert boss.get(f"/console/colleagues?site={site.id}&comment={outside}").json() == {
        "names": ["bo"]
    }


def test_a_note_about_an_author_is_not_for_them(sport, store, site):
    dan = AuthorRef("Dan", identity="id:dan")
    [inside] = held(store, site, "bad goal", page=on("/sport/1"), author=dan)
    held(store, site, "bad minister", page=on("/news/1"), author=dan)
    clock = {"now": now(), "entropy": os.urandom}
    author = notes.author_of(store, inside)
    notes.add_to_author(store, "mod_1", site.id, author, "Wrote of the minister.", **clock)
    page = sport.get(f"/console/comments/{inside}").text
    assert "minister" not in page
    form = sport.fields("/console/", f"{inside}/decisions")
    sport.post(f"/console/comments/{inside}/notes", form | {"text": "Here.", "about": "author"})
    assert [note.text for note in notes.of_comment(store, {site.id}, inside)] == ["Here."]


def test_reports_wait_for_them_too(sport, store, site):
    [inside] = held(store, site, "A fine goal.", page=on("/sport/1"))
    [outside] = held(store, site, "A fine minister.", page=on("/news/1"))
    for id in (inside, outside):
        report(
            store,
            id,
            ReportReason.ABUSE,
            "",
            Reporter("key", "address"),
            now=now(),
            entropy=os.urandom,
        )
    text = sport.get("/console/?queue=reported").text
    assert f"c-{inside}" in text and outside not in text


def test_a_comment_comes_and_goes_with_its_page(sport, store, site):
    [comment] = held(store, site, "bad goal", page=on("/news/1"))
    assert sport.get(f"/console/comments/{comment}").status_code == 404
    for path, status in (("/sport/2", 200), ("/culture/2", 404)):
        page_moves.move_page(store, site.id, f"{HERALD}/news/1", f"{HERALD}{path}")
        assert sport.get(f"/console/comments/{comment}").status_code == status


def test_sections_hold_from_the_next_request_on_and_are_in_the_audit(sport, store, site):
    [comment] = held(store, site, "bad minister", page=on("/news/1"))
    with store.read() as connection:
        ada = moderators.by_email(connection, "ada@herald.test").id
    assert sport.get(f"/console/comments/{comment}").status_code == 404
    change_role(store, ada, site.id, "moderator", "key_1", ["/news/"], now=now())
    assert sport.get(f"/console/comments/{comment}").status_code == 200
    change_role(store, ada, site.id, "editor", "key_1", now=now())  # the sections stay
    assert sport.get(f"/console/policy?site={site.id}").status_code != 403
    assert "Policy of" not in sport.get(f"/console/policy?site={site.id}").text
    with pytest.raises(Invalid, match="An admin looks after all of a site"):
        change_role(store, ada, site.id, "admin", "key_1", now=now())
    change_role(store, ada, site.id, "editor", "key_1", [], now=now())
    assert "Policy of" in html.unescape(sport.get(f"/console/policy?site={site.id}").text)
    changed = audit.list_entries(store, {site.id}, AuditQuery(about=ada))[0]
    assert [(each.before, each.after) for each in changed] == [
        ({"sections": "/news"}, {}),
        ({"role": "moderator"}, {"role": "editor"}),
        ({"sections": "/local/town /sport"}, {"sections": "/news"}),
    ]


def test_somebody_of_a_whole_site_and_of_sections_of_another(sport, store, site):
    other = newspaper(store, "Other", "https://other.test")
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test").id
        memberships.grant(connection, ada, other.id, "moderator")
    [inside] = held(store, site, "bad goal", page=on("/sport/1"))
    [outside] = held(store, site, "bad minister", page=on("/news/1"))
    [theirs] = held(store, other, "bad", page=PageRef("https://other.test/1"))
    assert f"c-{theirs}" in sport.get(f"/console/?site={other.id}").text
    here = sport.get(f"/console/?site={site.id}").text
    assert f"c-{inside}" in here and outside not in here and theirs not in here
    assert "/console/statistics" in sport.get(f"/console/statistics?site={other.id}").text
    assert sport.get(f"/console/statistics?site={site.id}").status_code == 404
    for page in ("/console/?site=all", "/console/account"):
        assert outside not in sport.get(page).text


def test_a_trainee_of_a_section_proposes_there(open_browser, store, site):
    tim = moderator(store, "tim@herald.test")
    with store.write() as connection:
        memberships.grant(connection, tim, site.id, "trainee", ("/sport",))
    browser = open_browser()
    browser.sign_in(tim)
    [inside] = held(store, site, "bad goal", page=on("/sport/1"))
    assert browser.press(inside, "reject").status_code == 303
    card = queues.get_card(store, {site.id}, inside)
    assert card.status is Status.HELD and card.proposal.outcome is Outcome.REJECT
    form = browser.fields(f"/console/comments/{inside}")
    assert browser.post("/console/undo", form | {"site": site.id}).status_code == 303
    assert queues.get_card(store, {site.id}, inside).proposal is None


def test_decisions_of_others_in_the_section_are_shown(sport, store, site):
    [inside] = held(store, site, "bad goal", page=on("/sport/1"))
    decisions.decide(store, "mod_1", {site.id}, inside, Outcome.APPROVE, now=now(), entropy=os.urandom)  # fmt: skip
    assert f"c-{inside}" in sport.get("/console/?queue=approved").text


def test_what_waits_is_counted_once_for_a_page(sport, store, site):
    held(store, site, "bad goal", page=on("/sport/1"))
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    sport.get(f"/console/?site={site.id}&queue=held")
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    counted = [each for each in asked if "count(*)" in each and "part_pages" in each]
    counted = [each for each in counted if "FROM mentions" not in each]
    assert len(counted) == 2  # of all of it, and of each reason


def test_the_address_of_the_next_page_names_no_comment_elsewhere(
    sport, boss, store, site, monkeypatch
):
    """A list that has looked through many comments elsewhere goes on at one of these."""
    monkeypatch.setattr("moderation.store.search.LOOKED_AT", 3)
    monkeypatch.setattr("moderation.store.search.ROUNDS", 1)
    [oldest] = held(store, site, "bad goal", page=on("/sport/1"))
    elsewhere = held(store, site, *(f"bad {n}" for n in range(8)), page=on("/news/1"))
    url, found = "/console/?status=held&order=newest&query=", []
    for _ in range(5):
        page = sport.get(html.unescape(url))
        assert page.status_code == 200
        assert [id for id in elsewhere if id in page.text] == []
        found += re.findall(r'id="c-(cmt_\w+)"', page.text)
        links = re.findall(r'href="(/console/\?[^"]*after=[^"]*)"', page.text)
        if not links:
            break
        url = links[-1]
    assert found == [oldest]
    strange = sport.get(f"/console/?status=held&order=newest&after={elsewhere[3]}")
    assert strange.status_code == 422 and "begin again" in strange.text
    # A place in a colleague's list is none in theirs.
    assert "after=" in html.unescape(url)
    assert boss.get(html.unescape(url)).status_code < 500


def test_decisions_elsewhere_are_not_counted(sport, boss, store, site):
    there = on("/news/1")
    carol = {"author": CAROL, "context": HOME}
    outside = submit_and_judge(store, site, harmless_text(1), at=now() - 9_000, page=there)
    linked = f"{harmless_text(2)} http://shop.example/"
    [inside] = submit_and_judge(store, site, linked, at=now() - 9_000, page=on("/sport/1"), **carol)
    record_decision(store, site, outside[0], Outcome.SPAM, now())
    page = f"/console/comments/{inside}"
    assert "Earlier decisions" in boss.get(page).text
    for path in ("", "/context"):
        shown = sport.get(f"{page}{path}").text
        assert "The author" in shown
        assert "Earlier decisions" not in shown and "1 spam" not in shown
        assert "This author" not in shown and "shop.example</bdi>" not in shown


def unseen(browser):
    found = re.search(r'class="count new">.*?</span>(\d+)</span>', browser.get().text)
    return int(found[1]) if found else 0


def test_a_mention_reaches_them_where_they_reach_the_comment(sport, boss, store, site):
    dan = AuthorRef("Dan", identity="id:dan")
    [inside] = held(store, site, "bad goal", page=on("/sport/1"), author=dan)
    [outside] = held(store, site, "bad minister", page=on("/news/1"), author=dan)
    for comment, names in ((inside, ["ada", "bo"]), (outside, ["bo"])):
        offered = boss.get(f"/console/colleagues?site={site.id}&comment={comment}").json()
        assert set(names) <= set(offered["names"]) and ("ada" in offered["names"]) == (
            comment == inside
        )
    clock = {"now": now(), "entropy": os.urandom}
    author = notes.author_of(store, inside)
    notes.add_to_author(store, "mod_1", site.id, author, "@ada look", inside, **clock)
    notes.add_to_comment(store, "mod_1", {site.id}, outside, "@ada look", **clock)
    assert unseen(sport) == 0 and 'id="mentions"' not in sport.get("/console/account").text
    notes.add_to_comment(store, "mod_1", {site.id}, inside, "@ada look", **clock)
    assert unseen(sport) == 1
    page_moves.move_page(store, site.id, f"{HERALD}/sport/1", f"{HERALD}/news/2")
    assert unseen(sport) == 0 and 'id="mentions"' not in sport.get("/console/account").text
    page_moves.move_page(store, site.id, f"{HERALD}/news/2", f"{HERALD}/sport/1")
    fields = sport.fields("/console/account", 'name="note"')
    opened = sport.post("/console/account/mentions", fields)
    assert opened.headers["location"] == f"/console/comments/{inside}#notes"
    assert sport.get(opened.headers["location"]).status_code == 200
    assert unseen(sport) == 0
