"""The weekly sample at the console: blind, and nothing changes but by a decision of its own."""

import html

from moderation.domain.comment import Status
from moderation.domain.durations import WEEK_MS
from moderation.domain.second_looks import place
from moderation.review import samples
from moderation.store import memberships, moderators, queues
from moderation.upkeep.samples import draw_samples
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import judge_all, now

HOME = "/console/sample"


def test_a_moderator_judges_blind_and_may_decide_after_that(browser, site, store):
    at = now() - WEEK_MS
    texts = "You <b>scum</b>, leave the island.", "You <b>scum</b>, take the ferry."
    handed_in = dict(
        zip(hand_in(store, *(reply(site, text, at=at) for text in texts)), texts, strict=True)
    )
    [first, second] = sorted(handed_in, key=place)
    judge_all(store)
    assert "Nothing of the sample is waiting" in browser.get(HOME).text
    assert "Sample <span" not in browser.get().text
    assert sum(draw_samples(store, now())) == 1
    assert "Sample <span" in browser.get().text
    page = browser.get(HOME).text
    assert html.escape(handed_in[first]) in page and html.escape(handed_in[second]) not in page
    for told in ("approved that", "toxicity", "0.10", "Approve it"):
        assert told not in page, told
    fields = browser.fields(HOME, HOME)
    assert fields["comment"] == first
    assert browser.post(HOME, fields | {"verdict": "gone"}).status_code == 422
    assert browser.get(f"{HOME}?judged={first}").status_code == 404
    answer = browser.post(HOME, fields | {"verdict": "remove"})
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "The policy had approved that comment. It stays so unless you decide otherwise." in page
    assert html.escape(handed_in[second]) in page
    with store.read() as connection:
        assert queues.by_id(connection, first, [site.id]).status is Status.APPROVED
    link = html.unescape(page.partition('class="button" href="')[2].partition('"')[0])
    assert link.endswith("&ask=reject") and browser.get(link).status_code == 200
    again = browser.post(HOME, fields | {"verdict": "publish"})
    assert again.headers["location"] == f"{HOME}?site={site.id}"
    browser.post(HOME, browser.fields(HOME, HOME) | {"verdict": "publish"})
    found = samples.estimate(store, site.id, now=now())
    assert (found.wrongly_passed.hits, found.wrongly_passed.count) == (1, 2)
    page = browser.get(f"{HOME}?site={site.id}&judged={second}").text
    assert "It stays so" not in page


def test_the_ledger_has_what_follows_and_editors_set_the_size(browser, site, store):
    others = newspaper(store, "Bob's Blog", "https://bob.test")
    record = "/console/policy/record"
    assert browser.get(f"{HOME}?site={others.id}").status_code == 404
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "auditor")
    assert 'action="/console/policy/sample"' not in browser.get(record).text
    with store.write() as connection:
        memberships.grant(connection, ada.id, site.id, "editor")
    assert f"{record}/csv?site={site.id}" in browser.get(record).text
    table = browser.get(f"{record}/csv?site={site.id}")
    assert table.headers["content-disposition"] == 'attachment; filename="errors.csv"'
    assert table.text.startswith("what,name,model,") and "\r\nweekly sample," in table.text
    assert browser.get(f"{record}/csv?site={others.id}").status_code == 404
    fields = browser.fields(record, "/console/policy/sample")
    assert browser.post("/console/policy/sample", fields | {"size": "501"}).status_code == 422
    assert browser.post("/console/policy/sample", fields | {"size": "0"}).status_code == 303
    assert samples.estimate(store, site.id, now=now()).size == 0
    assert sum(draw_samples(store, now())) == 1  # Bob's
