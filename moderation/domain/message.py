"""Webhook messages: the bytes of events in each payload, format and batch. Same input, same bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from moderation.domain.delivery import Format, Payload
from moderation.domain.event import event_json, iso
from moderation.domain.ids import derived_id

# The fields of a thin message: enough to ask for the rest, and to know which of two is newer.
THIN_FIELDS = ("comment_id", "endpoint_id", "site_id", "sequence", "revision")
BATCH_TYPE = "webhook.batch"
_JSON = "application/json"
_CLOUDEVENT = "application/cloudevents+json; charset=utf-8"
_CLOUDEVENTS = "application/cloudevents-batch+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as it is sent to one endpoint. subject: the comment's id, '' for none. happened_at: ms.

    data_json: from payload_json().
    """

    id: str
    site_id: str
    type: str
    subject: str
    happened_at: int
    data_json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. id: the `webhook-id`: the event's, or one derived from the ids of a batch."""

    id: str
    content_type: str
    body: str = field(repr=False)


def payload_json(data_json: str, payload: Payload, text: str | None) -> str:
    """The data of an event as this payload has it. data_json: from event_json(). text: None where erased."""
    if payload is Payload.THIN:
        data = json.loads(data_json)
        return event_json({key: data[key] for key in THIN_FIELDS if key in data})
    if payload is Payload.TEXT and text is not None:
        return event_json({**json.loads(data_json), "text": text})
    return data_json


def single_message(event: EventRecord, format: Format) -> Message:
    """The message of one event."""
    if format is Format.CLOUDEVENTS:
        return Message(event.id, _CLOUDEVENT, _cloudevent(event))
    return Message(event.id, _JSON, _standard(event))


def akismet_verdicts(events: Sequence[EventRecord], key: str) -> Message:
    """Later answers to Akismet checks, in the form that its WordPress plugin accepts. An event that is
    about no check, such as a test, is left out.
    """
    verdicts = [event.data_json for event in events if '"guid":' in event.data_json]
    opening = event_json({"key": key, "endpoint": "comment-check"})[:-1]
    return Message(events[0].id, _JSON, f'{opening},"comments":[{",".join(verdicts)}]}}')


def batch_message(events: Sequence[EventRecord], format: Format) -> Message:
    """Several events as one message, oldest first. Its id stands for exactly these events."""
    id = derived_id("evb", *(event.id for event in events))
    if (
        format is Format.CLOUDEVENTS
    ):  # CloudEvents 1.0, JSON Event Format, section 4 "JSON Batch Format"
        return Message(id, _CLOUDEVENTS, f"[{','.join(map(_cloudevent, events))}]")
    items = ",".join(f'{{"id":"{event.id}",{_standard(event)[1:]}' for event in events)
    timestamp = iso(events[-1].happened_at)
    body = f'{{"type":"{BATCH_TYPE}","timestamp":"{timestamp}","data":{{"events":[{items}]}}}}'
    return Message(id, _JSON, body)


def _standard(event: EventRecord) -> str:
    """Standard Webhooks 1.0.0, "Payload structure". timestamp: of the event, not of the attempt."""
    timestamp = iso(event.happened_at)
    return f'{{"type":"{event.type}","timestamp":"{timestamp}","data":{event.data_json}}}'


def _cloudevent(event: EventRecord) -> str:
    """CloudEvents 1.0.2, structured mode. source and id together are the event's identity."""
    subject = f'"subject":"{event.subject}",' if event.subject else ""
    return (
        f'{{"specversion":"1.0","id":"{event.id}","source":"/sites/{event.site_id}",'
        f'"type":"{event.type}",{subject}"time":"{iso(event.happened_at)}",'
        f'"datacontenttype":"application/json","data":{event.data_json}}}'
    )
