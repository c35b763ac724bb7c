"""Webhook messages in each payload, as CloudEvents and in batches, read by other people's libraries."""

import json
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from svix.webhooks import Webhook as Svix
from svix.webhooks import WebhookVerificationError

from moderation.domain.delivery import Format, Payload
from moderation.domain.event import event_json, iso
from moderation.domain.message import (
    BATCH_TYPE,
    THIN_FIELDS,
    EventRecord,
    batch_message,
    payload_json,
    single_message,
)
from moderation.notify.posts_in_progress import BATCH_BYTES
from tests.notify.receiver import Got, Receiver
from tests.notify.site import Newsroom, sender

DATA = event_json(
    {"comment_id": "cmt_1", "site_id": "site_1", "page": {}, "sequence": 3, "revision": 1}
)


def data_of(got: Got, secret: str) -> dict[str, Any]:
    data = got.verify(secret)["data"]
    assert isinstance(data, dict)
    return data


def test_three_payloads(herald: Newsroom, receiver: Receiver) -> None:
    secrets = {
        payload: herald.listen(receiver, f"/{payload}", payload=payload)[1] for payload in Payload
    }
    comment = herald.happen("Words.")
    assert herald.deliver(sender(receiver)).delivered == 3
    data = {got.path[1:]: data_of(got, secrets[Payload(got.path[1:])]) for got in receiver.got}
    assert data["thin"] == {
        "comment_id": comment,
        "site_id": herald.site.id,
        "sequence": 0,
        "revision": 1,
    }
    assert data["full"].keys() > data["thin"].keys()
    assert data["text"] == data["full"] | {"text": "Words."}


def test_svix_and_the_specification_s_own_library_verify_it(
    herald: Newsroom, receiver: Receiver
) -> None:
    _, secret = herald.listen(receiver)
    herald.happen()
    herald.deliver(sender(receiver))
    (got,) = receiver.got
    Svix(secret).verify(got.body, got.headers)
    Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Svix(secret).verify(got.body + b" ", got.headers)


def test_cloudevents_are_read_by_their_own_library(herald: Newsroom, receiver: Receiver) -> None:
    _, secret = herald.listen(receiver, format=Format.CLOUDEVENTS)
    comment = herald.happen()
    herald.deliver(sender(receiver))
    (got,) = receiver.got
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    event = from_http_event(HTTPMessage(got.headers, got.body), JSONFormat())
    assert event.get_type() == "comment.received"
    assert event.get_id() == got.id
    assert event.get_source() == f"/sites/{herald.site.id}"
    assert event.get_subject() == comment
    data = event.get_data()
    assert isinstance(data, dict) and data["comment_id"] == comment
    got.verify(secret)  # signed all the same


@pytest.mark.parametrize("format", [Format.STANDARD, Format.CLOUDEVENTS])
def test_what_waits_goes_out_in_one_post(
    herald: Newsroom, receiver: Receiver, format: Format
) -> None:
    _, secret = herald.listen(receiver, format=format, batch=100)
    comments = [herald.happen() for _ in range(130)]
    assert herald.deliver(sender(receiver)).delivered == 130
    assert len(receiver.got) == 2
    events: list[dict[str, object]] = []
    for got in receiver.got:
        Webhook(secret).verify(got.body, got.headers)
        body = json.loads(got.body)
        if format is Format.CLOUDEVENTS:
            assert got.headers["content-type"].startswith("application/cloudevents-batch+json")
        else:
            assert body["type"] == BATCH_TYPE
            body = body["data"]["events"]
        events += body
    assert [event["data"]["comment_id"] for event in events] == comments, "in order"
    assert len({event["id"] for event in events}) == 130


def test_a_batch_that_failed_goes_again_and_each_event_is_the_same(
    herald: Newsroom, receiver: Receiver
) -> None:
    _, secret = herald.listen(receiver, batch=10)
    for _ in range(3):
        herald.happen()
    receiver.modes.append("lost")
    assert herald.deliver(sender(receiver)).retried == 3
    herald.happen()  # by the next time there is more to tell
    herald.clock.turn(6_001)
    assert herald.deliver(sender(receiver)).delivered == 4
    first, *rest = [data_of(got, secret)["events"] for got in receiver.got]
    sent_first = {event["id"]: event for event in first}
    sent_again = {event["id"]: event for events in rest for event in events}
    assert sent_first.items() <= sent_again.items()
    assert len(sent_again) == 4
    by_id: dict[str, bytes] = {}
    for got in receiver.got:
        assert by_id.setdefault(got.id, got.body) == got.body, "another composition, another id"


def test_a_batch_of_long_comments_is_cut(herald: Newsroom, receiver: Receiver) -> None:
    herald.listen(receiver, payload=Payload.TEXT, batch=100)
    for _ in range(10):
        herald.happen("x" * 60_000)
    assert herald.deliver(sender(receiver)).delivered == 10
    assert len(receiver.got) == 3
    assert all(len(message.body) < BATCH_BYTES + 70_000 for message in receiver.got)


texts = st.text(max_size=30)


@given(st.lists(st.tuples(texts, st.integers(0, 1 << 43)), min_size=1, max_size=5), st.data())
def test_every_message_is_ascii_json_with_the_text_and_time_of_its_events(
    contents: list[tuple[str, int]], data: st.DataObject
) -> None:
    format = data.draw(st.sampled_from([Format.STANDARD, Format.CLOUDEVENTS]))
    records = [
        EventRecord(
            f"evt_{n}",
            "site_1",
            "comment.held",
            "cmt_1",
            time,
            payload_json(DATA, Payload.TEXT, text),
        )
        for n, (text, time) in enumerate(contents)
    ]
    single, batch = single_message(records[0], format), batch_message(records, format)
    assert (single, batch) == (single_message(records[0], format), batch_message(records, format))
    for message in (single, batch):
        assert message.body.isascii()
        assert json.dumps(json.loads(message.body), separators=(",", ":")) == message.body
        assert "." not in message.id
    body = json.loads(batch.body)
    events = body if isinstance(body, list) else body["data"]["events"]
    assert [event["data"]["text"] for event in events] == [text for text, _ in contents]
    assert [event.get("time") or event["timestamp"] for event in events] == [
        iso(time) for _, time in contents
    ]


def test_thin_keeps_what_is_there() -> None:
    thin = json.loads(payload_json(DATA, Payload.THIN, "never"))
    assert list(thin) == [name for name in THIN_FIELDS if name in thin]
    assert json.loads(
        payload_json('{"endpoint_id":"ep_1","because":"gone"}', Payload.THIN, None)
    ) == {"endpoint_id": "ep_1"}
