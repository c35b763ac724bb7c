"""Editors' picks, the indexes by which threads are put in other orders, and imported comments that wait for their scores."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_REPLIES, _PICKED = sa.text("parent_id != ''"), sa.text("picked_at IS NOT NULL")

_UNSCORED = sa.text("score_due IS NOT NULL")


def upgrade() -> None:
    op.add_column("comments", sa.Column("picked_at", sa.BigInteger()))
    op.create_index(
        "comments_picked",
        "comments",
        ["page_id", "status", "id"],
        sqlite_where=_PICKED,
        postgresql_where=_PICKED,
    )
    op.create_index(
        "comments_replied",
        "comments",
        ["page_id", "status", "parent_id"],
        sqlite_where=_REPLIES,
        postgresql_where=_REPLIES,
    )
    op.add_column("imported_comments", sa.Column("score_due", sa.BigInteger()))
    op.add_column(
        "imported_comments",
        sa.Column("score_attempts", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index(
        "imported_unscored",
        "imported_comments",
        ["score_due", "id"],
        sqlite_where=_UNSCORED,
        postgresql_where=_UNSCORED,
    )


def downgrade() -> None:
    op.drop_index("imported_unscored", table_name="imported_comments")
    for name in ("score_attempts", "score_due"):
        op.drop_column("imported_comments", name)
    op.drop_index("comments_replied", table_name="comments")
    op.drop_index("comments_picked", table_name="comments")
    op.drop_column("comments", "picked_at")
