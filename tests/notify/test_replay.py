"""Replays of a range and of missed events; retention and erasure of deliveries."""

import json
import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import Status
from moderation.domain.delivery import Payload
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.deliveries import Replay
from moderation.store import decisions
from moderation.store.sql import schema
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from tests.factories import newspaper
from tests.notify.receiver import Receiver
from tests.notify.site import Newsroom, Scripted, sender

DAY = 86_400_000


def replay(herald: Newsroom, endpoint_id: str, kind: Replay, **options: int) -> int:
    return past_deliveries.replay_deliveries(
        herald.store,
        [herald.site.id],
        endpoint_id,
        kind,
        now=herald.clock(),
        entropy=os.urandom,
        **options,
    )


def disable(herald: Newsroom, endpoint_id: str) -> None:
    endpoints.disable_endpoint(
        herald.store, [herald.site.id], endpoint_id, now=herald.clock(), entropy=os.urandom
    )


def rows(herald: Newsroom, table: sa.Table) -> int:
    with herald.store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_range_of_what_was_delivered(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    starts = []
    for _ in range(3):
        starts.append(herald.clock())
        herald.happen()
        herald.deliver(sender(receiver))
        herald.clock.turn(60_000)
    assert replay(herald, endpoint.id, Replay.DEAD) == 0
    assert replay(herald, endpoint.id, Replay.ALL, since=starts[1], until=starts[2]) == 1
    assert herald.deliver(sender(receiver)).delivered == 1
    assert receiver.ids[3] == receiver.ids[1]
    assert receiver.got[3].body == receiver.got[1].body
    assert replay(herald, endpoint.id, Replay.ALL) == 3
    for since, until in ((starts[2], starts[1]), (-1, starts[2]), (herald.clock() + DAY, None)):
        with pytest.raises(Invalid):
            replay(herald, endpoint.id, Replay.ALL, since=since, until=until)


def test_what_was_missed_while_it_was_disabled(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver, types=["comment.received"])
    herald.happen()
    herald.deliver(sender(receiver))
    disable(herald, endpoint.id)
    missed = {herald.happen() for _ in range(3)}
    with pytest.raises(Conflict):
        replay(herald, endpoint.id, Replay.MISSED)
    endpoints.enable_endpoint(herald.store, [herald.site.id], endpoint.id)
    assert herald.deliver(sender(receiver)).delivered == 0
    assert replay(herald, endpoint.id, Replay.MISSED) == 3
    assert replay(herald, endpoint.id, Replay.MISSED) == 0, "once"
    assert herald.deliver(sender(receiver)).delivered == 3
    comment_ids = [json.loads(message.body)["data"]["comment_id"] for message in receiver.got[1:]]
    assert set(comment_ids) == missed


def test_a_new_endpoint_can_get_earlier_events(herald: Newsroom, receiver: Receiver) -> None:
    first, _ = herald.listen(receiver)
    herald.happen()
    endpoints.send_test(
        herald.store, [herald.site.id], first.id, now=herald.clock(), entropy=os.urandom
    )
    second, _ = herald.listen(receiver, "/second")
    assert replay(herald, second.id, Replay.MISSED) == 1, "the other one's test is not for it"


def test_old_events_are_deleted_unless_they_wait(herald: Newsroom, receiver: Receiver) -> None:
    herald.listen(receiver)
    herald.listen(receiver, "/late")
    herald.happen()

    def send(url, headers, body):
        return Scripted(500 if url.endswith("/late") else 200)(url, headers, body)

    herald.deliver(send)
    assert (rows(herald, schema.events), rows(herald, schema.deliveries)) == (1, 2)
    herald.clock.turn(31 * DAY)
    purge(herald.store, herald.clock(), 10_000)
    assert (rows(herald, schema.events), rows(herald, schema.deliveries)) == (1, 1)
    assert herald.deliver(sender(receiver)).delivered == 1
    purge(herald.store, herald.clock(), 10_000)
    for table in (schema.events, schema.deliveries, schema.attempts):
        assert rows(herald, table) == 0
    herald.happen()
    herald.deliver(sender(receiver))
    purge(herald.store, herald.clock(), 10_000)
    assert rows(herald, schema.deliveries) == 2, "yesterday's stay"


def test_an_erased_comment_is_announced_to_endpoints(herald: Newsroom, receiver: Receiver) -> None:
    _, secret = herald.listen(receiver, payload=Payload.TEXT)
    comment = herald.happen("Something private.")
    herald.deliver(sender(receiver))
    now, mine = herald.clock(), [herald.site.id]
    other = newspaper(herald.store, "Bob's Blog", "https://bob.test").id
    with pytest.raises(NotFound):
        erase(herald.store, [other], comment, now=now, entropy=os.urandom)
    for _ in range(2):  # twice is once
        erase(herald.store, mine, comment, now=now, entropy=os.urandom)
    assert herald.deliver(sender(receiver)).delivered == 1
    message = receiver.got[-1].verify(secret)
    assert message["type"] == "comment.erased"
    data = message["data"]
    assert isinstance(data, dict)
    assert (data["comment_id"], data["status"], data["previous_status"]) == (
        comment,
        "erased",
        "pending",
    )
    assert data["sequence"] == 1, "higher than all before it"
    assert "text" not in data
    with herald.store.read() as connection:
        kept = [
            str(connection.execute(sa.select(table)).all())
            for table in schema.metadata.sorted_tables
        ]
        assert decisions.standings(connection, [comment])[comment].status is Status.ERASED
    for forgotten in ("Something private.", "Carol", "carol@"):
        assert not any(forgotten in row for row in kept)
