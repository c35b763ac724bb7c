"""Second opinions on held comments by a chat model: sites that allow it, questions with their answers, what was used."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "second_opinion_sites",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("switched_on_by", sa.Text(), nullable=False),
        sa.Column("switched_on_at", sa.BigInteger(), nullable=False),
        sa.Column("approve_from", sa.Float()),
        sa.Column("model", sa.Text(), nullable=False, server_default=""),
        sa.Column("prompt_version", sa.Text(), nullable=False, server_default=""),
        sa.Column("examined", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("right", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("permitted_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("permitted_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("site_id"),
    )
    op.create_table(
        "second_opinions",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("past", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False, server_default=""),
        sa.Column("prompt_version", sa.Text(), nullable=False, server_default=""),
        sa.Column("digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("label", sa.Text(), nullable=False, server_default=""),
        sa.Column("probability", sa.Float(), nullable=False, server_default="0"),
        sa.Column("sentence", sa.Text(), nullable=False, server_default=""),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("answered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    for name, columns, rows in (
        ("second_opinions_due", ["past", "due_at", "comment_id"], sa.text("due_at IS NOT NULL")),
        ("second_opinions_answered", ["digest"], sa.text("label != ''")),
    ):
        op.create_index(name, "second_opinions", columns, sqlite_where=rows, postgresql_where=rows)
    op.create_table(
        "second_opinion_usage",
        sa.Column("day", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind"),
    )
    op.create_table(
        "second_opinion_endpoints",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("model"),
    )


def downgrade() -> None:
    """What a second opinion has approved stays so; its order is forgotten with it."""
    op.execute("DELETE FROM held_scores WHERE label = 'second_opinion'")
    for table in (
        "second_opinion_endpoints",
        "second_opinion_usage",
        "second_opinions",
        "second_opinion_sites",
    ):
        op.drop_table(table)
