"""Who was mentioned in a note, until they have seen it; channels that named no types tell of it."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

# What channels want that name no types: as it was, and as it is.
_BEFORE = '["endpoint.disabled", "queue.digest", "statistics.alarm"]'
_AFTER = '["endpoint.disabled", "note.mention", "queue.digest", "statistics.alarm"]'
_CHANNELS = sa.text(
    "UPDATE endpoints SET types_json = :new WHERE format = 'notice' AND types_json = :old"
)


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("note_id", "moderator_id"),
    )
    unseen = sa.text("seen_at IS NULL")
    op.create_index(
        "mentions_unseen",
        "mentions",
        ["moderator_id", "note_id"],
        sqlite_where=unseen,
        postgresql_where=unseen,
    )
    op.get_bind().execute(_CHANNELS, {"old": _BEFORE, "new": _AFTER})


def downgrade() -> None:
    op.get_bind().execute(_CHANNELS, {"old": _AFTER, "new": _BEFORE})
    op.drop_index("mentions_unseen", "mentions")
    op.drop_table("mentions")
