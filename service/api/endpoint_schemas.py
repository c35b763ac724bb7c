"""What the API takes in about endpoints."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from moderation.domain import notice
from moderation.domain.delivery import BATCH_LIMIT, Format, Payload
from moderation.notify.deliveries import Replay
from service.api.fields import Line, OneOf, StrictModel

_Types = list[Annotated[str, OneOf(*notice.TYPES)]]


class EndpointIn(StrictModel):
    """types: [] for every type. payload: thin (ids), full, or text (full, with the comment's text).
    batch: events in one POST at most; 1 for a message each. format: notice for a channel that tells
    people; its url is an Apprise URL, and it may want queue.digest too.
    """

    url: Annotated[str, Line(2_000, 1)]
    types: _Types = Field([])
    payload: Annotated[Payload, Field(strict=False)] = Payload.FULL
    format: Annotated[Format, Field(strict=False)] = Format.STANDARD
    batch: Annotated[int, Field(ge=1, le=BATCH_LIMIT)] = 1


class EndpointChange(StrictModel):
    """What is left out stays. enabled: false stops telling it; true tells it what happens from now on."""

    enabled: bool | None = None
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

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24


class ReplayIn(StrictModel):
    """What to send again. what: dead (given up), all (accepted before, too), missed (never sent: it
    was disabled, or not yet there). since, until: RFC 3339 with a time zone.
    """

    what: Annotated[Replay, Field(strict=False)] = Replay.DEAD
    since: Annotated[AwareDatetime | None, Field(strict=False)] = None
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None
