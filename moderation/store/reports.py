"""What readers reported, what became of it, and how many reports of a comment wait to be looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import ActorKind, Decision, Outcome
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.report import Reporter, ReportReason, ReportState
from moderation.domain.urgency import DOUBLING_MS
from moderation.store.decisions import Standing
from moderation.store.sql.dialect import execute, fetch, insert_rows, run_listed
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import comments, reports

_OPEN = ReportState.OPEN.value


@dataclass(frozen=True, slots=True)
class Report:
    """One report, without who sent it. revision: of the text that was read. created_at: ms."""

    id: str
    reason: ReportReason
    note: str
    revision: int
    state: ReportState
    created_at: int


@dataclass(frozen=True, slots=True)
class OpenReports:
    """What waits to be looked at: how many readers gave which reason, and since when (ms)."""

    reasons: Mapping[ReportReason, int] = field(default_factory=dict)
    first_at: int | None = None


def add(
    connection: Connection,
    standing: Standing,
    reason: ReportReason,
    note: str,
    reporter: Reporter,
    now: int,
    entropy: Entropy,
) -> int:
    """Stores a report; returns how many readers' reports of the comment wait. standing: of the comment, locked."""
    report_id = timed_id("rpt", now, entropy(10))
    row = {
        "id": report_id,
        "comment_id": standing.comment_id,
        "site_id": standing.site_id,
        "revision": standing.revision,
        "sequence": standing.sequence,
        "reason": reason.value,
        "note": note,
        "reporter_key": reporter.key,
        "address_key": reporter.address,
        "state": _OPEN,
        "decided_in": None,
        "created_at": now,
    }
    insert_rows(connection, reports, [row])
    _count(connection, [standing.comment_id])
    query = sa.select(comments.c.reports).where(comments.c.id == standing.comment_id)
    return int(connection.execute(query).scalar_one())


_ITS_OWN = """
    SELECT 1 FROM reports WHERE comment_id = :comment AND (state = 'open' OR revision = :revision)
    AND ((reporter_key = :key AND reporter_key <> '')
        OR (address_key = :address AND address_key <> '')) LIMIT 1
"""


def has_reported(connection: Connection, standing: Standing, reporter: Reporter) -> bool:
    """Whether this reader's report of the comment waits, or was about the text as it is."""
    found = fetch(
        connection,
        _ITS_OWN,
        comment=standing.comment_id,
        revision=standing.revision,
        key=reporter.key,
        address=reporter.address,
    )
    return bool(found)


_JUDGED = """
    SELECT state, count(*) FROM (
        SELECT id, state FROM reports
        WHERE reporter_key = :key AND reporter_key <> '' AND site_id = :site
        AND state IN ('dismissed', 'upheld')
        UNION
        SELECT id, state FROM reports
        WHERE address_key = :address AND address_key <> '' AND site_id = :site
        AND state IN ('dismissed', 'upheld')
    ) AS judged GROUP BY state
"""


def outcomes_of(connection: Connection, site_id: str, reporter: Reporter) -> dict[ReportState, int]:
    """How many of a reader's reports on a site were upheld and dismissed, as long as that is remembered."""
    rows = fetch(connection, _JUDGED, key=reporter.key, address=reporter.address, site=site_id)
    return {ReportState(state): int(count) for state, count in rows}


def count_of(connection: Connection, comment_id: str) -> int:
    """How many reports of a comment are kept."""
    [(count,)] = fetch(
        connection, "SELECT count(*) FROM reports WHERE comment_id = :id", id=comment_id
    )
    return int(count)


def settle(
    connection: Connection, new: Sequence[Decision], in_effect: Mapping[str, Decision | None]
) -> None:
    """Reports are looked at with the next decision of a person, and wait again once that is taken back.

    new: decisions of people. in_effect: what counts now, by comment. The caller holds the locks of
    decisions.standings().
    """
    ids = [decision.comment_id for decision in new]
    query = "SELECT DISTINCT comment_id FROM reports WHERE comment_id AMONG :ids"
    reported = {id for (id,) in run_listed(connection, query, "ids", ids)} if ids else set()
    for decision in new:
        if decision.comment_id not in reported:
            continue
        of_comment = reports.c.comment_id == decision.comment_id
        if decision.takes_back is not None:
            connection.execute(
                sa.update(reports)
                .where(of_comment, reports.c.decided_in == decision.takes_back)
                .values(state=_OPEN, decided_in=None)
            )
        counts = in_effect[decision.comment_id]
        if counts is not None and counts.actor.kind is ActorKind.MODERATOR:
            connection.execute(
                sa.update(reports)
                .where(of_comment, reports.c.state == _OPEN, reports.c.sequence < counts.sequence)
                .values(state=_state_after(counts).value, decided_in=counts.sequence)
            )
    _count(connection, reported)


def _state_after(decision: Decision) -> ReportState:
    if decision.branch_id or decision.outcome is Outcome.HOLD:
        return ReportState.SETTLED
    dismissed = decision.outcome is Outcome.APPROVE
    return ReportState.DISMISSED if dismissed else ReportState.UPHELD


def close(connection: Connection, comment_id: str) -> None:
    """Nothing waits any more of a comment that is gone."""
    connection.execute(
        sa.update(reports)
        .where(reports.c.comment_id == comment_id, reports.c.state == _OPEN)
        .values(state=ReportState.SETTLED.value)
    )
    _count(connection, [comment_id])


# Each report makes a held comment as urgent as one that came so much earlier.
_COUNT = """
    UPDATE comments SET
        urgent_at = urgent_at + CAST(:doubling AS BIGINT)
            * (reports - (SELECT count(*) FROM reports r WHERE r.comment_id = comments.id AND r.state = 'open')),
        reports = (SELECT count(*) FROM reports r WHERE r.comment_id = comments.id AND r.state = 'open'),
        first_report = coalesce(
            (SELECT min(r.id) FROM reports r WHERE r.comment_id = comments.id AND r.state = 'open'), '')
    WHERE id AMONG :ids
"""


def _count(connection: Connection, comment_ids: Collection[str]) -> None:
    if comment_ids:
        execute(connection, _COUNT, ids=sorted(comment_ids), doubling=DOUBLING_MS)


def open_of(connection: Connection, comment_ids: Collection[str]) -> dict[str, OpenReports]:
    """What waits of each of the comments of which anything does."""
    if not comment_ids:
        return {}
    rows = connection.execute(
        sa.select(
            reports.c.comment_id,
            reports.c.reason,
            sa.func.count().label("readers"),
            sa.func.min(reports.c.created_at).label("first_at"),
        )
        .where(reports.c.comment_id.in_(comment_ids), reports.c.state == _OPEN)
        .group_by(reports.c.comment_id, reports.c.reason)
        .order_by(sa.desc("readers"), reports.c.reason)
    )
    found: dict[str, OpenReports] = {}
    for row in rows:
        before = found.get(row.comment_id, OpenReports())
        found[row.comment_id] = OpenReports(
            {**before.reasons, ReportReason(row.reason): row.readers},
            min(row.first_at, before.first_at or row.first_at),
        )
    return found


def of_comment(connection: Connection, comment_id: str, after: str, limit: int) -> list[Report]:
    """The reports of a comment past the report `after`, '' from the first on, in their order."""
    rows = connection.execute(
        sa.select(reports)
        .where(reports.c.comment_id == comment_id, reports.c.id > after)
        .order_by(reports.c.id)
        .limit(limit)
    )
    return [
        record_of(Report, row, reason=ReportReason(row.reason), state=ReportState(row.state))
        for row in rows
    ]


def forget_old(connection: Connection, before: int, limit: int) -> int:
    """Forgets the reports from before `before` (ms) that were looked at, and of the others who sent them."""
    old = (
        sa.select(reports.c.id)
        .where(reports.c.created_at < before, reports.c.state != _OPEN)
        .limit(limit)
    )
    deleted = connection.execute(sa.delete(reports).where(reports.c.id.in_(old))).rowcount
    known = (
        sa.select(reports.c.id)
        .where(
            reports.c.created_at < before,
            sa.or_(reports.c.reporter_key != "", reports.c.address_key != ""),
        )
        .limit(limit)
    )
    connection.execute(
        sa.update(reports).where(reports.c.id.in_(known)).values(reporter_key="", address_key="")
    )
    return deleted
