"""What held comments are put in order by: how urgent each is, and each of its scores. Kept only while they are held."""

from collections.abc import Collection, Mapping

from sqlalchemy.engine import Connection

from moderation.domain.score import Findings
from moderation.domain.second_opinion import SECOND_OPINION
from moderation.domain.urgency import urgent_at
from moderation.store import second_opinions
from moderation.store.sql.dialect import execute, fetch, insert_rows, update_rows, upsert
from moderation.store.sql.schema import comments, held_scores

_PARTS = 1_000_000  # of a score: whole numbers are compared exactly

_HELD = "SELECT id, site_id, created_at, reports, revision FROM comments WHERE id AMONG :ids"


def put(connection: Connection, findings_by_comment: Mapping[str, Findings]) -> None:
    """Ranks comments that are held from now on, and have no ranks. findings_by_comment: what was measured, of all of them."""
    rows = fetch(connection, _HELD, ids=list(findings_by_comment))
    opinions = second_opinions.of_comments(connection, list(findings_by_comment))
    urgencies, scores = [], []
    for id, site_id, created_at, reports, revision in rows:
        findings = findings_by_comment[id]
        urgencies.append({"id": id, "urgent_at": urgent_at(created_at, findings, reports)})
        values = scores_of(findings)
        if id in opinions and opinions[id].revision == revision:
            values[SECOND_OPINION] = opinions[id].opinion.fine
        scores += [_rank(id, label, site_id, value) for label, value in values.items()]
    update_rows(connection, comments, "id", urgencies)
    insert_rows(connection, held_scores, scores)


def add(connection: Connection, comment_id: str, site_id: str, label: str, value: float) -> None:
    """Gives a comment that is held one more score."""
    row = _rank(comment_id, label, site_id, value)
    connection.execute(upsert(connection, held_scores, "rank").values(row))


def _rank(comment_id: str, label: str, site_id: str, value: float) -> dict[str, object]:
    rank = -round(_PARTS * value)
    return {"comment_id": comment_id, "label": label, "site_id": site_id, "rank": rank}


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
