"""What people look at blind: the weekly sample, decisions of colleagues, golden items; they all look the same until somebody has answered."""

from dataclasses import dataclass

from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.samples import Verdict
from moderation.domain.second_looks import LookKind, place
from moderation.review import samples as weekly
from moderation.store import queues, samples, second_looks
from moderation.store.queues import QueueEntry
from moderation.store.samples import Sampled
from moderation.store.second_looks import Look
from moderation.store.sql.engine import Store

_AT_ONCE = 50  # of each kind that are looked through for those that are as they were
_DECIDED = (Status.APPROVED, Status.REJECTED, Status.SPAM)


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody said, and what had been decided. kind: weekly, review or golden. known: publish or remove. agrees: None who was not sure."""

    comment_id: str
    kind: str
    known: Verdict
    verdict: Verdict

    @property
    def agrees(self) -> bool | None:
        return None if self.verdict is Verdict.UNSURE else self.verdict is self.known


def next_blind(
    store: Store, site_id: str, who: str, limit: int = 1, *, only_asked: bool = False, now: int
) -> list[QueueEntry]:
    """The next comments that wait for this person's verdict. only_asked: golden items alone, for trainees. What has changed since it was
    drawn is passed over, and ends.
    """
    with store.read() as connection:
        drawn: list[Look | Sampled] = [
            *second_looks.waiting(connection, site_id, who, _AT_ONCE, only_asked=only_asked)
        ]
        if not only_asked:
            drawn += samples.waiting(connection, site_id, _AT_ONCE)
        ids = [look.comment_id for look in drawn]
        entries = {entry.id: entry for entry in queues.by_ids(connection, ids)}
    found: dict[str, QueueEntry] = {}
    gone = []
    for look in sorted(drawn, key=lambda look: place(look.comment_id)):
        entry = entries.get(look.comment_id)
        if entry is None or not _is_as_drawn(look, entry):
            gone.append(look)
        elif len(found) < limit:
            found[entry.id] = entry
    if gone:
        with store.write() as connection:
            for each in gone:
                if isinstance(each, Look):
                    second_looks.judge(connection, each.id, Verdict.GONE, "", now)
                else:
                    samples.judge(connection, each.comment_id, Verdict.GONE, "", now)
    return list(found.values())


def _is_as_drawn(drawn: Look | Sampled, entry: QueueEntry) -> bool:
    if isinstance(drawn, Sampled):
        return weekly.is_as_drawn(drawn, entry)
    if entry.revision != drawn.revision or entry.status not in _DECIDED:
        return False
    # The answer of a golden item is known of the text, whatever is decided meanwhile.
    return drawn.kind is LookKind.GOLDEN or entry.sequence == drawn.sequence


def answer(
    store: Store,
    site_id: str,
    comment_id: str,
    verdict: Verdict,
    by: str,
    *,
    only_asked: bool = False,
    now: int,
) -> Answered:
    """Keeps what a person says; the comment stays as it is. Raises NotFound where the comment does not wait for this person; Conflict where
    somebody was faster, or it has changed.
    """
    with store.write() as connection:
        looks = second_looks.waiting(
            connection, site_id, by, 1, only_asked=only_asked, comment_id=comment_id
        )
        if looks:
            entries = queues.by_ids(connection, [comment_id])
            is_as_drawn = entries and _is_as_drawn(looks[0], entries[0])
            if not is_as_drawn or not second_looks.judge(connection, looks[0].id, verdict, by, now):
                raise Conflict("This comment has been looked at, or has changed, meanwhile.")
            return Answered(comment_id, looks[0].kind, looks[0].known, verdict)
    if only_asked:
        raise NotFound("There is no such comment in the sample.")
    sampled = weekly.judge(store, site_id, comment_id, verdict, by, now=now)
    return Answered(comment_id, "weekly", _KNOWN[sampled.machine], verdict)


_KNOWN = {"approve": Verdict.PUBLISH, "remove": Verdict.REMOVE}


def get_answered(store: Store, site_id: str, comment_id: str, by: str) -> Answered:
    """What this person said last of a comment; before that nobody is told of it. Raises NotFound."""
    with store.read() as connection:
        looks = second_looks.of_comment(connection, site_id, comment_id)
    mine = [look for look in looks if look.judged_by == by]
    if mine:
        last = max(mine, key=lambda look: look.judged_at or 0)
        return Answered(comment_id, last.kind, last.known, Verdict(last.verdict))
    sampled = weekly.get_sampled(store, site_id, comment_id)
    return Answered(comment_id, "weekly", _KNOWN[sampled.machine], Verdict(sampled.verdict))


def count_waiting(store: Store, site_id: str, who: str, *, only_asked: bool = False) -> int:
    """How many comments wait for this person's verdict."""
    with store.read() as connection:
        count = second_looks.count_waiting(connection, site_id, who, only_asked=only_asked)
        return count + (0 if only_asked else samples.count_waiting(connection, site_id))
