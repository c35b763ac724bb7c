"""Who works on a comment, moderators' notes, and decisions about many comments at once."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notes_about", "notes", ["about", "id"])
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note_code", sa.Text(), nullable=False),
        sa.Column("take_over", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bulk_acts_of_site", "bulk_acts", ["site_id", "id"])
    op.create_index("bulk_acts_by_state", "bulk_acts", ["state", "id"])
    op.create_table(
        "bulk_members",
        sa.Column("bulk_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer()),
        sa.PrimaryKeyConstraint("bulk_id", "comment_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("bulk_members_by_state", "bulk_members", ["bulk_id", "state", "comment_id"])


def downgrade() -> None:
    for name in ("bulk_members", "bulk_acts", "notes", "claims"):
        op.drop_table(name)
