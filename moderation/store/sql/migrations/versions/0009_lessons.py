"""What people teach the spam score, and the versions of what it learned."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_spam", sa.Boolean(), nullable=True),
        sa.Column("teacher", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kin", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("undone_in", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_feedback_comment_id"), "feedback", ["comment_id"], unique=False)
    op.create_index("feedback_of_lesson", "feedback", ["site_id", "version"], unique=False)
    op.create_index("feedback_of_kin", "feedback", ["site_id", "kin"], unique=False)
    op.create_index(
        "feedback_of_teacher", "feedback", ["site_id", "teacher", "created_at"], unique=False
    )
    op.create_index(
        "feedback_waiting",
        "feedback",
        ["site_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("version = 0"),
        postgresql_where=sa.text("version = 0"),
    )
    op.create_table(
        "lessons",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("delta", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "version"),
    )


def downgrade() -> None:
    op.drop_table("lessons")
    op.drop_table("feedback")
