"""Decisions of a policy that lack the evidence of a reason, and the place where it is put later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.decision import Reason
from moderation.domain.score import Findings
from moderation.store.decisions import newest_findings, reasons_json, reasons_of
from moderation.store.sql.dialect import fetch
from moderation.store.sql.schema import decisions

# As reasons_json() writes it.
_IS_DUE = "reasons_json LIKE '%\"spans_due\": true%'"

_WAITING = f"""
    SELECT c.id FROM comments c
    JOIN decisions d ON d.comment_id = c.id AND d.sequence = c.sequence
    WHERE c.id > :after AND c.decided_by = 'policy' AND d.created_at <= :before AND d.{_IS_DUE}
    ORDER BY c.id LIMIT :limit
"""  # noqa: S608 - a constant
_TEXTS = f"""
    SELECT d.comment_id, d.sequence, d.reasons_json, r.text, COALESCE(p.text, '')
    FROM decisions d
    JOIN comments c ON c.id = d.comment_id AND c.revision = d.revision
    JOIN revisions r ON r.comment_id = d.comment_id AND r.number = d.revision
    LEFT JOIN comments parents ON parents.id = c.parent_id
    LEFT JOIN revisions p ON p.comment_id = parents.id AND p.number = parents.revision
    WHERE d.comment_id AMONG :ids AND d.{_IS_DUE} ORDER BY d.comment_id, d.sequence
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A decision that lacks evidence, with what is needed to find it.

    stored: its reasons as its row has them. text: the revision decided about. parent_text: of the comment that it answers.
    findings: about the comment's newest revision.
    """

    comment_id: str
    sequence: int
    stored: str
    text: str
    parent_text: str
    findings: Findings

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return reasons_of(self.stored)


def waiting(connection: Connection, after: str, before: int, limit: int) -> list[str]:
    """Ids, greater than `after`, of up to `limit` comments whose decision of before `before` (ms) lacks evidence."""
    return [id for (id,) in fetch(connection, _WAITING, after=after, before=before, limit=limit)]


def unexplained(connection: Connection, comment_ids: Sequence[str]) -> list[Unexplained]:
    """The decisions about these comments' newest revisions that lack evidence."""
    if not comment_ids:
        return []
    rows = fetch(connection, _TEXTS, ids=list(comment_ids))
    findings = newest_findings(connection, comment_ids) if rows else {}
    return [
        Unexplained(id, sequence, stored, text, parent, findings.get(id, Findings()))
        for id, sequence, stored, text, parent in rows
    ]


def save(connection: Connection, explained: Sequence[tuple[Unexplained, Sequence[Reason]]]) -> None:
    """Puts the reasons with their evidence in place of those without it. What was erased meanwhile stays erased."""
    for decision, reasons in explained:
        connection.execute(
            sa.update(decisions)
            .where(
                decisions.c.comment_id == decision.comment_id,
                decisions.c.sequence == decision.sequence,
                decisions.c.reasons_json == decision.stored,
            )
            .values(
                reasons_json=reasons_json([replace(reason, spans_due=False) for reason in reasons])
            )
        )
