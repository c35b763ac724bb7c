"""Campaigns at the console: one card for many comments, decided once, undone, taken apart."""

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


def only_card(store, site):
    [card] = campaigns.list_campaigns(store, site.id, now())
    return card


def statuses(store, site, comment_ids):
    return {queues.get_card(store, {site.id}, comment_id).status for comment_id in comment_ids}


def fields(browser, page, action):
    """The hidden fields of the form that posts to `action`."""
    text = browser.get(page).text
    [*_, form] = [
        form for form in re.findall(r"<form.*?</form>", text, re.S) if f'action="{action}"' in form
    ]
    values = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in values}


def test_many_comments_are_one_card_and_one_press(browser, site, flood):
    [other] = hand_in(browser.store, reply(site, "You bad man", at=now()))
    judge_all(browser.store)
    card = only_card(browser.store, site)
    page = browser.get().text
    assert re.findall(r'<article class="card[^"]*" id="(\w)-(\w+)"', page) == [
        ("k", card.id),
        ("c", other),
    ]
    assert "Campaign of 6 comments" in page and "6 held" in page
    assert "Same text from 6 names on 6 pages in a minute." in page
    assert '<span class="count" id="count-campaigns">1</span>' in page
    # With a reason chosen, every comment is shown by itself.
    assert len(re.findall(r'id="c-cmt_', browser.get("/console/?reason=toxic").text)) == 7

    action = f"/console/campaigns/{card.id}/decisions"
    pressed = browser.post(
        action, fields(browser, "/console/", action) | {"outcome": "spam"}, **HTMX
    )
    assert pressed.status_code == 200
    assert "Marked as spam: campaign of 6 comments" in pressed.text
    assert statuses(browser.store, site, flood) == {Status.SPAM}
    assert card.id not in browser.get().text
    assert card.id in browser.get(f"/console/campaigns?site={site.id}").text

    back = f"/console/campaigns/{card.id}/undo"
    url = f"/console/campaigns/{card.id}?site={site.id}"
    undone = browser.post(back, fields(browser, url, back))
    assert undone.headers["location"] == url
    assert statuses(browser.store, site, flood) == {Status.HELD}
    page = browser.get(url).text
    assert "Undone by <bdi>ada@herald.test</bdi>" in page
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_members_that_differ_are_removed_or_split_off(browser, site, flood):
    card = only_card(browser.store, site)
    url = f"/console/campaigns/{card.id}?site={site.id}"
    action = f"/console/campaigns/{card.id}/exclusions"
    hidden = fields(browser, url, action)
    assert browser.post(action, hidden).status_code == 422
    assert "Select the comments" in browser.post(action, hidden).text
    assert browser.post(action, hidden | {"m0": flood[0]}).status_code == 303
    assert only_card(browser.store, site).comments == 5
    assert f'id="c-{flood[0]}"' in browser.get().text  # a comment like any other again
    splits = f"/console/campaigns/{card.id}/splits"
    response = browser.post(splits, hidden | {"m1": flood[1], "m2": flood[2]})
    new_url = response.headers["location"]
    assert browser.get(new_url).status_code == 200
    assert "Campaign of 2 comments" in browser.get(new_url).text
    # Nothing is left to show.
    rest = {f"m{number}": id for number, id in enumerate(flood[3:])}
    assert browser.post(action, hidden | rest).headers["location"].startswith("/console/campaigns?")


def test_the_second_decision_is_refused_and_changes_nothing(browser, site, flood):
    card = only_card(browser.store, site)
    action = f"/console/campaigns/{card.id}/decisions"
    form = fields(browser, "/console/", action)
    browser.post(action, form | {"outcome": "spam"})
    for headers in ({}, HTMX):
        late = browser.post(action, form | {"outcome": "approve"}, **headers)
        assert late.status_code == 409
        assert "Nothing was changed." in late.text
    assert statuses(browser.store, site, flood) == {Status.SPAM}
    wrong = browser.post(action, form | {"outcome": "burn"})
    assert wrong.status_code == 422
    assert browser.post(action, form | {"outcome": "spam", "csrf": "0" * 64}).status_code == 403


def test_members_and_campaigns_come_in_pages(browser, site, store):
    for kind in range(21):
        word = "".join(chr(97 + (kind * 7 + n * n) % 26) for n in range(9))
        hand_in(
            store,
            *(
                reply(
                    site,
                    f"bad {word} " * 12
                    + " ".join(f"{word}{letter:c}" for letter in range(97, 123)),
                    at=now() - 100 + n,
                    page=PageRef(f"https://herald.test/{n}", "News"),
                )
                for n in range(25 if kind == 20 else 3)
            ),
        )
    judge_all(store)
    first = browser.get(f"/console/campaigns?site={site.id}").text
    assert first.count('class="card campaign"') == 20
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    assert browser.get(following).text.count('class="card campaign"') == 1
    large = next(
        card for card in campaigns.list_campaigns(store, site.id, now()) if card.comments == 25
    )
    page = browser.get(f"/console/campaigns/{large.id}?site={site.id}").text
    assert page.count('type="checkbox" name="m') == 20
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', page)[1])
    assert browser.get(following).text.count('type="checkbox" name="m') == 5


def test_the_campaigns_of_another_site_are_not_found(open_browser, store, site, flood):
    bobs = newspaper(store, "Bob's Blog", "https://bob.test")
    moderator(store, "bob@bob.test", bobs)
    bob = open_browser()
    bob.log_in("bob@bob.test")
    card = only_card(store, site)
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


def test_later_copies_wait_with_the_ruling_and_are_confirmed_in_one_press(browser, site, flood):
    card = only_card(browser.store, site)
    action = f"/console/campaigns/{card.id}/decisions"
    browser.post(action, fields(browser, "/console/", action) | {"outcome": "spam"})
    late = hand_in(
        browser.store,
        *(
            reply(site, PITCH, at=now(), page=PageRef(f"https://herald.test/9{n}", "News"))
            for n in range(2)
        ),
    )
    judge_all(browser.store)
    assert statuses(browser.store, site, late) == {Status.HELD}
    page = browser.get().text
    assert "Held with a ruled campaign: 2" in page and card.id not in page
    assert '<span class="count" id="count-campaigns">0</span>' in page
    ruled = f"/console/campaigns?site={site.id}&ruled=1"
    page = browser.get(ruled).text
    assert card.id in page and "Held with this ruling: 2" in page
    held = browser.get(f"/console/campaigns/{card.id}?site={site.id}&only=held").text
    assert all(id in held for id in late) and flood[0] not in held
    pressed = browser.post(
        action, fields(browser, ruled, action) | {"outcome": "spam", "held": "1"}, **HTMX
    )
    assert pressed.status_code == 200
    assert statuses(browser.store, site, late) == {Status.SPAM}
    assert "Held with a ruled campaign" not in browser.get().text


def test_a_copy_whose_likes_are_on_other_sites_is_a_comment_like_any_other(browser, store, site):
    """Nothing is told of them either."""
    others = [newspaper(store, f"Other {n}", f"https://other{n}.test") for n in range(2)]
    ids = hand_in(
        store,
        *(
            reply(
                owner,
                f"{PITCH} {n}",
                at=now() - 100 + n,
                page=PageRef(f"{owner.origins[0]}/{n}", f"News {n}"),
                author=AuthorRef(f"Writer {n}"),
            )
            for n, owner in enumerate((*others, *others, *others, site))
        ),
    )
    judge_all(store)
    page = browser.get().text
    assert re.findall(r'<article class="card[^"]*" id="(\w)-(\w+)"', page) == [("c", ids[-1])]
    assert "Writer 6" in page and 'class="reasons"' in page and "Campaign of" not in page
    assert not re.search(r"\bsites\b(?!\.js)", page) and re.search(r'id="count-campaigns">0<', page)
    assert "Campaign of" not in browser.get("/console/campaigns").text
    card = only_card(store, site)
    assert (card.campaign_stats.comments, card.campaign_stats.pages) == (1, 1)
    assert card.sentence.startswith("Same text from 1 name on 1 page in ")
    assert browser.press(ids[-1], "spam").status_code == 303
    assert statuses(store, site, [ids[-1]]) == {Status.SPAM}


def test_a_campaign_over_several_sites_counts_what_is_on_this_one(store, site, flood):
    other = newspaper(store, "Other", "https://other.test")
    hand_in(store, *(reply(other, f"{PITCH} {n}", at=now() + n) for n in range(4)))
    judge_all(store)
    assert only_card(store, site).sentence.startswith("Same text from 6 names on 6 pages in ")
    assert only_card(store, other).sentence.startswith("Same text from 1 name on 1 page in ")


def test_a_comment_that_stands_by_itself_says_that_it_belongs_to_a_campaign(
    browser, store, site, flood
):
    [lone] = hand_in(store, reply(site, "A bad thought.", at=now()))
    judge_all(store)
    link = f'href="/console/campaigns/{only_card(store, site).id}?'

    def belonging(path):
        cards = re.findall(
            r'<article class="card" id="c-(\w+)"(.*?)</article>', browser.get(path).text, re.S
        )
        return {id: link in card for id, card in cards}

    told = belonging("/console/?status=held")
    assert told == dict.fromkeys(flood, True) | {lone: False}
    by_reason = belonging("/console/?reason=toxic")
    assert by_reason and all(is_told for id, is_told in by_reason.items() if id in flood)
    assert any(id in flood for id in by_reason)
