"""The spam queue, searched by reason, at the console and by API."""

import html
import re

import pytest

from moderation.domain.comment import AuthorRef, Status
from moderation.review import queues
from tests.factories import key_of
from tests.review.test_reputation import (
    APPROVE,
    SPAM,
    harmless_text,
    record_decision,
    submit_and_judge,
)
from tests.service.console.console_browser import now

ABROAD = "Очень хорошие часы по самой низкой цене только сегодня http://watches.example/{}"


@pytest.fixture
def filed(store, site):
    """What was filed as spam: 22 for the name, 2 for their alphabet, 1 by a moderator; and an honest one."""
    texts = [f"{harmless_text(n)} http://shop{n}.example/" for n in range(22)]
    seo = submit_and_judge(
        store, site, *texts, at=now() - 9_000, author=AuthorRef("Cheap pills online shop")
    )
    abroad = submit_and_judge(store, site, *(ABROAD.format(n) for n in range(2)), at=now() - 8_000)
    by_hand, honest = submit_and_judge(
        store, site, harmless_text(40), harmless_text(41), at=now() - 7_000
    )
    record_decision(store, site, by_hand, SPAM, now())
    record_decision(store, site, honest, APPROVE, now())
    for id in (*seo, *abroad):
        assert queues.get_card(store, {site.id}, id).status is Status.SPAM
    return {"seo": set(seo), "foreign_link": set(abroad), "by_hand": {by_hand}}


def cards(page):
    return set(re.findall(r'id="c-(cmt_\w+)"', page))


def test_the_spam_page_is_searched_by_reason(browser, filed):
    everything = browser.get("/console/?queue=spam").text
    assert cards(everything) <= set.union(*filed.values()) and len(cards(everything)) == 20
    assert 'reason=seo">advertising name <span class="count">' in html.unescape(everything)
    page = browser.get("/console/?queue=spam&reason=foreign_link").text
    assert cards(page) == filed["foreign_link"]
    chip = r'reason=foreign_link" aria-current="true">link in foreign script <span class="count">\d+</span></a>'
    assert re.search(chip, html.unescape(page))


def test_the_pages_of_a_queue_keep_the_reason(browser, filed):
    first = browser.get("/console/?queue=spam&reason=seo").text
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    assert "reason=seo" in following
    second = browser.get(following).text
    assert cards(first) | cards(second) == filed["seo"] and not cards(first) & cards(second)


def test_a_reason_that_nothing_has(browser, filed):
    page = browser.get("/console/?queue=spam&reason=link_in_name")
    assert page.status_code == 200 and cards(page.text) == set()
    assert "No comments with the reason “link in the name”" in page.text
    for bad in ("%25", "a%22b", "x" * 65, "%3Cb%3E"):
        answer = browser.get(f"/console/?queue=spam&reason={bad}")
        assert answer.status_code == 422 and "<b>" not in answer.text


def test_the_api_searches_the_same_way(browser, store, site, filed):
    headers = {"Authorization": f"Bearer {key_of(store, site)}"}
    ids, path = [], "/api/v1/queues/spam?reason=seo&limit=10"
    while path:
        page = browser.client.get(path, headers=headers).json()
        ids += [comment["id"] for comment in page["items"]]
        path = page["next"]
    assert ids == sorted(filed["seo"], reverse=True)
    assert browser.client.get("/api/v1/queues/spam?reason=a%25", headers=headers).status_code == 422
