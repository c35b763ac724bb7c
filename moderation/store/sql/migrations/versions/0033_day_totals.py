"""What is counted of each site's day for the statistics; what people decided, and answered appeals, by time."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"

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


def downgrade() -> None:
    op.get_bind().execute(_CHANNELS, {"old": _AFTER, "new": _BEFORE})
    op.drop_index("appeals_answered", "appeals")
    op.drop_index("decisions_by_people", "decisions")
    op.drop_table("counted_days")
    op.drop_table("day_totals")
