"""The message that tells an event: its bytes, in each payload, format and batch. Same input, same bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from moderation.domain.delivery import Format, Payload
from moderation.domain.event import event_json, iso
from moderation.domain.ids import derived_id

# What is left in a thin message: enough to ask for the rest, and to tell old from new.
THIN_FIELDS = ("comment_id", "endpoint_id", "site_id", "sequence", "revision")
BATCH_TYPE = "webhook.batch"
_JSON = "application/json"
_CLOUDEVENT = "application/cloudevents+json; charset=utf-8"
_CLOUDEVENTS = "application/cloudevents-batch+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as one endpoint is told it. subject: the comment's id, '' for none. happened_at: ms.

    data_json: from shaped().
    """

    id: str
    site_id: str
    type: str
    subject: str
    happened_at: int
    data_json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. id: the `webhook-id`: the event's, or one derived from those of a batch."""

    id: str
    content_type: str
    body: str = field(repr=False)


def payload_json(data_json: str, payload: Payload, text: str | None) -> str:
    """The data of an event in the payload asked for. data_json: from frozen()."""
    if payload is Payload.THIN:
        data = json.loads(data_json)
        return event_json({key: data[key] for key in THIN_FIELDS if key in data})
    if payload is Payload.TEXT and text is not None:
        return event_json({**json.loads(data_json), "text": text})
    return data_json


def single_message(fact: EventRecord, format: Format) -> Message:
    """The message of one event."""
    if format is Format.CLOUDEVENTS:
        return Message(fact.id, _CLOUDEVENT, _cloudevent(fact))
    return Message(fact.id, _JSON, _standard(fact))


def akismet_verdicts(facts: Sequence[EventRecord], key: str) -> Message:
    """Later answers to Akismet checks, in the shape that its WordPress plugin takes. A fact that is
    about no check, as a test, is left out.
    """
    about = [one.data_json for one in facts if '"guid":' in one.data_json]
    opening = event_json({"key": key, "endpoint": "comment-check"})[:-1]
    return Message(facts[0].id, _JSON, f'{opening},"comments":[{",".join(about)}]}}')


def batch_message(facts: Sequence[EventRecord], format: Format) -> Message:
    """Several events as one message, oldest first. Its id stands for exactly these events."""
    id = derived_id("evb", *(one.id for one in facts))
    if (
        format is Format.CLOUDEVENTS
    ):  # CloudEvents 1.0, JSON Event Format, section 4 "JSON Batch Format"
        return Message(id, _CLOUDEVENTS, f"[{','.join(map(_cloudevent, facts))}]")
    events = ",".join(f'{{"id":"{one.id}",{_standard(one)[1:]}' for one in facts)
    at = iso(facts[-1].happened_at)
    body = f'{{"type":"{BATCH_TYPE}","timestamp":"{at}","data":{{"events":[{events}]}}}}'
    return Message(id, _JSON, body)


def _standard(fact: EventRecord) -> str:
    """Standard Webhooks 1.0.0, "Payload structure". timestamp: of the fact, not of the attempt."""
    at = iso(fact.happened_at)
    return f'{{"type":"{fact.type}","timestamp":"{at}","data":{fact.data_json}}}'


def _cloudevent(fact: EventRecord) -> str:
    """CloudEvents 1.0.2, structured mode. source and id together are the event's identity."""
    about = f'"subject":"{fact.subject}",' if fact.subject else ""
    return (
        f'{{"specversion":"1.0","id":"{fact.id}","source":"/sites/{fact.site_id}",'
        f'"type":"{fact.type}",{about}"time":"{iso(fact.happened_at)}",'
        f'"datacontenttype":"application/json","data":{fact.data_json}}}'
    )
