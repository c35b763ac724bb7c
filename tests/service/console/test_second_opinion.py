"""The console's page of second opinions, and what a model says on the card, as hostile text."""

import os
import re

import pytest

from moderation.judging.second_opinion import ask_one
from moderation.policies import load_policy
from moderation.review import second_opinion
from moderation.store.second_opinion_usage import Budget
from tests.judging.test_second_opinion import permit
from tests.review.test_policy_backtest import judged
from tests.service.console.console_browser import now
from tests.workers.chat_stub import ChatStub, said
from workers.chat_endpoint import ChatEndpoint

PAGE = "/console/policy/second-opinion"


def press(browser, do, **fields):
    page = browser.get(PAGE).text
    [token] = set(re.findall(r'name="csrf" value="(\w+)"', page))
    [site] = set(re.findall(r'name="site" value="(\w+)"', page))
    return browser.post(PAGE, {"csrf": token, "site": site, "do": do, **fields})


def test_an_editor_switches_it_and_sees_what_a_permission_takes(editor, store, site):
    page = editor.get(PAGE).text
    assert "This service asks no model" in page and "Let comments be sent" in page
    assert "Let it approve" not in page
    press(editor, "on")
    page = editor.get(PAGE).text
    assert "by <bdi>ada@herald.test</bdi>" in page and "It only advises." in page
    refused = press(editor, "permit", **{"from": "0.9"})
    assert refused.status_code == 409 and "No endpoint is set" in refused.text
    permit(store, site, version="0" * 12)
    assert "<strong>Lapsed</strong>" in editor.get(PAGE).text
    press(editor, "forbid")
    assert "It only advises." in editor.get(PAGE).text
    press(editor, "off")
    assert (
        second_opinion.get_state(store, site.id, "", load_policy("newsroom"), now=now()).site
        is None
    )


@pytest.mark.parametrize(
    ("do", "fields"), [("dance", {}), ("permit", {"from": "x"}), ("permit", {"from": "9"})]
)
def test_a_form_that_makes_no_sense_is_refused(editor, do, fields):
    press(editor, "on")
    assert press(editor, do, **fields).status_code in (400, 422)


def test_the_card_shows_it_as_hostile_text(browser, store, site):
    second_opinion.switch(store, site.id, True, now=now())
    at = now() - 60_000
    [id] = judged(store, site, "toxicity=0.9", at=at, now=at + 1_000)
    sentence = "<script>alert(1)</script> <a href='https://evil.test'>x</a> https://evil.test/y"
    with ChatStub(said(reason=sentence)) as stub:
        endpoint = ChatEndpoint(stub.url, "llama3.1", "", 20.0)
        ask_one(
            store, endpoint.ask, "llama3.1", Budget(10, 10_000), load_policy("newsroom"),
            lease_ms=60_000, now=now, entropy=os.urandom,
        )  # fmt: skip
    page = browser.get(f"/console/comments/{id}").text
    [shown] = re.findall(r'<p class="opinion">.*?</p>', page, re.S)
    assert "Second opinion (llama3.1): likely fine .92" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<a" not in shown and "<script" not in shown and "evil.test/y" not in shown
    queue = browser.get(f"/console/?site={site.id}&queue=held&order=second_opinion").text
    assert "second opinion, likeliest fine first" in queue and id in queue
