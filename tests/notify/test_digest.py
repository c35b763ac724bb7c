"""The digest: it counts the site's comments, and each channel gets it once a day."""

import os
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from moderation.domain.comment import Status
from moderation.domain.delivery import Endpoint, Response
from moderation.domain.durations import DAY_MS, HOUR_MS
from moderation.domain.event import DIGEST
from moderation.domain.ids import timed_id
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.digest import Digest, build_digest, notice_of, send_digests
from moderation.store.sql import schema
from tests.factories import hand_in, newspaper, reply
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted

MIDNIGHT = 20_000 * DAY_MS  # 2024-10-04T00:00Z
SEVEN = MIDNIGHT + 7 * HOUR_MS


def channel(herald: Newsroom, now: int = MIDNIGHT, *types: str) -> Endpoint:
    return endpoints.add_channel(
        herald.store,
        herald.site.id,
        "ntfys://ntfy.example.com/desk",
        "ntfy",
        types=types,
        now=now,
        entropy=os.urandom,
    )


def comment(herald: Newsroom, created_at: int, status: Status) -> None:
    submission = reply(herald.site, at=created_at, id=timed_id("cmt", created_at, os.urandom(10)))
    hand_in(herald.store, submission)
    with herald.store.write() as connection:
        connection.execute(
            sa.update(schema.comments)
            .where(schema.comments.c.id == submission.id)
            .values(status=status.value)
        )


def send(herald: Newsroom, now: int, hour: int = 7) -> int:
    return send_digests(herald.store, now, hour, os.urandom)


def test_its_counts_are_the_site_s(herald: Newsroom) -> None:
    now = SEVEN
    for age, status in [
        (30 * HOUR_MS, Status.HELD), (2 * HOUR_MS, Status.HELD), (25 * HOUR_MS, Status.APPROVED),
        (HOUR_MS, Status.APPROVED), (HOUR_MS, Status.APPROVED), (HOUR_MS, Status.SPAM), (0, Status.REJECTED),
        (3 * HOUR_MS, Status.PENDING),
    ]:  # fmt: skip
        comment(herald, now - age, status)
    other = newspaper(herald.store, "Bob's Blog", "https://bob.test")
    hand_in(herald.store, reply(other, at=now - HOUR_MS))
    with Receiver() as receiver:
        endpoint, _ = herald.listen(receiver)
    herald.happen()
    endpoints.disable_endpoint(
        herald.store, [herald.site.id], endpoint.id, now=herald.clock(), entropy=os.urandom
    )
    digest = build_digest(herald.store, herald.site.id, now)
    # The last one happened by the real clock, after `now`; all but two are of the last 24 hours.
    assert digest == Digest("Alice's Herald", 2, 30, 7, 2, 1, 1, 1)
    notice = notice_of(digest, herald.site.id, "https://gate.test")
    assert notice.title == "Alice's Herald: 2 waiting, 7 came in"
    assert "Waiting for a moderator: 2, the oldest for 30 h" in notice.body
    assert "Webhook deliveries given up: 1: https://gate.test/console/endpoints" in notice.body
    assert f"https://gate.test/console/?site={herald.site.id}" in notice.body


def test_an_empty_site_has_one_too(herald: Newsroom) -> None:
    assert build_digest(herald.store, herald.site.id, SEVEN) == Digest(
        "Alice's Herald", 0, 0, 0, 0, 0, 0, 0
    )


def test_once_a_day_to_each_channel_and_to_no_webhook(herald: Newsroom) -> None:
    with Receiver() as receiver:
        webhook, _ = herald.listen(receiver)
    wanted = [channel(herald), channel(herald)]
    unwanted = channel(herald, MIDNIGHT, "comment.held")
    assert send(herald, SEVEN - 1) == 0
    assert [send(herald, SEVEN + ms) for ms in (0, 1, 5 * HOUR_MS, 17 * HOUR_MS - 1)] == [
        2,
        0,
        0,
        0,
    ]
    assert send(herald, SEVEN + 17 * HOUR_MS) == 0, "it is the next day, and not yet seven"
    assert send(herald, SEVEN + DAY_MS) == 2
    for subscribed in wanted:
        assert [each.type for each in herald.deliveries(subscribed)] == [DIGEST, DIGEST]
    for unsubscribed in (webhook, unwanted):
        assert herald.deliveries(unsubscribed) == []


def test_a_new_or_disabled_channel_waits_for_the_next(herald: Newsroom) -> None:
    late = channel(herald, SEVEN + HOUR_MS)
    off = channel(herald)
    endpoints.disable_endpoint(
        herald.store, [herald.site.id], off.id, now=SEVEN, entropy=os.urandom
    )
    assert send(herald, SEVEN + 2 * HOUR_MS) == 0
    assert send(herald, SEVEN + DAY_MS) == 1
    assert [each.type for each in herald.deliveries(late)].count(DIGEST) == 1
    # What it missed can be replayed, but not a digest of days ago.
    endpoints.enable_endpoint(herald.store, [herald.site.id], off.id)
    assert (
        past_deliveries.replay_deliveries(
            herald.store, [herald.site.id], off.id, past_deliveries.Replay.MISSED,
            now=SEVEN + DAY_MS, entropy=os.urandom,
        )
        == 0
    )  # fmt: skip


def test_many_processes_at_once_send_it_once(herald: Newsroom) -> None:
    endpoint = channel(herald)
    with ThreadPoolExecutor(6) as pool:
        sent = list(pool.map(lambda _: send(herald, SEVEN), range(12)))
    assert sum(sent) == 1
    assert len(herald.deliveries(endpoint)) == 1


def test_the_notice_in_words(herald: Newsroom) -> None:
    channel(herald)
    send(herald, SEVEN)
    notices = []

    def notify(url, notice, emails):
        notices.append(notice)
        return Response(200)

    assert herald.deliver(Scripted(), notify=notify, public_url="https://gate.test").delivered == 1
    assert notices[0].title == "Alice's Herald: 0 waiting, 0 came in"
    assert not notices[0].urgent
