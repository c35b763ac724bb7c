"""What the API takes in and gives out about endpoints and their deliveries."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain import notice
from moderation.domain.delivery import BATCH_LIMIT, Endpoint, Format, Payload
from moderation.domain.event import EventType
from moderation.notify.deliveries import Replay
from moderation.notify.endpoints import EndpointStatus
from moderation.store.deliveries import Delivery
from service.api import answers
from service.api.described import page_type
from service.api.fields import Line, OneOf, StrictModel
from service.api.serializers import iso

_Types = list[
    Annotated[str, OneOf(*dict.fromkeys((*(type.value for type in EventType), *notice.TYPES)))]
]


class EndpointIn(StrictModel):
    """types: [] for every type but `statement.made`. payload: thin (ids), full, or text (full, with the comment's text).
    batch: events in one POST at most; 1 for a message each. format: notice for a channel that tells
    people; its url is an Apprise URL, and it may want queue.digest, statistics.alarm and note.mention too.
    """

    url: Annotated[str, Line(2_000, 1), Field(examples=["https://news.example/gatehouse"])]
    types: _Types = Field([], examples=[["comment.held", "comment.approved"]])
    payload: Annotated[Payload, Field(strict=False)] = Payload.FULL
    format: Annotated[Format, Field(strict=False)] = Format.STANDARD
    batch: Annotated[int, Field(ge=1, le=BATCH_LIMIT)] = 1


class EndpointChange(StrictModel):
    """What is left out stays. enabled: false stops telling it; true tells it what happens from now on."""

    enabled: Annotated[bool | None, Field(examples=[False])] = None
    url: Annotated[str, Line(2_000, 1)] | None = None
    types: _Types | None = None
    batch: Annotated[int | None, Field(ge=1, le=BATCH_LIMIT)] = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("a field that is there is not null")
        if not self.model_fields_set:
            raise ValueError("must change something")
        return self


class RotationIn(StrictModel):
    """overlap_hours: how long the old secret signs too."""

    overlap_hours: Annotated[int, Field(ge=0, le=720, examples=[24])] = 24


class ReplayIn(StrictModel):
    """What to send again. what: dead (given up), all (accepted before, too), missed (never sent: it
    was disabled, or not yet there). since, until: RFC 3339 with a time zone.
    """

    what: Annotated[Replay, Field(strict=False, examples=["dead"])] = Replay.DEAD
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None


class EndpointOut(TypedDict):
    """An endpoint. failing_since: null while it accepts what it is sent. resume_at: until then it rests, null where
    it does not.
    """

    id: answers.EndpointId
    url: answers.Url
    types: Annotated[list[str], Field(examples=[["comment.held"]])]
    payload: Payload
    format: Format
    batch: answers.Count
    state: Annotated[str, Field(json_schema_extra={"enum": ["enabled", "disabled"]})]
    disabled_because: Annotated[str, Field(examples=["gone"])] | None
    failing_since: answers.Moment | None
    resume_at: answers.Moment | None
    created_at: answers.Moment


class EndpointAdded(EndpointOut):
    """A new webhook. secret: signs what it is sent, and is shown here alone."""

    secret: answers.WebhookSecret


class EndpointStatusOut(EndpointOut):
    """An endpoint and its deliveries. waiting: not accepted yet; dead: given up."""

    waiting: answers.Count
    dead: answers.Count


class EndpointList(TypedDict):
    """The endpoints of a site."""

    items: list[EndpointStatusOut]


class SecretOut(TypedDict):
    """The new secret of an endpoint, which is shown here alone."""

    id: answers.EndpointId
    secret: answers.WebhookSecret


class TestSent(TypedDict):
    """The event of a test message."""

    event_id: answers.EventId


class Replayed(TypedDict):
    """How many deliveries are made or due again."""

    deliveries: answers.Count


class AttemptOut(TypedDict):
    """One attempt. status: of the answer, null where there was none; error: then why."""

    number: answers.Count
    started_at: answers.Moment
    status: Annotated[int, Field(examples=[204])] | None
    error: Annotated[str, Field(examples=["timeout"])] | None
    duration_ms: answers.Count


class DeliveryOut(TypedDict):
    """One event for one endpoint. due_at: of the next attempt, null where there is none."""

    id: answers.DeliveryId
    event_id: answers.EventId
    type: answers.EventName
    comment_id: answers.CommentId | None
    state: Annotated[str, Field(json_schema_extra={"enum": ["due", "delivered", "dead"]})]
    due_at: answers.Moment | None
    created_at: answers.Moment
    attempts: list[AttemptOut]


DeliveryPage = page_type("DeliveryPage", DeliveryOut, "deliveries")


def endpoint_out(endpoint: Endpoint) -> EndpointOut:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "types": list(endpoint.types),
        "payload": endpoint.payload,
        "format": endpoint.format,
        "batch": endpoint.batch,
        "state": endpoint.state,
        "disabled_because": endpoint.disabled_because or None,
        "failing_since": iso(endpoint.failing_since) if endpoint.failing_since else None,
        "resume_at": iso(endpoint.resume_at) if endpoint.resume_at > now_ms() else None,
        "created_at": iso(endpoint.created_at),
    }


def status_out(row: EndpointStatus) -> EndpointStatusOut:
    return {**endpoint_out(row.endpoint), "waiting": row.tally.due, "dead": row.tally.dead}


def delivery_out(delivery: Delivery) -> DeliveryOut:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "type": delivery.type,
        "comment_id": delivery.comment_id or None,
        "state": delivery.state,
        "due_at": iso(delivery.due_at) if delivery.state == "due" else None,
        "created_at": iso(delivery.created_at),
        "attempts": [
            {
                "number": attempt.number,
                "started_at": iso(attempt.started_at),
                "status": attempt.response.status,
                "error": attempt.response.error or None,
                "duration_ms": attempt.response.duration,
            }
            for attempt in delivery.attempts
        ],
    }
