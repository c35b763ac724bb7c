"""The order of held comments by urgency and by score, what each person decided, and saved views."""

import json
from math import log2

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_PART = 2_000
_HELD = "status = 'held'"
_ALONE = "campaign_id = '' AND status = 'held'"
_REPLIES = "parent_id <> ''"
_BY_PEOPLE = "actor_kind = 'moderator'"
_DOUBLING_MS, _LEAST, _SCORE_PARTS = 12 * 3_600_000, 0.05, 1_000_000
_NEXT_HELD = sa.text("""
    SELECT c.id, c.site_id, c.created_at, c.reports, c.revision FROM comments c
    WHERE c.status = 'held' AND c.id > :after ORDER BY c.id LIMIT :part
""")
_FINDINGS = sa.text("""
    SELECT f.comment_id, f.revision, f.signals_json FROM findings f
    WHERE f.comment_id IN :ids ORDER BY f.attempt
""").bindparams(sa.bindparam("ids", expanding=True))
_SET = sa.text("UPDATE comments SET urgent_at = :urgent_at WHERE id = :id")
_ADD = sa.text("""
    INSERT INTO held_scores (comment_id, label, site_id, rank) VALUES (:comment_id, :label, :site_id, :rank)
""")


def upgrade() -> None:
    op.add_column(
        "comments", sa.Column("urgent_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "held_scores",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "label"),
        sqlite_with_rowid=False,
    )
    _rank_all()
    op.drop_index("comments_by_parent", table_name="comments")
    op.create_index("held_by_score", "held_scores", ["site_id", "label", "rank", "comment_id"])
    for name, table, columns, rows in (
        ("held_by_urgency", "comments", ["site_id", "urgent_at", "id"], _HELD),
        ("held_alone_by_urgency", "comments", ["site_id", "urgent_at", "id"], _ALONE),
        ("comments_by_parent", "comments", ["parent_id", "id"], _REPLIES),
        ("decisions_of_person", "decisions", ["actor_id", "comment_id", "sequence"], _BY_PEOPLE),
        ("decisions_of_person_by_time", "decisions", ["actor_id", "created_at"], _BY_PEOPLE),
    ):
        some = sa.text(rows)
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "views",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter_json", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("views_of_site", "views", ["site_id", "owner_id", "id"])


def _rank_all() -> None:
    """What store/held_ranks.py does for comments that are held from now on."""
    connection, after = op.get_bind(), ""
    while held := connection.execute(_NEXT_HELD, {"after": after, "part": _PART}).all():
        after = held[-1].id
        measured = {
            (row.comment_id, row.revision): json.loads(row.signals_json)
            for row in connection.execute(_FINDINGS, {"ids": [row.id for row in held]})
        }
        urgencies, scores = [], []
        for row in held:
            by_label = {
                signal["name"]: signal["value"]
                for signal in measured.get((row.id, row.revision), [])
                if signal.get("model")
            }
            strongest = min(1.0, max([_LEAST, *by_label.values()]))
            wait = round(_DOUBLING_MS * log2(strongest)) + _DOUBLING_MS * row.reports
            urgencies.append({"id": row.id, "urgent_at": row.created_at - wait})
            scores += [
                {
                    "comment_id": row.id,
                    "label": label,
                    "site_id": row.site_id,
                    "rank": -round(_SCORE_PARTS * value),
                }
                for label, value in by_label.items()
            ]
        connection.execute(_SET, urgencies)
        if scores:
            connection.execute(_ADD, scores)


def downgrade() -> None:
    op.drop_table("views")
    for name in ("decisions_of_person_by_time", "decisions_of_person"):
        op.drop_index(name, table_name="decisions")
    for name in ("comments_by_parent", "held_alone_by_urgency", "held_by_urgency"):
        op.drop_index(name, table_name="comments")
    some = sa.text(_REPLIES)
    op.create_index(
        "comments_by_parent",
        "comments",
        ["parent_id"],
        sqlite_where=some,
        postgresql_where=some,
    )
    op.drop_table("held_scores")
    op.drop_column("comments", "urgent_at")
