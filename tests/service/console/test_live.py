"""The console's counts as they change, on a real server: whom they are for, and when they end."""

import json
import os

import pytest

from harness.servers import wait_until
from moderation.accounts import sign_in
from moderation.domain.comment import PageRef
from moderation.domain.decision import Outcome
from moderation.domain.roles import Role
from moderation.store import memberships, sessions
from service.console.live import OF_ONE_SESSION
from tests.factories import newspaper
from tests.service.console.console_browser import held, moderator, now
from tests.service.live import running

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def live(settings, store):
    with running(settings()) as gatehouse:
        yield gatehouse


def signed_in(live, moderator_id):
    with live.store.write() as connection:
        return sessions.open_session(connection, moderator_id, now(), os.urandom)


def console(live, token, site=None, queue="held"):
    path = f"/console/events?site={(site or live.site).id}&queue={queue}"
    return live.stream(path, Cookie=f"gatehouse_session={token}")


def last(reader):
    return json.loads(reader.events[-1].data) if reader.events else {"counts": {}, "newest": []}


def wait_for_count(reader, tab, count):
    reader.wait_for(lambda _: last(reader)["counts"].get(tab) == count, f"{count} {tab}")
    return last(reader)


def test_the_counts_and_the_newest_comments_come_as_they_change(live):
    reader = console(live, signed_in(live, live.ada))
    assert reader.headers["content-type"].startswith("text/event-stream")
    assert "access-control-allow-origin" not in reader.headers
    shown = wait_for_count(reader, "held", 0)
    assert shown["newest"] == [] and shown["counts"]["reported"] is None
    [first] = held(live.store, live.site, "A bad thought.")
    assert wait_for_count(reader, "held", 1)["newest"] == [first]
    [second] = held(live.store, live.site, "Another bad one.")
    assert wait_for_count(reader, "held", 2)["newest"] == [second, first]
    live.decide(first, Outcome.REJECT)
    shown = wait_for_count(reader, "held", 1)
    assert (shown["counts"]["rejected"], shown["newest"]) == (1, [second])
    assert {event.name for event in reader.events} == {"queues"}
    assert "bad" not in "".join(event.data for event in reader.events)


def test_nobody_sees_the_counts_of_a_site_that_is_not_theirs(live):
    bobs = newspaper(live.store, "Bob's Blog", "https://blog.test")
    bob = moderator(live.store, "bob@blog.test", bobs, password="")
    ada, held_there = signed_in(live, live.ada), held(live.store, bobs, "A bad thought.")
    assert console(live, ada, bobs).status == 404
    assert console(live, "made-up").status == 401
    reader, bobs_reader = console(live, ada), console(live, signed_in(live, bob), bobs)
    assert wait_for_count(bobs_reader, "held", 1)["newest"] == held_there
    assert wait_for_count(reader, "held", 0)["newest"] == []


def test_of_sections_the_counts_and_the_newest_are_what_waits_there(live):
    cy = moderator(live.store, "cy@herald.test", password="")
    with live.store.write() as connection:
        memberships.grant(connection, cy, live.site.id, "moderator", ("/sport",))
    reader = console(live, signed_in(live, cy))
    assert wait_for_count(reader, "held", 0) == {"counts": {"held": 0}, "newest": []}
    held(live.store, live.site, "A bad thought.", page=PageRef("https://herald.test/news/1"))
    [goal] = held(live.store, live.site, "A bad goal.", page=PageRef("https://herald.test/sport/1"))
    assert wait_for_count(reader, "held", 1) == {"counts": {"held": 1}, "newest": [goal]}
    live.decide(goal, Outcome.REJECT)
    assert wait_for_count(reader, "held", 0) == {"counts": {"held": 0}, "newest": []}
    # Other lists are neither counted nor told of; nothing of all of the site is.
    other = console(live, signed_in(live, cy), queue="rejected")
    assert wait_for_count(other, "held", 0) == {"counts": {"held": 0}, "newest": []}
    with live.store.write() as connection:
        memberships.grant(connection, cy, live.site.id, "moderator", ("/news",))
    wait_until(lambda: reader.has_ended, "the stream ends", 120)
    assert wait_for_count(console(live, signed_in(live, cy)), "held", 1)["counts"] == {"held": 1}


def revoke_session(live, token):
    sign_in.sign_out(live.store, token)


def change_role(live, token):
    with live.store.write() as connection:
        memberships.grant(connection, live.ada, live.site.id, "auditor")


def take_the_site(live, token):
    with live.store.write() as connection:
        memberships.revoke(connection, live.ada, live.site.id)


@pytest.mark.parametrize(
    ("act", "afterwards"), [(revoke_session, 401), (change_role, 200), (take_the_site, 404)]
)
def test_a_session_or_a_role_that_ends_takes_its_streams_along(live, act, afterwards):
    other = signed_in(live, moderator(live.store, "eve@herald.test", live.site, password=""))
    token = signed_in(live, live.ada)
    readers = [console(live, token), console(live, token, queue="spam")]
    stays = console(live, other)
    for reader in (*readers, stays):
        wait_for_count(reader, "held", 0)
    act(live, token)
    wait_until(lambda: all(reader.has_ended for reader in readers), "the streams end", 120)
    held(live.store, live.site, "A bad thought.")
    wait_for_count(stays, "held", 1)
    assert all(last(reader)["counts"]["held"] == 0 for reader in readers)
    assert console(live, token).status == afterwards


def test_a_page_that_asks_by_itself_does_not_keep_a_session_alive(live):
    token = signed_in(live, live.ada)
    long_ago = now() - sessions.SEEN_EVERY - 60_000
    with live.store.write() as connection:
        sessions.note_seen(connection, token, long_ago)
    wait_for_count(console(live, token), "held", 0)
    with live.store.read() as connection:
        session = sessions.session(connection, token, now())
    assert session and session.seen_at == long_ago


def test_one_session_has_so_many_streams_and_then_asks_instead(live):
    token = signed_in(live, live.ada)
    readers = [console(live, token) for _ in range(OF_ONE_SESSION)]
    assert {reader.status for reader in readers} == {200}
    refused = console(live, token)
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")


def test_what_the_events_tell_can_be_asked_for(browser, store, site):
    [comment_id] = held(store, site, "A bad thought.")
    asked = browser.get(f"/console/counts?site={site.id}&queue=held")
    assert asked.headers["cache-control"] == "private, no-store"
    assert asked.json()["counts"]["held"] == 1
    assert asked.json()["newest"] == [comment_id]
    assert browser.get(f"/console/counts?site={site.id}").json()["newest"] == []
    assert browser.get(f"/console/counts?site={site.id}&queue=reported").status_code == 404
    assert browser.get("/console/counts?site=site_other").status_code == 404
    for role in Role:
        with store.write() as connection:
            [moderator_id] = memberships.emails_of_sites(connection, [site.id])
            memberships.grant(connection, moderator_id, site.id, role)
        assert browser.get(f"/console/counts?site={site.id}").status_code == 200
