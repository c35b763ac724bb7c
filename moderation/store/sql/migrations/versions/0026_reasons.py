"""Reasons of a site's own, sentences to writers, corrections of scores, filters with an end."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_TEXTS = (("sites", "reasons_json"), ("decisions", "sentence"), ("bulk_acts", "sentence"))


def upgrade() -> None:
    for table, column in _TEXTS:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "sites", sa.Column("reasons_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("filters", sa.Column("until", sa.BigInteger()))
    op.create_table(
        "corrections",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "revision", "label"),
    )
    op.create_index("corrections_of_site", "corrections", ["site_id", "comment_id"])


def downgrade() -> None:
    op.drop_table("corrections")
    op.drop_column("filters", "until")
    op.drop_column("sites", "reasons_version")
    for table, column in reversed(_TEXTS):
        op.drop_column(table, column)
