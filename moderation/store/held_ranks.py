"""What held comments are put in order by: how urgent each is, and each of its scores. Kept only while they are held."""

from collections.abc import Collection, Mapping

from sqlalchemy.engine import Connection

from moderation.domain.score import Findings
from moderation.domain.urgency import urgent_at
from moderation.store.sql.dialect import execute, fetch, insert_rows, update_rows
from moderation.store.sql.schema import comments, held_scores

_PARTS = 1_000_000  # of a score: whole numbers are compared exactly

_HELD = "SELECT id, site_id, created_at, reports FROM comments WHERE id AMONG :ids"


def put(connection: Connection, findings_by_comment: Mapping[str, Findings]) -> None:
    """Ranks comments that are held from now on, and have no ranks. findings_by_comment: what was measured, of all of them."""
    rows = fetch(connection, _HELD, ids=list(findings_by_comment))
    urgencies, scores = [], []
    for id, site_id, created_at, reports in rows:
        findings = findings_by_comment[id]
        urgencies.append({"id": id, "urgent_at": urgent_at(created_at, findings, reports)})
        scores += [
            {
                "comment_id": id,
                "label": label,
                "site_id": site_id,
                "rank": -round(_PARTS * value),
            }
            for label, value in scores_of(findings).items()
        ]
    update_rows(connection, comments, "id", urgencies)
    insert_rows(connection, held_scores, scores)


def scores_of(findings: Findings) -> dict[str, float]:
    """The scores by label, each once."""
    return {signal.name: signal.value for signal in findings.signals if signal.is_score}


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """The comments are not held any more, or are about to be ranked anew."""
    if comment_ids:
        query = "DELETE FROM held_scores WHERE comment_id AMONG :ids"
        execute(connection, query, ids=list(comment_ids))


# From one label to the next, past all rows of each.
_LABELS = """
    WITH RECURSIVE labels (label) AS (
        SELECT min(label) FROM held_scores WHERE site_id = :site
        UNION ALL
        SELECT (SELECT min(s.label) FROM held_scores s WHERE s.site_id = :site AND s.label > labels.label)
        FROM labels WHERE labels.label IS NOT NULL
    )
    SELECT label FROM labels WHERE label IS NOT NULL
"""


def labels(connection: Connection, site_id: str) -> list[str]:
    """The scores that held comments of a site have, by name."""
    return [label for (label,) in fetch(connection, _LABELS, site=site_id)]
