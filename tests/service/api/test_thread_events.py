"""/api/v1/threads/events on a real server: who hears of what, how many may listen, and how it ends."""

import os

import pytest

from harness.proxy import Fault, before_database
from harness.servers import wait_until
from moderation.domain.comment import PageRef, PageState
from moderation.domain.decision import Outcome
from moderation.domain.errors import TooMany
from moderation.review import page_states, picks
from moderation.review.page_states import PageChange
from service.http.event_stream import OpenStreams, StreamsFull
from tests.factories import newspaper
from tests.service.console.console_browser import now
from tests.service.live import PAGE, running

pytestmark = pytest.mark.timeout(300)

READERS = 20


@pytest.fixture
def live(settings, store):
    with running(settings()) as gatehouse:
        yield gatehouse


def heard(readers, count):
    """Waits until each of the readers has heard so many events; the versions of the thread."""
    for reader in readers:
        reader.wait_for(lambda events: len(events) >= count, f"{count} events")
    return {tuple(event.id for event in reader.events) for reader in readers}


def test_twenty_readers_hear_of_an_approval_a_pick_and_a_rejection_and_others_do_not(live):
    first = live.comment()
    other_page = live.reader("https://herald.test/news/2")
    other_site = live.reader(site=newspaper(live.store, "Bob's Blog", "https://blog.test"))
    readers = [live.reader() for _ in range(READERS)]
    heard([*readers, other_page, other_site], 1)
    live.decide(first, Outcome.APPROVE)
    heard(readers, 2)
    picks.pick(live.store, {live.site.id}, first, now=now())
    heard(readers, 3)
    live.decide(first, Outcome.REJECT)
    [versions] = heard(readers, 4)
    assert len(set(versions)) == 3 and versions[3] == versions[0], "it is as it was"
    assert {event.name for event in readers[0].events} == {"thread"}
    assert {event.data for event in readers[0].events} == {"changed"}, "no word of a comment"
    assert len(other_page.events) == len(other_site.events) == 1
    assert not any(reader.has_ended for reader in readers)


def test_a_page_without_comments_hears_of_the_first_and_of_its_state(live):
    reader = live.reader(f"{PAGE}/?utm_source=x")
    heard([reader], 1)
    live.decide(live.comment(), Outcome.APPROVE)
    heard([reader], 2)
    closed = PageChange(PageState.CLOSED)
    page_states.set_page(live.store, live.site.id, PageRef(PAGE), closed, now(), os.urandom)
    heard([reader], 3)


def test_one_that_goes_as_another_comes_is_heard_of(live):
    """As many comments as before, decided as often: other ones."""
    first, second = live.comment("One."), live.comment("Two.")
    live.decide(first, Outcome.APPROVE)
    reader = live.reader()
    heard([reader], 1)
    with live.store.write() as connection:
        swap = "UPDATE comments SET status = CASE id WHEN '{}' THEN 'approved' ELSE 'held' END, sequence = 1"
        connection.exec_driver_sql(swap.format(second))
    heard([reader], 2)


def test_who_comes_back_hears_only_of_what_has_changed_meanwhile(live):
    reader = live.reader()
    [(version,)] = heard([reader], 1)
    reader.close()
    quiet, fresh = live.reader(**{"Last-Event-ID": version}), live.reader()
    heard([fresh], 1)
    assert quiet.events == []
    live.decide(live.comment(), Outcome.APPROVE)
    [(changed,)] = heard([quiet], 1)
    late = live.reader(**{"Last-Event-ID": version})
    assert heard([late], 1) == {(changed,)} and changed != version


def test_the_answer_is_for_pages_of_every_origin_and_passes_through_proxies(live):
    reader = live.reader(Origin="https://herald.test")
    assert reader.status == 200
    assert reader.headers["content-type"].startswith("text/event-stream")
    assert reader.headers["access-control-allow-origin"] == "*"
    assert reader.headers["cache-control"] == "no-cache"
    assert reader.headers["x-accel-buffering"] == "no"
    assert "set-cookie" not in reader.headers


def test_when_the_server_stops_every_stream_ends(live):
    readers = [live.reader() for _ in range(READERS)]
    heard(readers, 1)
    live.stop()
    wait_until(lambda: all(reader.has_ended for reader in readers), "every stream has ended")


def test_there_are_no_more_streams_than_were_set(settings, store):
    with running(settings(GATEHOUSE_STREAMS="2")) as live:
        readers = [live.reader() for _ in range(2)]
        refused = live.reader()
        assert (refused.status, refused.headers["retry-after"]) == (503, "60")
        assert live.reader(PAGE + "0").status == 503
        readers[0].close()
        wait_until(lambda: live.reader().status == 200, "the place of one that left is free")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_changes_while_the_database_is_away_is_heard_of_afterwards(
    settings, store, database_url, caplog
):
    proxy, url = before_database(database_url)
    with proxy, running(settings(GATEHOUSE_DATABASE_URL=url)) as live:
        comment_id = live.comment()
        reader = live.reader()
        heard([reader], 1)
        proxy.begin(Fault.CUT)
        wait_until(lambda: "changes are not seen" in caplog.text, "it is noticed", 120)
        proxy.end()
        wait_until(lambda: live.reader().status == 200, "the database is back", 120)
        live.decide(comment_id, Outcome.APPROVE)
        heard([reader], 2)


def test_pages_of_nobody_have_no_stream(api):
    assert api.client.get("/api/v1/threads/events").status_code == 422
    for query in ("page_url=https://nobody.test/1", "page_id=7", "page_url=x&site_id=site_none"):
        assert api.client.get(f"/api/v1/threads/events?{query}").status_code == 404, query
    refused = api.client.get(f"/api/v1/threads/events?page_url={PAGE}&comments=1")
    assert refused.status_code == 422
    assert len(api.client.app.state.reader_streams) == 0, "what was refused is not counted"


def test_one_reader_cannot_take_the_streams_of_all():
    streams = OpenStreams(in_all=3, of_one=2)
    leave = streams.enter("a")
    streams.enter("a")
    with pytest.raises(TooMany) as refused:
        streams.enter("a")
    assert refused.value.retry_after == 60
    streams.enter("b")
    with pytest.raises(StreamsFull):
        streams.enter("c")
    leave()
    streams.enter("c")
    assert len(streams) == 3
