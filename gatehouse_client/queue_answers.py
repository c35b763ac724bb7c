"""Answers about queues and bulk decisions."""

from dataclasses import dataclass, field
from datetime import datetime

from gatehouse_client.answer import ACTOR, Answer, Json
from gatehouse_client.answers import Comment


@dataclass(frozen=True, slots=True)
class BulkPreview(Answer):
    """What a filter finds. count: how many; sample: the newest five; snapshot: names exactly these as they stand.
    filter: the conditions that were asked for.
    """

    count: int
    sample: tuple[Comment, ...]
    snapshot: str
    filter: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bulk(Answer):
    """One decision about `count` comments. action: approve | hold | reject | spam. state: gathering | deciding | decided |
    undoing | undone.

    waiting: whose turn has not come. decided: about which it was made; of these, undone: that have the outcome of before
    again, and kept: that do not, for somebody has decided since or their page has moved. left: about which it was not made. finished_at: None
    while the work goes on.
    """

    id: str
    action: str
    reason: str | None
    actor_id: str = field(metadata=ACTOR)
    state: str
    count: int
    waiting: int
    decided: int
    left: int
    undone: int
    kept: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BulkMember(Answer):
    """What became of a comment: waiting | decided | decided_since | changed | claimed | erased | moved | cancelled | undone | kept.

    sequence: of the decision that was made about it, None for none.
    """

    comment_id: str
    state: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Queue(Answer):
    """A named view of comments. count: how many it holds now."""

    name: str
    count: int
