"""The console's page of terms: tried first, set then, refused with the field, and only for those who may."""

import os

import pytest

from moderation.clock import now_ms
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.review import decisions
from moderation.upkeep.expiry import get_terms
from tests.factories import hand_in, reply

HOME = "/console/retention"


def send(browser, site, do, **fields):
    token = {"csrf": browser.fields(HOME, HOME)["csrf"], "site": site.id, "do": do}
    return browser.post(HOME, token | fields)


def test_what_terms_would_delete_is_shown_before_they_are_saved(admin, site, store):
    at = now_ms() - 60 * DAY_MS
    for n in range(2):
        [id] = hand_in(store, reply(site, f"Number {n}", at=at + n))
        decisions.decide(store, "m", {site.id}, id, Outcome.REJECT, now=at, entropy=os.urandom)
    tried = send(admin, site, "try", rejected="30", held="30")
    assert tried.status_code == 200
    assert "<strong>2</strong> comments, the oldest of" in tried.text
    assert "Nothing was saved" in tried.text and 'value="30"' in tried.text
    assert get_terms(store, site.id) == {}
    assert send(admin, site, "save", rejected="30", spam="0").status_code == 303
    assert get_terms(store, site.id) == {Status.REJECTED: 30, Status.SPAM: 0}
    assert 'value="30"' in admin.get(HOME).text
    assert "It is saved" in admin.get(f"{HOME}?did=saved").text


@pytest.mark.parametrize("days", ["99999", "-1", "soon"])
def test_what_is_no_number_of_days_is_refused(admin, site, store, days):
    answer = send(admin, site, "save", rejected=days)
    assert answer.status_code in (400, 422)
    assert get_terms(store, site.id) == {}


def test_a_number_out_of_range_is_shown_again_with_its_rule(admin, site):
    answer = send(admin, site, "save", rejected="99999")
    assert 'value="99999"' in answer.text and "Days are 0 (for ever) to 36,500." in answer.text
