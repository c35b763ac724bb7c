"""The search of the console: a box, results with the actions of a queue, conditions as chips in the address."""

import html
import re

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
    assert cards(browser.get(links(page, "Held")[-1])) == [bad]
    assert cards(browser.get(links(page, "Words:")[0])) == [bad]  # without the words: the queue
    assert cards(browser.get("/console/?query=tea&reason=toxic")) == [bad]
    assert cards(browser.get(links(page, "More by this name")[0])) == [bad, good]
    assert cards(browser.get(links(page, "More on this page")[0])) == [bad, good]


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
