"""Takes in a reader's report of a comment. It silences nobody: it asks moderators to look."""

from moderation.domain.comment import Status
from moderation.domain.decision import Actor, ActorKind, Outcome, Reason
from moderation.domain.errors import NotFound
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.report import (
    MUTED_AFTER,
    REPORTS_LIMIT,
    Reporter,
    ReportReason,
    ReportState,
)
from moderation.store import decision_events, decisions, reports, sites
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

# Who holds a comment that as many readers reported as the site has said.
ACTOR = Actor(ActorKind.POLICY, "reports")


def report(
    store: Store,
    comment_id: str,
    reason: ReportReason,
    note: str,
    reporter: Reporter,
    *,
    now: int,
    entropy: Entropy,
) -> bool:
    """Stores a report of a public comment; whether the comment is held because of it. now: ms.

    A reader counts once for each text of a comment. Of one whose reports were always dismissed nothing is
    stored, and the answer is the same. Where the site says so, a comment that no person has decided about is
    held once enough readers report it. Raises NotFound for a comment that readers do not see.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.status is not Status.APPROVED:
            raise NotFound("There is no such comment.")
        if (
            reports.has_reported(connection, standing, reporter)
            or _is_muted(connection, standing.site_id, reporter)
            or reports.count_of(connection, comment_id) >= REPORTS_LIMIT
        ):
            return False
        readers = reports.add(connection, standing, reason, note, reporter, now, entropy)
        return _hold(connection, standing, readers, now, entropy)


def _is_muted(connection: Connection, site_id: str, reporter: Reporter) -> bool:
    outcomes = reports.outcomes_of(connection, site_id, reporter)
    dismissed = outcomes.get(ReportState.DISMISSED, 0)
    return dismissed >= MUTED_AFTER and not outcomes.get(ReportState.UPHELD)


def _hold(
    connection: Connection, standing: Standing, readers: int, now: int, entropy: Entropy
) -> bool:
    """Holds a comment that enough readers reported, unless a person has approved it."""
    enough = sites.reader_rules(connection, standing.site_id).hold_after_reports
    if not enough or readers < enough or standing.decided_by == ActorKind.MODERATOR:
        return False
    reason = Reason(ReasonCode.REPORTED, f"Reported by {readers} readers, the limit is {enough}.")
    decision = standing.next_decision(Outcome.HOLD, ACTOR, (reason,), now)
    decisions.append(connection, [decision], {standing.comment_id: standing})
    decision_events.put(connection, [(decision, standing)], entropy)
    return True
