"""What is counted of each site's day for the statistics; what people decided, and answered appeals, by time; weekly samples."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

# What channels want that name no types: as it was, and as it is.
_BEFORE = '["endpoint.disabled", "queue.digest"]'
_AFTER = '["endpoint.disabled", "queue.digest", "statistics.alarm"]'
_CHANNELS = sa.text(
    "UPDATE endpoints SET types_json = :new WHERE format = 'notice' AND types_json = :old"
)


def upgrade() -> None:
    op.create_table(
        "day_totals",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("totals_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day"),
    )
    op.create_table(
        "counted_days",
        sa.Column("day", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    by_people = sa.text("actor_kind = 'moderator'")
    op.create_index(
        "decisions_by_people",
        "decisions",
        ["created_at"],
        sqlite_where=by_people,
        postgresql_where=by_people,
    )
    answered = sa.text("answered_at IS NOT NULL")
    op.create_index(
        "appeals_answered",
        "appeals",
        ["answered_at"],
        sqlite_where=answered,
        postgresql_where=answered,
    )
    op.get_bind().execute(_CHANNELS, {"old": _BEFORE, "new": _AFTER})
    op.add_column(
        "sites", sa.Column("sample_size", sa.Integer(), nullable=False, server_default="10")
    )
    op.create_table(
        "samples",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_index("samples_of_site", "samples", ["site_id", "week", "machine", "verdict"])
    waiting = sa.text("verdict = ''")
    op.create_index(
        "samples_waiting",
        "samples",
        ["site_id", "comment_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "sample_weeks",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("site_id", "week"),
    )


def downgrade() -> None:
    op.drop_table("sample_weeks")
    op.drop_table("samples")
    op.drop_column("sites", "sample_size")
    op.get_bind().execute(_CHANNELS, {"old": _AFTER, "new": _BEFORE})
    op.drop_index("appeals_answered", "appeals")
    op.drop_index("decisions_by_people", "decisions")
    op.drop_table("counted_days")
    op.drop_table("day_totals")
