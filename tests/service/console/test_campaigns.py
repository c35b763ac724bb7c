"""Campaigns at the console: one card for many comments, decided once, taken back, taken apart."""

import html
import os
import re

import pytest

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.judging.judge import judge
from moderation.review import campaigns, queues
from moderation.scorers.spam.history import HistorySignals
from tests.factories import POLICY, Scripted, hand_in, newspaper, panel, reply
from tests.service.console.console_browser import ORIGIN, moderator, now

PITCH = "bad news: I recovered all of my stolen money with the help of a professional team, write to them"
HTMX = {"HX-Request": "true"}


def judge_all(store):
    judge(
        store,
        panel(HistorySignals(), Scripted()),
        POLICY,
        lease="test",
        lease_ms=60_000,
        limit=500,
        now=now,
        entropy=os.urandom,
    )


@pytest.fixture
def flood(store, site):
    """Six held copies on six pages; their ids."""
    ids = hand_in(
        store,
        *(
            reply(
                site,
                f"{PITCH} {'<b>' * n}",
                at=now() - 100 + n,
                page=PageRef(f"https://herald.test/{n}", f"News {n}"),
                author=AuthorRef(f"Spammer <{n}>"),
            )
            for n in range(6)
        ),
    )
    judge_all(store)
    return ids


def the_card(store, site):
    [card] = campaigns.list_campaigns(store, site.id, now())
    return card


def statuses(store, site, ids):
    return {queues.get_card(store, {site.id}, one).status for one in ids}


def fields(desk, page, action):
    """The hidden fields of the form that posts to `action`."""
    text = desk.get(page).text
    [form] = [
        one for one in re.findall(r"<form.*?</form>", text, re.S) if f'action="{action}"' in one
    ]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found}


def test_many_comments_are_one_card_and_one_press(desk, site, flood):
    [other] = hand_in(desk.store, reply(site, "You bad man", at=now()))
    judge_all(desk.store)
    card = the_card(desk.store, site)
    page = desk.get().text
    assert re.findall(r'<article class="card[^"]*" id="(\w)-(\w+)"', page) == [
        ("k", card.id),
        ("c", other),
    ]
    assert "Campaign of 6 comments" in page and "6 held" in page
    assert "Same text from 6 names on 6 pages in a minute." in page
    assert '<span class="count" id="count-campaigns">1</span>' in page
    # Who filters sees every comment by itself.
    assert len(re.findall(r'id="c-cmt_', desk.get("/console/?reason=toxic").text)) == 7

    action = f"/console/campaigns/{card.id}/decisions"
    pressed = desk.post(action, fields(desk, "/console/", action) | {"outcome": "spam"}, **HTMX)
    assert pressed.status_code == 200
    assert "Marked as spam: campaign of 6 comments" in pressed.text
    assert statuses(desk.store, site, flood) == {Status.SPAM}
    assert card.id not in desk.get().text
    assert card.id in desk.get(f"/console/campaigns?site={site.id}").text

    back = f"/console/campaigns/{card.id}/undo"
    where = f"/console/campaigns/{card.id}?site={site.id}"
    undone = desk.post(back, fields(desk, where, back))
    assert undone.headers["location"] == where
    assert statuses(desk.store, site, flood) == {Status.HELD}
    page = desk.get(where).text
    assert "Taken back by <bdi>ada@herald.test</bdi>" in page
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_members_that_differ_are_taken_out_or_split_off(desk, site, flood):
    card = the_card(desk.store, site)
    where = f"/console/campaigns/{card.id}?site={site.id}"
    action = f"/console/campaigns/{card.id}/exclusions"
    hidden = fields(desk, where, action)
    assert desk.post(action, hidden).status_code == 422
    assert "Tick the comments" in desk.post(action, hidden).text
    assert desk.post(action, hidden | {"m0": flood[0]}).status_code == 303
    assert the_card(desk.store, site).comments == 5
    assert f'id="c-{flood[0]}"' in desk.get().text  # a comment like any other again
    splits = f"/console/campaigns/{card.id}/splits"
    made = desk.post(splits, hidden | {"m1": flood[1], "m2": flood[2]})
    new = made.headers["location"]
    assert desk.get(new).status_code == 200 and "Campaign of 2 comments" in desk.get(new).text
    # The last ones taken out: there is nothing left to show.
    rest = {f"m{at}": one for at, one in enumerate(flood[3:])}
    assert desk.post(action, hidden | rest).headers["location"].startswith("/console/campaigns?")


def test_who_comes_second_is_told_and_changes_nothing(desk, site, flood):
    card = the_card(desk.store, site)
    action = f"/console/campaigns/{card.id}/decisions"
    given = fields(desk, "/console/", action)
    desk.post(action, given | {"outcome": "spam"})
    for headers in ({}, HTMX):
        late = desk.post(action, given | {"outcome": "approve"}, **headers)
        assert late.status_code == 409
        assert "Nothing was changed." in late.text
    assert statuses(desk.store, site, flood) == {Status.SPAM}
    wrong = desk.post(action, given | {"outcome": "burn"})
    assert wrong.status_code == 422
    assert desk.post(action, given | {"outcome": "spam", "csrf": "0" * 64}).status_code == 403


def test_members_and_campaigns_come_in_pages(desk, site, store):
    for kind in range(21):
        word = "".join(chr(97 + (kind * 7 + at * at) % 26) for at in range(9))
        hand_in(
            store,
            *(
                reply(
                    site,
                    f"bad {word} " * 12 + " ".join(f"{word}{at:c}" for at in range(97, 123)),
                    at=now() - 100 + n,
                    page=PageRef(f"https://herald.test/{n}", "News"),
                )
                for n in range(25 if kind == 20 else 3)
            ),
        )
    judge_all(store)
    first = desk.get(f"/console/campaigns?site={site.id}").text
    assert first.count('class="card crowd"') == 20
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    assert desk.get(following).text.count('class="card crowd"') == 1
    large = next(
        one for one in campaigns.list_campaigns(store, site.id, now()) if one.comments == 25
    )
    page = desk.get(f"/console/campaigns/{large.id}?site={site.id}").text
    assert page.count('type="checkbox" name="m') == 20
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', page)[1])
    assert desk.get(following).text.count('type="checkbox" name="m') == 5


def test_other_sites_campaigns_are_like_none_at_all(open_desk, store, site, flood):
    bobs = newspaper(store, "Bob's Blog", "https://bob.test")
    moderator(store, "bob@bob.test", bobs)
    bob = open_desk()
    bob.log_in("bob@bob.test")
    card = the_card(store, site)
    for site_id in ("", site.id, bobs.id):
        for path in ("", "/decisions", "/undo", "/exclusions", "/splits"):
            url = f"/console/campaigns/{card.id}{path}"
            answer = (
                bob.post(
                    url,
                    bob.fields("/console/", "/console/logout")
                    | {"site": site_id, "sequence": "0", "outcome": "spam", "m0": flood[0]},
                )
                if path
                else bob.get(f"{url}?site={site_id}")
            )
            assert answer.status_code == 404, (site_id, path)
    assert statuses(store, site, flood) == {Status.HELD}
    assert ORIGIN.startswith("http")
    assert "No campaigns" in bob.get("/console/campaigns").text
