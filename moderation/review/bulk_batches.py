"""Carries decisions about many comments out, a few comments in a transaction, and takes them back in the same way.

Two processes that work on the same one take turns: each locks it for the transaction. What died in the middle has
changed nothing in its last transaction.
"""

from collections.abc import Callable, Collection

from moderation.domain.bulk import BulkState, MemberState
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Reason, text_since
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.sections import is_part
from moderation.review.decisions import decide_locked, take_back_locked
from moderation.store import bulk, claims, decisions, reach, sites
from moderation.store.bulk import BulkAct, BulkMember
from moderation.store.sql.engine import Connection, Store

AT_ONCE = 50  # comments in a transaction: SQLite's one writer is held while they are decided
_SENTENCE = "Decided together with {others} others."
_UNDO_SENTENCE = "Taken back with all that were decided together."


def resume_unfinished(
    store: Store, now: Callable[[], int], entropy: Entropy, goes_on: Callable[[], bool]
) -> bool:
    """Works on all acts that are not done, in turn, while goes_on(); whether there is more to do."""
    while True:
        with store.read() as connection:
            ids = bulk.unfinished(connection)
        if not ids:
            return False
        for id in ids:  # a small one does not wait for a large one that came before it
            carry_out_some(store, id, now(), entropy)
            if not goes_on():
                return True


def go_on(store: Store, bulk_id: str, now: Callable[[], int], entropy: Entropy) -> None:
    """Carries one act out to its end."""
    while carry_out_some(store, bulk_id, now(), entropy):
        pass


def carry_out_some(store: Store, bulk_id: str, now: int, entropy: Entropy) -> bool:
    """Decides about the next AT_ONCE comments, or takes them back; whether the act may have more to do."""
    with store.write() as connection:
        act = bulk.lock(connection, bulk_id)
        if act is None or act.state not in (BulkState.DECIDING, BulkState.UNDOING):
            return False
        is_undo = act.state is BulkState.UNDOING
        waiting = MemberState.DECIDED if is_undo else MemberState.WAITING
        members = bulk.members(connection, bulk_id, [waiting], "", AT_ONCE)
        if is_undo:
            results = _take_back(connection, act, members, now, entropy)
        else:
            results = _decide(connection, act, members, now, entropy)
        bulk.move(connection, bulk_id, results)
        if len(members) < AT_ONCE:
            state = BulkState.UNDONE if is_undo else BulkState.DECIDED
            bulk.change(connection, bulk_id, state=state.value, finished_at=now, sentence="")
    return len(members) == AT_ONCE


_Results = dict[str, tuple[MemberState, int | None]]


def _decide(
    connection: Connection,
    act: BulkAct,
    members: Collection[BulkMember],
    now: int,
    entropy: Entropy,
) -> _Results:
    ids = [member.comment_id for member in members]
    standings = decisions.standings(connection, ids)
    reached = _reached(connection, act.place_id, ids)
    claims_by_comment = claims.live(connection, ids)
    edited = [standing.comment_id for standing in standings.values() if standing.revision > 1]
    histories = decisions.histories(connection, edited) if edited else {}
    results: _Results = {}
    chosen = []
    for member in members:
        standing = standings.get(member.comment_id)
        history = histories.get(member.comment_id, ())
        claim = claims_by_comment.get(member.comment_id)
        if standing is None or standing.status is Status.ERASED:
            results[member.comment_id] = (MemberState.ERASED, None)
        elif member.comment_id not in reached:
            results[member.comment_id] = (MemberState.MOVED, None)
        elif standing.status is Status.WITHDRAWN or member.seen < text_since(
            history, standing.revision, standing.sequence
        ):
            results[member.comment_id] = (MemberState.CHANGED, None)
        elif standing.sequence != member.seen and standing.decided_by == ActorKind.MODERATOR:
            results[member.comment_id] = (MemberState.DECIDED_SINCE, None)
        elif claim and claim.keeps_out(act.moderator_id) and not act.take_over:
            results[member.comment_id] = (MemberState.CLAIMED, None)
        else:
            chosen.append(standing)
    reasons = []
    if act.note_code:
        known = sites.reasons(connection, act.site_id)
        reasons.append(Reason(act.note_code, known.name_of(act.note_code)))
    if act.members > 1:
        sentence = _SENTENCE.format(others=f"{act.members - 1:,}").replace(" 1 others", " 1 other")
        reasons.append(Reason(ReasonCode.BULK_DECIDED, sentence, act.id))
    made = decide_locked(
        connection,
        chosen,
        act.moderator_id,
        act.outcome,
        reasons,
        sentence=act.sentence,
        now=now,
        entropy=entropy,
    )
    return results | {
        decision.comment_id: (MemberState.DECIDED, decision.sequence) for decision in made
    }


def _take_back(
    connection: Connection,
    act: BulkAct,
    members: Collection[BulkMember],
    now: int,
    entropy: Entropy,
) -> _Results:
    ids = [member.comment_id for member in members]
    standings = decisions.standings(connection, ids)
    # From a part nothing is taken back beyond it; from the site, all.
    reached = _reached(connection, act.undo_place_id, ids)
    results: _Results = {}
    chosen = []
    for member in members:
        standing = standings.get(member.comment_id)
        # Whatever came after, a person's word or that it was erased or went elsewhere, stays.
        moved = member.comment_id not in reached
        if standing is None or standing.sequence != member.sequence or moved:
            results[member.comment_id] = (MemberState.KEPT, member.sequence)
        else:
            chosen.append(standing)
            results[member.comment_id] = (MemberState.UNDONE, member.sequence)
    take_back_locked(connection, chosen, act.undone_by, _UNDO_SENTENCE, now=now, entropy=entropy)
    return results


def _reached(connection: Connection, place_id: str, ids: Collection[str]) -> Collection[str]:
    """Those of an act's comments that are still in the part that it is limited to: pages may be moved. Of a whole site, all."""
    return reach.reached_ids(connection, ids, {place_id}) if is_part(place_id) else ids
