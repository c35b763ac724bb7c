"""The drain, on both databases, against a real receiver: at least once, the same bytes, on time."""

import json
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from harness.servers import wait_until
from moderation.domain.delivery import FAILING_LIMIT, RETRY_DELAYS, Payload, Response
from moderation.domain.event import received_event, to_datetime
from moderation.intake.change import withdraw
from moderation.notify import deliveries as past_deliveries
from moderation.notify import endpoints
from moderation.notify.claim_deliveries import LEASE_MS
from moderation.notify.deliver import SENDS_PER_ENDPOINT
from moderation.store import deliveries, outbox
from moderation.store.sql import schema
from moderation.upkeep.due_work import sweep
from moderation.upkeep.retention import purge
from tests.factories import reply
from tests.notify.receiver import Got, Receiver
from tests.notify.site import Newsroom, Scripted, sender

HOUR = 3_600_000


def signatures(got: Got, *secrets: str) -> None:
    """Checks the signatures one by one with the library, whatever the time is there."""
    time = to_datetime(int(got.headers["webhook-timestamp"]) * 1000)
    right = [
        Webhook(known_secret).sign(got.id, time, got.body.decode()) for known_secret in secrets
    ]
    assert got.headers["webhook-signature"].split(" ") == right


def test_what_happened_is_told(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, secret = herald.listen(receiver)
    comment = herald.happen()
    assert herald.deliver(sender(receiver)).delivered == 1
    (got,) = receiver.got
    message = got.verify(secret)
    assert message["type"] == "comment.received"
    assert message["data"]["comment_id"] == comment
    assert "." not in got.id
    (delivery,) = herald.deliveries(endpoint)
    assert (delivery.state, delivery.event_id, len(delivery.attempts)) == ("delivered", got.id, 1)
    assert delivery.attempts[0].response.status == 204
    assert herald.deliver(sender(receiver)).delivered == 0


@pytest.mark.parametrize(
    "mode", ["500", "hang", "drip", "reset", "lost", "redirect", "headers", "garbage", "429"]
)
def test_a_failure_is_tried_again_with_the_same_message(
    herald: Newsroom, receiver: Receiver, mode: str
) -> None:
    endpoint, secret = herald.listen(receiver)
    herald.happen()
    receiver.modes.append(mode)
    patience = 0.5 if mode in ("hang", "drip") else 10
    assert herald.deliver(sender(receiver, timeout=patience)).retried == 1
    (delivery,) = herald.deliveries(endpoint)
    assert delivery.state == "due"
    slow = 2 if mode == "429" else 1
    wait = delivery.due_at - delivery.attempts[0].started_at
    assert slow * 5_000 <= wait <= slow * 6_000 + 5_000  # the attempt itself took some of it
    assert herald.deliver(sender(receiver)).delivered == 0, "not before its time"
    herald.clock.turn(13_000)
    assert herald.deliver(sender(receiver)).delivered == 1
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert {first.path, second.path} == {"/hook"}, "a redirect is not followed"
    second.verify(secret)
    first.verify(secret)


def test_an_answer_without_end_is_an_answer(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()
    receiver.modes.append("endless")
    assert herald.deliver(sender(receiver)).delivered == 1
    assert herald.deliveries(endpoint)[0].attempts[0].response.error == "too_large"


def test_the_whole_schedule_then_dead_then_by_hand(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, secret = herald.listen(receiver)
    herald.happen()
    send = Scripted(*[500] * 10, 200)
    for delay in RETRY_DELAYS:
        assert herald.deliver(send).retried == 1
        herald.clock.turn(delay)
        assert herald.deliver(send).retried == 0, "never earlier than the schedule"
        herald.clock.turn(delay // 5 + 1)
    assert herald.deliver(send).dead == 1
    (delivery,) = herald.deliveries(endpoint)
    assert delivery.state == "dead"
    assert [attempt.number for attempt in delivery.attempts] == list(range(1, 11))
    assert {attempt.response.status for attempt in delivery.attempts} == {500}
    past_deliveries.resend_delivery(herald.store, [herald.site.id], delivery.id, now=herald.clock())
    assert herald.deliver(send).delivered == 1
    assert len({(headers["webhook-id"], body) for _, headers, body in send.sent}) == 1
    for _, headers, body in send.sent:
        signatures(Got("", dict(headers), body), secret)


def test_an_endpoint_that_answers_410_is_disabled(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    other, _ = herald.listen(receiver, "/other", types=["endpoint.disabled"])
    for _ in range(SENDS_PER_ENDPOINT + 3):
        herald.happen()
    receiver.always["/hook"] = "410"
    herald.deliver(sender(receiver))
    (standing, _) = endpoints.list_endpoints(herald.store, [herald.site.id])
    assert (standing.state, standing.disabled_because) == ("disabled", "gone")
    buried = herald.deliveries(endpoint)
    assert {delivery.state for delivery in buried} == {"dead"}
    assert {
        (delivery.attempts[-1].response.status, delivery.attempts[-1].response.error)
        for delivery in buried
    } == {
        (410, ""),
        (None, "disabled"),
    }
    (message,) = [message for message in receiver.got if message.path == "/other"]
    assert json.loads(message.body)["data"] == {
        "endpoint_id": endpoint.id,
        "site_id": herald.site.id,
        "because": "gone",
    }
    herald.happen()
    assert len(herald.deliveries(endpoint)) == SENDS_PER_ENDPOINT + 3, "nothing new for it"
    receiver.always.clear()
    endpoints.enable_endpoint(herald.store, [herald.site.id], endpoint.id)
    again = past_deliveries.replay_deliveries(
        herald.store, [herald.site.id], endpoint.id, now=herald.clock(), entropy=os.urandom
    )
    assert again == SENDS_PER_ENDPOINT + 3
    assert herald.deliver(sender(receiver)).delivered == again
    assert other.id in [
        listed.id for listed in endpoints.list_endpoints(herald.store, [herald.site.id])
    ]


def test_an_endpoint_that_failed_for_five_days(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()
    assert herald.deliver(Scripted(500)).retried == 1
    herald.clock.turn(FAILING_LIMIT - HOUR)
    assert herald.deliver(Scripted(500)).retried == 1
    assert endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id).state == "enabled"
    herald.clock.turn(2 * HOUR)
    herald.deliver(Scripted(500))
    standing = endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id)
    assert (standing.state, standing.disabled_because) == ("disabled", "failing")
    assert herald.deliveries(endpoint)[0].state == "dead"


def test_one_success_ends_a_failing(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()
    herald.deliver(Scripted(500))
    assert endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id).failing_since
    herald.clock.turn(6_000)
    herald.deliver(Scripted(200))
    assert endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id).failing_since is None


def test_a_wait_that_is_asked_for_holds_for_the_endpoint(
    herald: Newsroom, receiver: Receiver
) -> None:
    """Retry-After: seven minutes, for this message and for those behind it."""
    endpoint, _ = herald.listen(receiver)
    for _ in range(3):
        herald.happen()
    receiver.modes.append("retry-after")
    result = herald.deliver(sender(receiver), threads=1)
    assert (result.retried, result.delivered) == (1, 0)
    resume_at = endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id).resume_at
    assert resume_at >= herald.clock() + 410_000
    assert herald.deliver(sender(receiver)).delivered == 0
    herald.clock.turn(425_000)
    assert herald.deliver(sender(receiver)).delivered == 3


def test_a_slow_endpoint_delays_no_other(herald: Newsroom) -> None:
    with Receiver() as slow, Receiver() as well:
        herald.listen(slow)
        herald.listen(well)
        slow.modes.extend(["hang"] * 100)
        for _ in range(20):
            herald.happen()
        with ThreadPoolExecutor(1) as courier:
            drain = courier.submit(herald.deliver, sender(slow, well, timeout=20))
            wait_until(lambda: len(well.got) == 20, "all of the healthy endpoint's")
            wait_until(lambda: len(slow.got) == SENDS_PER_ENDPOINT, "the slow one's share")
            herald.happen()  # a new event is sent at once
            wait_until(lambda: len(well.got) == 21, "a new event while the other hangs")
            assert len(slow.got) == SENDS_PER_ENDPOINT
            assert not drain.done()
            slow.modes.clear()
            slow.released.set()
            drain.result(timeout=30)


def test_concurrent_drains_share_the_limit_and_the_work(
    herald: Newsroom, receiver: Receiver
) -> None:
    """Two drains at once: every message once, never more than the cap in flight to one endpoint."""
    herald.listen(receiver)
    for _ in range(60):
        herald.happen()
    lock, flying, most = threading.Lock(), [0], [0]
    post = sender(receiver)

    def send(url: str, headers: Mapping[str, str], body: bytes) -> Response:
        with lock:
            flying[0] += 1
            most[0] = max(most[0], flying[0])
        answer = post(url, headers, body)
        with lock:
            flying[0] -= 1
        return answer

    with ThreadPoolExecutor(2) as couriers:
        drains = [couriers.submit(herald.deliver, send) for _ in range(2)]
        delivered = sum(drain.result(timeout=60).delivered for drain in drains)
    delivered += herald.deliver(send).delivered
    assert delivered == 60
    assert sorted(receiver.ids) == sorted(set(receiver.ids))
    assert most[0] <= SENDS_PER_ENDPOINT


class Crash(BaseException):
    """What no code of ours catches: the process dies."""


def test_a_crash_between_sending_and_recording_loses_nothing(
    herald: Newsroom, receiver: Receiver
) -> None:
    endpoint, secret = herald.listen(receiver)
    for _ in range(5):
        herald.happen()
    post = sender(receiver)

    def dies(url: str, headers: Mapping[str, str], body: bytes) -> Response:
        post(url, headers, body)
        raise Crash

    with pytest.raises(Crash):
        herald.deliver(dies)
    sent = set(receiver.ids)
    assert len(sent) == SENDS_PER_ENDPOINT
    assert herald.deliver(post).delivered == 0, "what is leased counts as in flight"
    herald.clock.turn(LEASE_MS + 1)
    assert herald.deliver(post).delivered == 5
    assert {delivery.state for delivery in herald.deliveries(endpoint)} == {"delivered"}
    assert len(set(receiver.ids)) == 5
    bodies = {(message.id, message.body) for message in receiver.got}
    assert len(bodies) == 5, "the same id, the same bytes"
    for message in receiver.got:
        message.verify(secret)


def test_a_new_courier_frees_the_leases_of_its_dead_predecessor(
    herald: Newsroom, receiver: Receiver
) -> None:
    herald.listen(receiver)
    herald.happen()

    def dies(url: str, headers: Mapping[str, str], body: bytes) -> Response:
        raise Crash

    with pytest.raises(Crash):
        herald.deliver(dies, lease="host/1")
    with herald.store.write() as connection:
        (lease,) = deliveries.leases(connection, "host/", herald.clock())
        assert lease.startswith("host/1/")
        assert deliveries.release(connection, "host/2/", herald.clock()) == 0
        assert deliveries.release(connection, "host/1/", herald.clock()) == 1
    assert herald.deliver(sender(receiver)).delivered == 1


def test_a_late_outcome_overwrites_nothing(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()

    def falls_asleep(url: str, headers: Mapping[str, str], body: bytes) -> Response:
        herald.clock.turn(LEASE_MS + 1)
        assert herald.deliver(Scripted(200)).delivered == 1  # somebody else meanwhile
        return Response(500)

    # One thread: while it sends, this drain claims nothing, so what it slept through is not its own again.
    result = herald.deliver(falls_asleep, threads=1)
    assert (result.lost, result.retried) == (1, 0)
    (delivery,) = herald.deliveries(endpoint)
    assert delivery.state == "delivered"
    assert [attempt.response.status for attempt in delivery.attempts] == [200]


def test_a_bug_in_one_send_stops_no_other(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()
    herald.happen()
    answers = Scripted()

    def broken_once(url: str, headers: Mapping[str, str], body: bytes) -> Response:
        if not answers.sent:
            answers.sent.append((url, headers, body))
            raise ZeroDivisionError
        return answers(url, headers, body)

    result = herald.deliver(broken_once, threads=1)
    assert (result.delivered, result.retried) == (1, 1)
    assert endpoints.get_endpoint(herald.store, [herald.site.id], endpoint.id).failing_since is None


def test_only_what_was_subscribed_to_and_once(herald: Newsroom, receiver: Receiver) -> None:
    herald.listen(receiver, "/held", types=["comment.held"])
    herald.listen(receiver, "/all")
    herald.listen(receiver, "/received", types=["comment.received", "comment.held"])
    page = {"url": "https://herald.test/1", "title": None, "id": None}
    event = received_event(reply(herald.site, at=herald.clock()), page)
    with herald.store.write() as connection:
        assert outbox.put(connection, [event, event], os.urandom) == 2
    with herald.store.write() as connection:
        assert outbox.put(connection, [event], os.urandom) == 0, "a replay doubles nothing"
    assert herald.deliver(sender(receiver)).delivered == 2
    assert sorted(message.path for message in receiver.got) == ["/all", "/received"]
    assert len(set(receiver.ids)) == 1


def test_without_endpoints_no_event_is_stored(herald: Newsroom, receiver: Receiver) -> None:
    herald.listen(receiver, types=["comment.held"])
    herald.happen()
    with herald.store.read() as connection:
        assert connection.execute(sa.select(schema.events)).first() is None


def test_the_text_only_where_it_was_asked_for(herald: Newsroom, receiver: Receiver) -> None:
    herald.listen(receiver, "/plain")
    _, secret = herald.listen(receiver, "/text", payload=Payload.TEXT)
    herald.happen("Grüße, 你好 \U0001f600 </script>")
    herald.deliver(sender(receiver))
    by_path = {message.path: message for message in receiver.got}
    assert b"text" not in by_path["/plain"].body
    message = by_path["/text"].verify(secret)
    assert message["data"]["text"] == "Grüße, 你好 \U0001f600 </script>"


def test_an_erased_text_is_sent_no_more(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver, payload=Payload.TEXT)
    herald.listen(receiver, "/plain")
    comment = herald.happen("Something private.")
    with herald.store.write() as connection:
        connection.execute(
            sa.update(schema.comments)
            .where(schema.comments.c.id == comment)
            .values(status="erased")
        )
    result = herald.deliver(sender(receiver))
    assert (result.dead, result.delivered) == (1, 1)
    assert [message.path for message in receiver.got] == ["/plain"]
    assert herald.deliveries(endpoint)[0].attempts[0].response.error == "erased"


def test_a_withdrawn_text_is_sent_no_more(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, _ = herald.listen(receiver, payload=Payload.TEXT)
    comment = herald.happen("Something private.")
    withdraw(herald.store, comment, now=herald.clock(), entropy=os.urandom)
    result = herald.deliver(sender(receiver))
    assert (result.dead, result.delivered) == (1, 1)
    [message] = receiver.got
    assert json.loads(message.body)["type"] == "comment.withdrawn"
    assert b"private" not in message.body
    errors = [each.attempts[0].response.error for each in herald.deliveries(endpoint)]
    assert sorted(errors) == ["", "erased"]


def test_a_rotated_secret_signs_beside_the_old_one(herald: Newsroom, receiver: Receiver) -> None:
    endpoint, old = herald.listen(receiver)
    new = endpoints.rotate_secret(
        herald.store, [herald.site.id], endpoint.id, now=herald.clock(), entropy=os.urandom
    )
    herald.happen()
    herald.deliver(sender(receiver))
    receiver.got[0].verify(old)
    receiver.got[0].verify(new)
    signatures(receiver.got[0], new, old)
    herald.clock.turn(endpoints.SECRET_OVERLAP)
    herald.happen()
    herald.deliver(sender(receiver))
    signatures(receiver.got[1], new)


def test_a_stray_delivery_of_a_removed_endpoint_is_buried(
    herald: Newsroom, receiver: Receiver
) -> None:
    """On PostgreSQL an event may be written while its endpoint is being removed."""
    herald.listen(receiver)
    herald.happen()
    with herald.store.write() as connection:
        connection.execute(sa.delete(schema.endpoints))
    herald.deliver(sender(receiver))
    assert not receiver.got
    assert not sweep(herald.store, herald.clock()).deliver, "no bell for what nobody can send"
    purge(herald.store, herald.clock(), 72)
    with herald.store.read() as connection:
        assert deliveries.backlog(connection) == 0


def test_another_master_secret_sends_nothing_and_waits(
    herald: Newsroom, receiver: Receiver
) -> None:
    endpoint, _ = herald.listen(receiver)
    herald.happen()
    right = herald.store.crypto
    herald.store.crypto = type(right)(b"another one")
    assert herald.deliver(sender(receiver)).retried == 1
    assert herald.deliveries(endpoint)[0].attempts[0].response.error == "secret"
    herald.store.crypto = right
    herald.clock.turn(6_000)
    assert herald.deliver(sender(receiver)).delivered == 1
