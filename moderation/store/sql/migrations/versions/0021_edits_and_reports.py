"""What writers and readers may do with a comment: change it, withdraw it, report it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_REPORTED, _WITHDRAWN = sa.text("first_report != ''"), sa.text("withdrawn_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "sites", sa.Column("edit_minutes", sa.Integer(), nullable=False, server_default="15")
    )
    op.add_column(
        "sites", sa.Column("hold_after_reports", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("comments", sa.Column("withdrawn_at", sa.BigInteger()))
    op.add_column(
        "comments", sa.Column("reports", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "comments", sa.Column("first_report", sa.Text(), nullable=False, server_default="")
    )
    op.create_index(
        "comments_reported",
        "comments",
        ["site_id", "first_report"],
        sqlite_where=_REPORTED,
        postgresql_where=_REPORTED,
    )
    op.create_index(
        "comments_withdrawn",
        "comments",
        ["withdrawn_at"],
        sqlite_where=_WITHDRAWN,
        postgresql_where=_WITHDRAWN,
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reporter_key", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_in", sa.Integer()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reports_created_at", "reports", ["created_at"])
    op.create_index("reports_of_comment", "reports", ["comment_id", "id"])
    for name in ("reporter_key", "address_key"):
        is_known = sa.text(f"{name} != ''")
        op.create_index(
            f"reports_by_{name}",
            "reports",
            [name, "state"],
            sqlite_where=is_known,
            postgresql_where=is_known,
        )


def downgrade() -> None:
    # What was withdrawn stays away from readers, in the only way that there was before.
    op.execute("UPDATE comments SET status = 'rejected' WHERE status = 'withdrawn'")
    op.drop_table("reports")
    op.drop_index("comments_withdrawn", table_name="comments")
    op.drop_index("comments_reported", table_name="comments")
    for name in ("first_report", "reports", "withdrawn_at"):
        op.drop_column("comments", name)
    for name in ("hold_after_reports", "edit_minutes"):
        op.drop_column("sites", name)
