"""Appeals against decisions; an index by which the decisions against comments are listed by time."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_AGAINST = sa.text("outcome != 'approve'")


def upgrade() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_in", sa.Integer()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeals_of_comment", "appeals", ["comment_id", "id"])
    op.create_index("appeals_of_site", "appeals", ["site_id", "state", "id"])
    op.create_index(
        "decisions_against",
        "decisions",
        ["created_at", "comment_id", "sequence"],
        sqlite_where=_AGAINST,
        postgresql_where=_AGAINST,
    )


def downgrade() -> None:
    op.drop_index("decisions_against", table_name="decisions")
    op.drop_table("appeals")
