"""Several comments at once in the console: ticked or all that match, confirmed, followed, undone; without a script."""

import html
import os
import re

import pytest

from moderation.domain.decision import Outcome
from moderation.intake import change
from moderation.review import bulk, bulk_batches, claims, decisions, queues
from moderation.upkeep.search_index import index_due
from tests.factories import newspaper
from tests.service.console.console_browser import held, moderator, now


def statuses(store, site, ids):
    return [queues.get_card(store, {site.id}, id).status.value for id in ids]


def form_of(text, action):
    """The fields that a browser would send of the form with this action, unticked boxes left out."""
    [form] = [
        form for form in re.findall(r"<form.*?</form>", text, re.S) if f'action="{action}"' in form
    ]
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    }


def ask(browser, outcome, page="/console/", **ticked):
    """The page that asks to confirm, as the form on a page leads to it."""
    query = form_of(browser.get(page).text, "/console/bulk/new") | {"outcome": outcome} | ticked
    return browser.client.get("/console/bulk/new", params=query, headers=browser.headers)


def confirm(browser, asked, **changes):
    assert asked.status_code == 200, asked.text
    return browser.post("/console/bulk", form_of(asked.text, "/console/bulk") | changes)


def seen(ids, sequence=1):
    return [f"{id}.{sequence}" for id in ids]


def follow(browser, answer):
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def undo(browser, page):
    action = re.search(r'action="(/console/bulk/\w+/undo)"', page.text)[1]
    return follow(browser, browser.post(action, form_of(page.text, action)))


def test_ticked_comments_are_decided_after_a_confirmation_and_undone(browser, store, site):
    ids = held(store, site, *(f"bad {n} <b>" for n in range(4)))
    shown = browser.get().text
    assert re.findall(r'form="bulk" name="comment" value="(\w+)\.1"', shown) == ids
    asked = ask(browser, "reject", comment=seen(ids[:3]))
    assert "<h1>Reject 3 comments?</h1>" in asked.text and "bad 2 &lt;b&gt;" in asked.text
    assert statuses(store, site, ids) == ["held"] * 4
    done = follow(browser, confirm(browser, asked))
    assert statuses(store, site, ids) == ["rejected"] * 3 + ["held"]
    assert "Rejected: 3 comments" in done.text and "3 of 3" in done.text
    decisions.decide(
        store, "mod_bo", {site.id}, ids[0], Outcome.APPROVE, now=now(), entropy=os.urandom
    )
    undone = undo(browser, done)
    assert statuses(store, site, ids) == ["approved", "held", "held", "held"]
    assert "1 not taken back" in undone.text and ids[0] in undone.text
    assert "somebody has decided about it since" in undone.text
    assert "Undo all of it" not in undone.text
    listed = browser.get("/console/bulk").text
    assert "Rejected: 3 comments" in listed and ">undone<" in listed


def test_what_somebody_decided_since_it_was_ticked_is_left(browser, store, site):
    first, second = held(store, site, "bad 1", "bad 2")
    asked = ask(browser, "reject", comment=seen([first, second]))
    decisions.decide(
        store, "mod_bo", {site.id}, first, Outcome.APPROVE, now=now(), entropy=os.urandom
    )
    page = follow(browser, confirm(browser, asked))
    assert statuses(store, site, [first, second]) == ["approved", "rejected"]
    assert "1 left as they are" in page.text and "had decided about it meanwhile" in page.text


def test_all_that_match_are_those_that_were_counted(browser, store, site):
    ids = held(store, site, *(f"bad {n}" for n in range(25)))
    page = "/console/?queue=held&reason=toxic"
    assert "All 25 that match" in browser.get(page).text
    asked = ask(browser, "spam", page, all="1")
    assert "<h1>Spam 25 comments?</h1>" in asked.text
    [later] = held(store, site, "bad, and later")
    done = follow(browser, confirm(browser, asked))
    assert statuses(store, site, [*ids, later]) == ["spam"] * 25 + ["held"]
    back = re.search(r'href="(/console/\?[^"]*)">Back to the comments', done.text)[1]
    assert "reason=toxic" in html.unescape(back)


def test_a_set_that_drifted_is_counted_again(browser, store, site):
    ids = held(store, site, *(f"bad {n}" for n in range(3)))
    asked = ask(browser, "approve", all="1")
    decisions.decide(
        store, "mod_bo", {site.id}, ids[0], Outcome.SPAM, now=now(), entropy=os.urandom
    )
    refused = confirm(browser, asked)
    assert refused.status_code == 409
    assert "Nothing was changed." in refused.text and "now there are 2" in refused.text
    assert statuses(store, site, ids) == ["spam", "held", "held"]
    again = browser.post("/console/bulk", form_of(refused.text, "/console/bulk"))
    follow(browser, again)
    assert statuses(store, site, ids) == ["spam", "approved", "approved"]


def test_what_a_search_found_is_decided_and_the_way_back_leads_to_it(browser, store, site):
    ids = held(store, site, "bad green tea", "bad black tea", "bad coffee")
    index_due(store)
    page = "/console/?query=tea%20bad"
    asked = ask(browser, "approve", page, all="1")
    done = follow(browser, confirm(browser, asked))
    assert statuses(store, site, ids) == ["approved", "approved", "held"]
    assert "query=tea+bad" in html.unescape(done.text)


def test_a_large_one_is_followed_until_the_worker_has_done_it(browser, store, site):
    ids = held(store, site, *(f"bad {n}" for n in range(101)))
    page = follow(browser, confirm(browser, ask(browser, "reject", all="1")))
    assert "Under way: <strong>0 of 101</strong>" in page.text and "Look again" in page.text
    url = html.unescape(re.search(r'hx-get="([^"]+)"', page.text)[1])
    fragment = browser.get(url, **{"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<section class="status panel"')
    assert not bulk_batches.resume_unfinished(store, now, os.urandom, lambda: True)
    done = browser.get(url, **{"HX-Request": "true"}).text
    assert "Done: <strong>101 of 101</strong>" in done and "hx-get" not in done
    assert set(statuses(store, site, ids)) == {"rejected"}


def test_what_others_have_claimed_is_left_unless_told_otherwise(browser, store, site):
    mine, theirs = held(store, site, "bad 1", "bad 2")
    claims.claim(store, moderator(store, "bo@herald.test", site), {site.id}, theirs)
    page = follow(browser, confirm(browser, ask(browser, "reject", comment=seen([mine, theirs]))))
    assert "1 left as they are" in page.text and "somebody else was deciding" in page.text
    assert statuses(store, site, [mine, theirs]) == ["rejected", "held"]
    asked = ask(browser, "reject", comment=seen([theirs]))
    follow(browser, confirm(browser, asked, take_over="1"))
    assert statuses(store, site, [theirs]) == ["rejected"]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 200, "No comment is ticked"),
        ("outcome=reject", 200, "No comment is ticked"),
        ("outcome=reject&comment=cmt_nobody.1", 200, "No comment is ticked"),
        ("outcome=reject&all=1&status=spam", 200, "No comments match"),
        ("outcome=reject&all=1&query=!!!", 422, "> There is no word in it."),
        ("outcome=reject&all=1&status=lost", 404, "There is no such queue."),
        ("outcome=delete&all=1", 422, "A decision is approve"),
    ],
)
def test_nothing_to_decide_about_is_told(browser, store, site, query, status, told):
    held(store, site, "bad")
    answer = browser.get(f"/console/bulk/new?{query}")
    assert answer.status_code == status
    assert told in answer.text and 'action="/console/bulk"' not in answer.text


def test_comments_and_acts_of_other_sites_are_out_of_reach(browser, store, site):
    bob = newspaper(store, "Bob's Blog", "https://bob.test")
    [his] = held(store, bob, "bad")
    [hers] = held(store, site, "bad")
    shown = browser.get(f"/console/bulk/new?outcome=reject&comment={his}.1")
    assert "No comment is ticked" in shown.text and his not in shown.text
    fields = form_of(ask(browser, "reject", comment=seen([hers])).text, "/console/bulk")
    refused = browser.post("/console/bulk", fields | {"ids": f"{his}.1"})
    assert "No comment is ticked" in refused.text and bulk.list_acts(store, site.id) == []
    assert browser.post("/console/bulk", fields | {"site": bob.id}).status_code == 404
    act = bulk.start(
        store, "mod_bo", bob.id, [(his, 1)], Outcome.SPAM, now=now(), entropy=os.urandom
    ).act
    assert browser.get(f"/console/bulk/{act.id}").status_code == 404
    undo = browser.post(f"/console/bulk/{act.id}/undo", {"csrf": fields["csrf"]})
    assert undo.status_code == 404
    assert statuses(store, bob, [his]) == ["spam"] and statuses(store, site, [hers]) == ["held"]


def test_a_text_that_was_changed_before_the_confirmation_is_left(browser, store, site):
    ids = held(store, site, "bad one", "bad two")
    asked = ask(browser, "approve", comment=seen(ids))
    change.edit(store, ids[0], "bad, as nobody has seen it", now=now(), entropy=os.urandom)
    confirm(browser, asked)
    assert statuses(store, site, ids) == ["pending", "approved"]
