"""What held comments are put in order by: how urgent each is, and each of its scores. Kept only while they are held."""

from collections.abc import Collection, Mapping

from sqlalchemy.engine import Connection

from moderation.domain.score import Findings
from moderation.domain.second_opinion import SECOND_OPINION, Label, ModelOpinion
from moderation.domain.urgency import urgent_at
from moderation.store.sql.dialect import execute, fetch, insert_rows, update_rows, upsert
from moderation.store.sql.schema import comments, held_scores

_PARTS = 1_000_000  # of a score: whole numbers are compared exactly

_HELD = """
    SELECT c.id, c.site_id, c.created_at, c.reports, o.label, o.probability FROM comments c
    LEFT JOIN second_opinions o ON o.comment_id = c.id AND o.revision = c.revision AND o.label <> ''
    WHERE c.id AMONG :ids
"""


def put(connection: Connection, findings_by_comment: Mapping[str, Findings]) -> None:
    """Ranks comments that are held from now on, and have no ranks. findings_by_comment: what was measured, of all of them."""
    rows = fetch(connection, _HELD, ids=list(findings_by_comment))
    urgencies, scores = [], []
    for id, site_id, created_at, reports, said, probability in rows:
        findings = findings_by_comment[id]
        urgencies.append({"id": id, "urgent_at": urgent_at(created_at, findings, reports)})
        values = scores_of(findings)
        if said:
            values[SECOND_OPINION] = ModelOpinion(Label(said), probability, "").fine
        scores += [_rank(id, label, site_id, value) for label, value in values.items()]
    update_rows(connection, comments, "id", urgencies)
    insert_rows(connection, held_scores, scores)


def add(connection: Connection, comment_id: str, site_id: str, label: str, value: float) -> None:
    """Gives a comment that is held one more score."""
    row = _rank(comment_id, label, site_id, value)
    connection.execute(upsert(connection, held_scores, "rank").values(row))


def _rank(comment_id: str, label: str, site_id: str, value: float) -> dict[str, object]:
    rank = rank_of(value)
    return {"comment_id": comment_id, "label": label, "site_id": site_id, "rank": rank}


def rank_of(value: float) -> int:
    """The rank of a score, 0 to 1: the highest has the smallest."""
    return -round(_PARTS * value)


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
    WITH RECURSIVE labels (site_id, label) AS (
        SELECT s.id, (SELECT min(h.label) FROM held_scores h WHERE h.site_id = s.id)
        FROM sites s WHERE s.id AMONG :sites
        UNION ALL
        SELECT l.site_id,
            (SELECT min(h.label) FROM held_scores h WHERE h.site_id = l.site_id AND h.label > l.label)
        FROM labels l WHERE l.label IS NOT NULL
    )
    SELECT DISTINCT label FROM labels WHERE label IS NOT NULL ORDER BY label
"""


def labels(connection: Connection, site_ids: Collection[str]) -> list[str]:
    """The scores that held comments of these sites have, by name."""
    return [label for (label,) in fetch(connection, _LABELS, sites=list(site_ids))]
