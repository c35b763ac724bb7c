"""The search of the console: a box, results with the actions of a queue, conditions as chips in the address."""

import html
import re

import pytest

from moderation.domain.comment import AuthorRef
from moderation.upkeep.search_index import index_due
from tests.factories import newspaper
from tests.service.console.console_browser import held
from tests.service.console.test_pages import cards


def links(page, text):
    return [
        html.unescape(url)
        for url, inner in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page.text, re.S)
        if text in inner
    ]


def test_a_word_finds_comments_of_every_status(browser, site):
    good, bad = held(browser.store, site, "good tea", "bad tea", author=AuthorRef("Ms <Q>"))
    index_due(browser.store)
    assert 'name="query"' in browser.get().text
    page = browser.get("/console/?query=tea")
    assert cards(page) == [bad, good]
    assert cards(browser.get(links(page, "Held")[1])) == [bad]  # after the tab, before the row
    assert cards(browser.get(links(page, "Words:")[0])) == [bad]  # without the words: the queue
    assert cards(browser.get("/console/?query=tea&reason=toxic")) == [bad]
    assert cards(browser.get(links(page, "More by this name")[0])) == [bad, good]
    assert cards(browser.get(links(page, "More on this page")[0])) == [bad, good]


def test_held_comments_are_listed_by_the_range_of_a_score(browser, site):
    [bad] = held(browser.store, site, "bad tea")
    url = "/console/?status=held&score=toxicity"
    low = browser.get(f"{url}&score_to=.1")
    assert cards(low) == [] and "toxicity .1 or less" in low.text
    assert cards(browser.get(links(low, "toxicity .1 or less")[0])) == [bad]  # without it
    page = browser.get(f"{url}&score_from=.1&score_to=1")
    assert cards(page) == [bad] and "toxicity .1 to 1" in page.text
    assert 'name="score_from" value=".1"' in page.text
    # Only held comments have scores that they are found by.
    assert all("score" not in link for link in links(page, "Approved"))
    assert browser.get(f"{url}&score_from=2").status_code == 422
    assert browser.get("/console/?score=toxicity&score_from=.1").status_code == 422


def test_comments_are_listed_by_their_age(browser, site):
    [bad] = held(browser.store, site, "bad tea")
    page = browser.get("/console/?status=held&age=over-4h")
    assert cards(page) == []
    assert cards(browser.get("/console/?status=held&age=under-24h")) == [bad]
    assert cards(browser.get(links(page, "more than 4 h")[0])) == [bad]  # without the age
    assert '<option value="over-4h" selected>' in page.text
    asked = browser.get("/console/?status=held&age=over-90m")  # not among those to choose from
    assert '<option value="over-90m" selected>more than 1 h 30 min<' in asked.text
    assert browser.get("/console/?age=old").status_code == 422


@pytest.mark.parametrize(
    "after", ["99999999999999999999", f"{2**63}.cmt_1", "1e9.x", "\u0661.x", "x"]
)
def test_a_place_that_no_list_has_is_refused(browser, site, after):
    held(browser.store, site, "bad tea")
    assert browser.get(f"/console/?after={after}").status_code == 422


def test_nothing_found_says_what_could_be_searched_for(browser):
    page = browser.get("/console/?query=tea")
    assert page.status_code == 200 and "Nothing was found" in page.text
    refused = browser.get("/console/?query=%21%21")
    assert refused.status_code == 422 and "There is no word in it." in refused.text
    assert browser.get("/console/?query=tea&status=lost").status_code == 404


def test_a_hostile_query_is_shown_as_text(browser):
    page = browser.get("/console/?query=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.text and "&lt;script&gt;alert" in page.text


def test_a_decision_without_a_script_comes_back_to_the_search(browser, site):
    [bad] = held(browser.store, site, "bad tea of Zoë")
    index_due(browser.store)
    fields = browser.fields("/console/?query=tea+zo%C3%AB", f"/console/comments/{bad}/decisions")
    fields |= {"outcome": "approve"}
    decided = browser.post(f"/console/comments/{bad}/decisions", fields)
    assert decided.status_code == 303
    returned = browser.get(decided.headers["location"])
    assert cards(returned) == [bad] and 'id="notice"' in returned.text
    assert 'value="tea zoë"' in returned.text


def test_another_sites_comments_are_not_found(browser, site):
    other = newspaper(browser.store, "Bob's Blog", "https://bob.test")
    [secret] = held(browser.store, other, "secret bad tea")
    index_due(browser.store)
    assert cards(browser.get("/console/?query=secret")) == []
    assert cards(browser.get(f"/console/?query={secret}")) == []


def test_a_list_of_several_states_says_which_each_comment_has(browser, site):
    good, bad = held(browser.store, site, "good tea", "bad tea")
    index_due(browser.store)

    def states(path):
        page = browser.get(path).text
        return [
            (re.findall(r'class="state">(\w+)', row), re.findall(r'class="chip state">(\w+)', card))
            for row, card in zip(
                re.findall(r'<li class="item".*?</li>', page, re.S),
                re.findall(r'<article class="card".*?<div class="text', page, re.S),
                strict=True,
            )
        ]

    assert states("/console/?query=tea") == [(["Held"], ["held"]), (["Approved"], ["approved"])]
    assert states("/console/?query=tea&status=held") == [([], [])]
    assert states("/console/?queue=approved") == [([], [])]
    browser.press(bad, "reject")
    assert states("/console/?queue=mine") == [(["Rejected"], ["rejected"])]
    assert (
        '<span class="chip state">approved</span>' in browser.get(f"/console/comments/{good}").text
    )
