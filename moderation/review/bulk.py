"""One decision about many comments: made, looked at, taken back as a whole. bulk_batches.py carries it out.

The act and its comments are stored first. Whatever dies in between leaves members that wait, and the next sweep
goes on with them. Each comment gets a decision of its own, by the same code as one that is decided singly.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from moderation.domain.audit import Change
from moderation.domain.bulk import SMALL, BulkState, MemberState
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.sections import site_and_sections, stored
from moderation.review.bulk_batches import go_on
from moderation.review.bulk_sets import Seen
from moderation.review.explanation import UNEXPLAINED, Explanation
from moderation.store import audit, bulk
from moderation.store.bulk import BulkAct, BulkMember
from moderation.store.sql.engine import Store

NOTED_AT_ONCE = 5_000  # members that are written down in a transaction
NOT_FOUND = "There is no such bulk decision."
# What a comment in it is if no decision was made about it, nor will be.
LEFT = (
    MemberState.DECIDED_SINCE,
    MemberState.CHANGED,
    MemberState.CLAIMED,
    MemberState.ERASED,
    MemberState.MOVED,
    MemberState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """An act, and how many of its comments are in which state."""

    act: BulkAct
    counts: Mapping[MemberState, int]

    @property
    def waiting(self) -> int:
        return self._sum(MemberState.WAITING)

    @property
    def decided(self) -> int:
        """How many comments it was made about, taken back since or not."""
        return self._sum(MemberState.DECIDED, MemberState.UNDONE, MemberState.KEPT)

    @property
    def left(self) -> int:
        """How many comments it was not made about."""
        return self._sum(*LEFT)

    @property
    def undone(self) -> int:
        return self._sum(MemberState.UNDONE)

    @property
    def kept(self) -> int:
        return self._sum(MemberState.KEPT)

    def _sum(self, *states: MemberState) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def start(
    store: Store,
    moderator_id: str,
    place_id: str,
    seen: Seen,
    outcome: Outcome,
    explanation: Explanation = UNEXPLAINED,
    *,
    take_over: bool = False,
    now: int,
    entropy: Entropy,
) -> BulkProgress:
    """Makes a decision about these comments. Up to SMALL are decided at once; of more the sweep takes care.

    place_id, seen: of bulk_sets.py; of a part, what leaves it before its turn is left as it is. explanation, take_over: as for a
    single decision, without a note. What somebody has decided about since it was seen is left as it is; so is what others have
    claimed, unless taken over. Raises Invalid, also for no comments.
    """
    if not seen:
        raise Invalid("There are no comments to decide about.")
    site_id, sections = site_and_sections(place_id)
    with store.read() as connection:
        _, sentence = explanation.words(connection, site_id, outcome)
    act = BulkAct(
        timed_id("bulk", now, entropy(10)),
        site_id,
        moderator_id,
        outcome,
        explanation.reason,
        take_over,
        len(seen),
        BulkState.GATHERING,
        now,
        sentence=sentence,
        sections_json=stored(sections),
    )
    for place in range(0, len(seen), NOTED_AT_ONCE):
        with store.write() as connection:
            if place == 0:
                bulk.add(connection, act)
                facts = {"outcome": outcome, "comments": len(seen), "take_over": take_over}
                audit.record(
                    connection, moderator_id, Change.BULK_STARTED, site_id, act.id, None, facts
                )
            bulk.add_members(connection, act.id, seen[place : place + NOTED_AT_ONCE])
            if place + NOTED_AT_ONCE >= len(seen):
                bulk.change(connection, act.id, state=BulkState.DECIDING.value)
    if len(seen) <= SMALL:
        go_on(store, act.id, lambda: now, entropy)
    return get_progress(store, place_id, act.id, moderator_id)


def undo(
    store: Store, moderator_id: str, place_id: str, bulk_id: str, *, now: int, entropy: Entropy
) -> BulkProgress:
    """Takes it back: each comment it decided about has the outcome of before again, unless somebody has decided about
    it since. What it has not come to stays as it is; taken back from a part, so does what has left that. Raises NotFound, also
    for somebody else's in a part, and Conflict where it was taken back before.
    """
    _, sections = site_and_sections(place_id)
    with store.write() as connection:
        act = bulk.lock(connection, bulk_id)
        mine = bulk.get(connection, place_id, bulk_id, moderator_id)
        if act is None or mine is None or act.state is BulkState.GATHERING:
            raise NotFound(NOT_FOUND)
        if act.undone_at is not None:
            raise Conflict("It was taken back before.")
        bulk.cancel_waiting(connection, bulk_id)
        bulk.change(
            connection,
            bulk_id,
            state=BulkState.UNDOING.value,
            undone_by=moderator_id,
            undone_at=now,
            undo_sections_json=stored(sections),
            finished_at=None,
            sentence="",
        )
        audit.record(connection, moderator_id, Change.BULK_UNDONE, act.site_id, bulk_id)
    if act.members <= SMALL:
        go_on(store, bulk_id, lambda: now, entropy)
    return get_progress(store, place_id, bulk_id, moderator_id)


def get_progress(store: Store, place_id: str, bulk_id: str, whose: str = "") -> BulkProgress:
    """whose: who made it, where the place is a part of a site. Raises NotFound."""
    with store.read() as connection:
        act = bulk.get(connection, place_id, bulk_id, whose)
        if act is None:
            raise NotFound(NOT_FOUND)
        return BulkProgress(act, bulk.counts(connection, [bulk_id])[bulk_id])


def list_acts(
    store: Store, place_id: str, after: str = "", limit: int = 25, whose: str = ""
) -> list[BulkProgress]:
    """The site's bulk decisions, the newest first, past the one `after`; of a part those that this person made."""
    with store.read() as connection:
        acts = bulk.newest(connection, place_id, after, limit, whose)
        counts = bulk.counts(connection, [act.id for act in acts])
    return [BulkProgress(act, counts[act.id]) for act in acts]


def list_members(
    store: Store,
    place_id: str,
    bulk_id: str,
    states: Collection[MemberState] = tuple(MemberState),
    after: str = "",
    limit: int = 25,
    whose: str = "",
) -> list[BulkMember]:
    """Its comments in one of these states, the oldest first, past the comment `after`. Raises NotFound."""
    with store.read() as connection:
        if bulk.get(connection, place_id, bulk_id, whose) is None:
            raise NotFound(NOT_FOUND)
        return bulk.members(connection, bulk_id, states, after, limit)
