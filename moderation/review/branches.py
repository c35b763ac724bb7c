"""The replies below a comment, rejected along with it where its moderator says so, and restored with it."""

from dataclasses import replace
from enum import StrEnum

from moderation.domain.comment import REMOVED
from moderation.domain.decision import Decision, Outcome, Reason, in_effect_before
from moderation.domain.reason_codes import ReasonCode
from moderation.store import decisions, replies
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store


class Replies(StrEnum):
    """What becomes of the replies below a comment that a moderator rejects or files as spam."""

    LEAVE = "leave"  # they stay, below a placeholder
    REJECT = "reject"  # they are rejected, too, and theirs


def reject_replies(connection: Connection, root: Decision) -> list[tuple[Decision, Standing]]:
    """A decision for each reply below a comment, near or far, that is not removed already.

    root: the decision about the comment. The writer of a reply did not write what was removed: these decisions
    count for no reputation and teach nothing. Locks the replies.
    """
    reason = Reason(
        ReasonCode.BRANCH_REJECTED, "Rejected with the comment that it answers.", root.comment_id
    )
    standings = decisions.standings(connection, replies.below(connection, root.comment_id))
    return [
        (_along(root, standing, Outcome.REJECT, (reason,)), standing)
        for _, standing in sorted(standings.items())
        if standing.status not in REMOVED
    ]


def take_back_replies(connection: Connection, undo: Decision) -> list[tuple[Decision, Standing]]:
    """What takes back the decisions that were made along with the one that `undo` takes back.

    Replies that were decided about since then stay as they are. Locks the replies.
    """
    ids = replies.decided_along(connection, undo.comment_id, undo.takes_back or 0)
    standings = decisions.standings(connection, ids)
    histories = decisions.histories(connection, ids)
    taken_back = []
    for comment_id, standing in sorted(standings.items()):
        last = histories[comment_id][-1]
        is_along = (last.branch_id, last.branch_sequence) == (undo.comment_id, undo.takes_back)
        if not is_along or standing.sequence != last.sequence:
            continue
        before = in_effect_before(histories[comment_id], last.sequence, standing.revision)
        reason = Reason(ReasonCode.TAKEN_BACK, "Taken back with the comment that it answers.")
        outcome = before.outcome if before else Outcome.HOLD
        decision = _along(undo, standing, outcome, (reason,))
        taken_back.append((replace(decision, takes_back=last.sequence), standing))
    return taken_back


def count_along(store: Store, decision: Decision) -> int:
    """How many replies were decided along with a decision about a comment."""
    with store.read() as connection:
        return len(replies.decided_along(connection, decision.comment_id, decision.sequence))


def _along(
    root: Decision, standing: Standing, outcome: Outcome, reasons: tuple[Reason, ...]
) -> Decision:
    return standing.next_decision(
        outcome,
        root.actor,
        reasons,
        root.created_at,
        branch_id=root.comment_id,
        branch_sequence=root.sequence,
    )
