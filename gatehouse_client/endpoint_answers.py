"""Endpoints, and what became of deliveries to them."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse_client.answer import Answer


@dataclass(frozen=True, slots=True)
class Endpoint(Answer):
    """A webhook endpoint. types: () for every type but `statement.made`. secret: only in the answer that makes it.

    payload: thin | full | text. format: standard | cloudevents | notice. batch: events a POST.
    state: enabled | disabled. failing_since: None while it accepts what it is sent.
    resume_at: until then it rests, None where it does not. waiting, dead: deliveries, where asked for.
    """

    id: str
    url: str
    types: tuple[str, ...]
    payload: str
    format: str
    batch: int
    state: str
    disabled_because: str | None
    failing_since: datetime | None
    resume_at: datetime | None
    created_at: datetime
    waiting: int = 0
    dead: int = 0
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Attempt(Answer):
    """One try of a delivery. status: of the answer, None where there was none; error: then why."""

    number: int
    started_at: datetime
    status: int | None
    error: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Delivery(Answer):
    """One event for one endpoint. state: due | delivered | dead."""

    id: str
    event_id: str
    type: str
    comment_id: str | None
    state: str
    due_at: datetime | None
    created_at: datetime
    attempts: tuple[Attempt, ...]
