"""Answers about queues and bulk decisions."""

from dataclasses import dataclass, field
from datetime import datetime

from gatehouse_client.answers import Comment, Json, known, moment, moment_or_none


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a filter finds. count: how many; sample: the newest five; snapshot: names exactly these as they stand.
    filter: the conditions that were asked for.
    """

    count: int
    sample: tuple[Comment, ...]
    snapshot: str
    filter: Json = field(default_factory=dict)

    @classmethod
    def read(cls, data: Json) -> "BulkPreview":
        sample = tuple(Comment.read(each) for each in data["sample"])
        return cls(data["count"], sample, data["snapshot"])


@dataclass(frozen=True, slots=True)
class Bulk:
    """One decision about `count` comments. action: approve | hold | reject | spam. state: gathering | deciding | decided |
    undoing | undone.

    waiting: whose turn has not come. decided: about which it was made; of these, undone: that have the outcome of before
    again, and kept: that do not, for somebody has decided since. left: about which it was not made. finished_at: None
    while the work goes on.
    """

    id: str
    action: str
    reason: str | None
    actor_id: str
    state: str
    count: int
    waiting: int
    decided: int
    left: int
    undone: int
    kept: int
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def read(cls, data: Json) -> "Bulk":
        return known(
            cls,
            data,
            actor_id=data["actor"]["id"],
            created_at=moment(data["created_at"]),
            finished_at=moment_or_none(data["finished_at"]),
        )


@dataclass(frozen=True, slots=True)
class BulkMember:
    """What became of a comment: waiting | decided | decided_since | changed | claimed | erased | moved | cancelled | undone | kept.

    sequence: of the decision that was made about it, None for none.
    """

    comment_id: str
    state: str
    sequence: int | None

    @classmethod
    def read(cls, data: Json) -> "BulkMember":
        return known(cls, data)


@dataclass(frozen=True, slots=True)
class Queue:
    """A named view of comments. count: how many it holds now."""

    name: str
    count: int

    @classmethod
    def read(cls, data: Json) -> "Queue":
        return known(cls, data)
