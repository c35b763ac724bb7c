"""Several comments at once for somebody who looks after sections alone: what they reach, and of decisions their own; on both databases."""

import os
import re

import pytest

from moderation.domain.comment import PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Drifted, NotFound
from moderation.domain.roles import Role
from moderation.domain.sections import part_of
from moderation.review import bulk, bulk_batches, bulk_sets, page_moves
from moderation.review.search import Criteria
from moderation.store import memberships
from tests.service.console.console_browser import held, moderator, now
from tests.service.console.test_bulk import ask, confirm, follow, seen, statuses, undo

HERALD = "https://herald.test"
HELD = Criteria(status=Status.HELD)


def on(path):
    return PageRef(f"{HERALD}{path}")


def of_sport(store, site, email, role=Role.MODERATOR):
    who = moderator(store, email)
    with store.write() as connection:
        memberships.grant(connection, who, site.id, role, ("/sport",))
    return who


@pytest.fixture
def sport(open_browser, store, site):
    """The browser of Ada, a moderator of /sport."""
    browser = open_browser()
    browser.id = of_sport(store, site, "ada@herald.test")
    browser.sign_in(browser.id)
    return browser


@pytest.fixture
def here(store, site):
    return held(store, site, "bad goal", "bad foul", "bad pass", page=on("/sport/1"))


@pytest.fixture
def elsewhere(store, site):
    return held(store, site, "bad news", "bad sports", page=on("/sports/1"))


def test_all_that_match_are_those_of_the_sections_and_are_undone(
    sport, store, site, here, elsewhere
):
    asked = ask(sport, "reject", all="1")
    assert "<h1>Reject 3 comments?</h1>" in asked.text and "bad news" not in asked.text
    done = follow(sport, confirm(sport, asked))
    assert statuses(store, site, here) == ["rejected"] * 3
    assert statuses(store, site, elsewhere) == ["held"] * 2
    assert "3 of 3" in done.text
    listed = sport.get(f"/console/bulk?site={site.id}").text
    assert "Rejected: 3 comments" in listed
    assert "3 of 3" in undo(sport, done).text
    assert statuses(store, site, here + elsewhere) == ["held"] * 5


def test_ticked_comments_elsewhere_are_not_there(sport, store, site, here, elsewhere):
    asked = ask(sport, "spam", comment=seen([here[0], elsewhere[0]]))
    assert "<h1>Spam 1 comment?</h1>" in asked.text and elsewhere[0] not in asked.text
    forged = confirm(sport, asked, ids=" ".join(seen([here[0], *elsewhere])))
    follow(sport, forged)
    assert statuses(store, site, [here[0], *elsewhere]) == ["spam", "held", "held"]


def test_what_somebody_else_sees_is_another_snapshot(sport, store, site, here, elsewhere):
    """What was confirmed for all of a site is not what a part of it has, and the other way round."""
    part = part_of(site.id, ("/sport",))
    whole, mine = (bulk_sets.preview(store, id, HELD, now()) for id in (site.id, part))
    assert (whole.count, mine.count) == (5, 3)
    for place, other in ((site.id, mine), (part, whole)):
        with pytest.raises(Drifted):
            bulk_sets.matching(store, place, HELD, other.count, other.snapshot, now=now())
    assert len(bulk_sets.matching(store, part, HELD, 3, mine.snapshot, now=now())) == 3


def test_of_decisions_they_see_and_undo_their_own_alone(sport, store, site, here, elsewhere):
    clock = {"now": now(), "entropy": os.urandom}
    part = part_of(site.id, ("/sport",))
    colleague = of_sport(store, site, "cy@herald.test")
    theirs = [
        bulk.start(store, "mod_bo", site.id, [(here[0], 1)], Outcome.REJECT, **clock).act.id,
        bulk.start(store, colleague, part, [(here[1], 1)], Outcome.REJECT, **clock).act.id,
        # Their own of when they looked after all of the site.
        bulk.start(store, sport.id, site.id, [(elsewhere[0], 1)], Outcome.SPAM, **clock).act.id,
    ]
    mine = bulk.start(store, sport.id, part, [(here[2], 1)], Outcome.REJECT, **clock).act.id
    listed = sport.get(f"/console/bulk?site={site.id}").text
    assert re.findall(r"/console/bulk/(bulk_\w+)\?", listed) == [mine]
    form = {"csrf": re.search(r'name="csrf" value="(\w+)"', sport.get().text)[1], "site": site.id}
    for id in theirs:
        assert sport.get(f"/console/bulk/{id}?site={site.id}").status_code == 404
        assert sport.post(f"/console/bulk/{id}/undo", form).status_code == 404
        with pytest.raises(NotFound):
            bulk.list_members(store, part, id, whose=sport.id)
    assert sport.post(f"/console/bulk/{mine}/undo", form).status_code == 303
    assert statuses(store, site, here) == ["rejected", "rejected", "held"]


def test_what_leaves_the_sections_is_left_as_it_is(sport, store, site, here, monkeypatch):
    """Before its turn, and before it is taken back; whoever looks after all of the site takes it back."""
    monkeypatch.setattr(bulk, "SMALL", 0)
    other = held(store, site, "bad serve", page=on("/sport/2"))
    clock = {"now": now(), "entropy": os.urandom}
    part = part_of(site.id, ("/sport",))
    pairs = bulk_sets.matching(store, part, HELD, 4, now=now())
    act = bulk.start(store, sport.id, part, pairs, Outcome.REJECT, **clock).act.id
    page_moves.move_page(store, site.id, f"{HERALD}/sport/2", f"{HERALD}/news/2")
    bulk_batches.go_on(store, act, now, os.urandom)
    assert statuses(store, site, [*here, *other]) == ["rejected"] * 3 + ["held"]
    page = sport.get(f"/console/bulk/{act}?site={site.id}").text
    assert "1 left as they are" in page and "bad serve" not in page
    page_moves.move_page(store, site.id, f"{HERALD}/sport/1", f"{HERALD}/news/1")
    bulk.undo(store, sport.id, part, act, **clock)
    bulk_batches.go_on(store, act, now, os.urandom)
    assert statuses(store, site, here) == ["rejected"] * 3


def test_who_looks_after_all_of_the_site_takes_it_back(sport, store, site, here):
    clock = {"now": now(), "entropy": os.urandom}
    part = part_of(site.id, ("/sport",))
    pairs = [(id, 1) for id in here]
    act = bulk.start(store, sport.id, part, pairs, Outcome.REJECT, **clock).act.id
    page_moves.move_page(store, site.id, f"{HERALD}/sport/1", f"{HERALD}/news/1")
    assert [each.act.id for each in bulk.list_acts(store, site.id)] == [act]
    bulk.undo(store, "mod_bo", site.id, act, **clock)
    assert statuses(store, site, here) == ["held"] * 3


@pytest.mark.parametrize("small", [0, 100])
def test_an_undo_reaches_as_far_as_where_it_is_asked_from(store, site, here, monkeypatch, small):
    """Whoever was limited to sections when they decided, and now has all of the site, takes all of it back."""
    monkeypatch.setattr(bulk, "SMALL", small)
    who = of_sport(store, site, "cy@herald.test")
    clock = {"now": now(), "entropy": os.urandom}
    part = part_of(site.id, ("/sport",))
    act = bulk.start(store, who, part, [(id, 1) for id in here], Outcome.REJECT, **clock).act.id
    bulk_batches.go_on(store, act, now, os.urandom)
    with store.write() as connection:
        memberships.grant(connection, who, site.id, Role.MODERATOR)
    page_moves.move_page(store, site.id, f"{HERALD}/sport/1", f"{HERALD}/news/1")
    bulk.undo(store, who, site.id, act, **clock)
    bulk_batches.go_on(store, act, now, os.urandom)
    assert statuses(store, site, here) == ["held"] * 3
    progress = bulk.get_progress(store, site.id, act)
    assert (progress.undone, progress.kept) == (3, 0)


def test_of_an_undo_from_sections_it_is_told_that_a_page_may_have_moved(
    sport, open_browser, store, site, here
):
    clock = {"now": now(), "entropy": os.urandom}
    part = part_of(site.id, ("/sport",))
    pairs = [(id, 1) for id in here]
    act = bulk.start(store, sport.id, part, pairs, Outcome.REJECT, **clock).act.id
    page_moves.move_page(store, site.id, f"{HERALD}/sport/1", f"{HERALD}/news/1")
    progress = bulk.undo(store, sport.id, part, act, **clock)
    assert (progress.decided, progress.undone, progress.kept) == (3, 0, 3)
    bo = moderator(store, "bo@herald.test")
    with store.write() as connection:
        memberships.grant(connection, bo, site.id, Role.MODERATOR)
    browser = open_browser()
    browser.sign_in(bo)
    page = browser.get(f"/console/bulk/{act}?site={site.id}").text
    assert page.count("decided about it since, or its page has been moved to another section") == 3


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_who_does_not_decide_is_not_offered_it(open_browser, store, site, here, role):
    browser = open_browser()
    browser.sign_in(of_sport(store, site, f"{role}@herald.test", role))
    assert 'action="/console/bulk/new"' not in browser.get().text
    refused = browser.get(f"/console/bulk/new?site={site.id}&comment={here[0]}.1")
    assert refused.status_code == 403
