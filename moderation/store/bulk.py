"""Decisions about many comments at once, and the comments that belong to each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.bulk import BulkState, MemberState
from moderation.domain.decision import Outcome
from moderation.domain.sections import place_of, site_and_sections, stored
from moderation.store import reach
from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import bulk_acts, bulk_members


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One decision about many comments. note_code: the reason that was chosen, '' none. sentence: to the writers, '' none, or
    done. take_over: also about those
    that others have claimed. members: how many. finished_at: ms, when it was decided or undone. undone_by: who took
    it back, '' nobody. sections: that whoever made it is limited to, stored() (domain/sections.py), '' to none. undo_sections: that
    it was taken back from.
    """

    id: str
    site_id: str
    moderator_id: str
    outcome: Outcome
    note_code: str
    take_over: bool
    members: int
    state: BulkState
    created_at: int
    finished_at: int | None = None
    undone_by: str = ""
    undone_at: int | None = None
    sentence: str = ""
    sections_json: str = ""
    undo_sections_json: str = ""

    @property
    def place_id(self) -> str:
        """The site, or the part of it that the decision is limited to."""
        return place_of(self.site_id, self.sections_json)

    @property
    def undo_place_id(self) -> str:
        """The site, or the part of it that the undo is limited to."""
        return place_of(self.site_id, self.undo_sections_json)


@dataclass(frozen=True, slots=True)
class BulkMember:
    """A comment of it. seen: its sequence when the act was made. sequence: of the decision that the act made."""

    comment_id: str
    seen: int
    state: MemberState
    sequence: int | None = None


def add(connection: Connection, act: BulkAct) -> None:
    insert_rows(connection, bulk_acts, [row_of(act, bulk_acts)])


def add_members(connection: Connection, bulk_id: str, seen: Sequence[tuple[str, int]]) -> None:
    """Notes comments down, each with the sequence that it has."""
    rows = [
        {
            "bulk_id": bulk_id,
            "comment_id": comment_id,
            "seen": sequence,
            "state": MemberState.WAITING.value,
        }
        for comment_id, sequence in seen
    ]
    insert_rows(connection, bulk_members, rows)


def lock(connection: Connection, bulk_id: str) -> BulkAct | None:
    """The act, which nobody else changes until the commit."""
    query = sa.select(bulk_acts).where(bulk_acts.c.id == bulk_id).with_for_update()
    row = connection.execute(query).one_or_none()
    return _act(row) if row else None


def get(connection: Connection, place_id: str, bulk_id: str, by: str = "") -> BulkAct | None:
    """by: whose it is, for a part of a site."""
    is_there = _of_place(place_id, by)
    row = connection.execute(sa.select(bulk_acts).where(bulk_acts.c.id == bulk_id, is_there))
    found = row.one_or_none()
    return _act(found) if found else None


def _of_place(place_id: str, by: str) -> sa.ColumnElement[bool]:
    """The acts of a site; of a part only those of one person that were limited to it."""
    site_id, sections = site_and_sections(place_id)
    is_of_site = bulk_acts.c.site_id == site_id
    if not sections:
        return is_of_site
    is_theirs = bulk_acts.c.moderator_id == by
    return sa.and_(is_of_site, is_theirs, bulk_acts.c.sections_json == stored(sections))


def newest(
    connection: Connection, place_id: str, after: str, limit: int, by: str = ""
) -> list[BulkAct]:
    """The acts of a site, the newest first, past the act `after`; of a part those of one person."""
    query = sa.select(bulk_acts).where(_of_place(place_id, by))
    if after:
        query = query.where(bulk_acts.c.id < after)
    return [
        _act(row) for row in connection.execute(query.order_by(bulk_acts.c.id.desc()).limit(limit))
    ]


def unfinished(connection: Connection) -> list[str]:
    """The acts that have work to do, the oldest first."""
    query = "SELECT id FROM bulk_acts WHERE state IN ('deciding', 'undoing') ORDER BY id"
    return [id for (id,) in fetch(connection, query)]


def change(connection: Connection, bulk_id: str, **values: object) -> None:
    """Sets columns of an act that the caller has locked."""
    connection.execute(sa.update(bulk_acts).where(bulk_acts.c.id == bulk_id).values(**values))


def members(
    connection: Connection,
    bulk_id: str,
    states: Collection[MemberState],
    after: str,
    limit: int,
) -> list[BulkMember]:
    """The members in one of these states, the oldest comment first, past the comment `after`."""
    query = sa.select(bulk_members).where(
        bulk_members.c.bulk_id == bulk_id,
        bulk_members.c.state.in_([state.value for state in states]),
    )
    if after:
        query = query.where(bulk_members.c.comment_id > after)
    rows = connection.execute(query.order_by(bulk_members.c.comment_id).limit(limit))
    return [record_of(BulkMember, row, state=MemberState(row.state)) for row in rows]


_COUNTS = """
    SELECT bulk_id, state, count(*) FROM bulk_members WHERE bulk_id AMONG :ids GROUP BY bulk_id, state
"""


def counts(connection: Connection, ids: Collection[str]) -> dict[str, dict[MemberState, int]]:
    """How many members of each act are in which state; only states that some are in."""
    found: dict[str, dict[MemberState, int]] = {id: {} for id in ids}
    for id, state, count in fetch(connection, _COUNTS, ids=list(ids)):
        found[id][MemberState(state)] = count
    return found


_MOVE = """
    UPDATE bulk_members SET state = :state, sequence = :sequence
    WHERE bulk_id = :id AND comment_id AMONG :ids
"""


def move(
    connection: Connection, bulk_id: str, results: Mapping[str, tuple[MemberState, int | None]]
) -> None:
    """Notes what became of members. results: by comment, the state and the sequence of the act's decision."""
    groups: dict[tuple[MemberState, int | None], list[str]] = defaultdict(list)
    for comment_id, result in results.items():
        groups[result].append(comment_id)
    for (state, sequence), ids in groups.items():
        execute(connection, _MOVE, id=bulk_id, ids=ids, state=state.value, sequence=sequence)


_CANCEL = "UPDATE bulk_members SET state = 'cancelled' WHERE bulk_id = :id AND state = 'waiting'"


def cancel_waiting(connection: Connection, bulk_id: str) -> None:
    """Members whose turn has not come stay as they are."""
    execute(connection, _CANCEL, id=bulk_id)


_SEQUENCES = """
    SELECT id, sequence FROM comments WHERE id AMONG :ids AND site_id = :site AND status <> 'erased'
"""


def sequences(connection: Connection, place_id: str, ids: Sequence[str]) -> dict[str, int]:
    """The sequences of those of the comments that are on the site, or in the part of it, and not erased."""
    site_id, sections = site_and_sections(place_id)
    there = dict(fetch(connection, _SEQUENCES, ids=list(ids), site=site_id))
    if not sections:
        return there
    mine = reach.reached_ids(connection, there, {place_id})
    return {id: sequence for id, sequence in there.items() if id in mine}


def forget_old(connection: Connection, before: int, limit: int, abandoned_before: int) -> int:
    """Forgets acts that were finished before `before`, and those begun before `abandoned_before` whose comments
    were never all noted down (ms); first their members, at most `limit` rows at once. Returns how many.
    """
    over = sa.or_(
        bulk_acts.c.finished_at < before,
        sa.and_(
            bulk_acts.c.state == BulkState.GATHERING.value,
            bulk_acts.c.created_at < abandoned_before,
        ),
    )
    query = sa.select(bulk_acts.c.id).where(over).order_by(bulk_acts.c.id).limit(1)
    id = connection.scalar(query)
    if id is None:
        return 0
    some = sa.select(bulk_members.c.comment_id).where(bulk_members.c.bulk_id == id).limit(limit)
    deleted = connection.execute(
        sa.delete(bulk_members).where(
            bulk_members.c.bulk_id == id, bulk_members.c.comment_id.in_(some)
        )
    ).rowcount
    if deleted < limit:
        connection.execute(sa.delete(bulk_acts).where(bulk_acts.c.id == id))
    return deleted + 1


def _act(row: sa.Row[tuple[object, ...]]) -> BulkAct:
    return record_of(
        BulkAct, row, outcome=Outcome(row.outcome), state=BulkState(row.state), take_over=bool(row.take_over)
    )  # fmt: skip
