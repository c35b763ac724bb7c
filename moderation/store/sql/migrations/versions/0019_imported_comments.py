"""Which comment each of another system's became."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_WAITING = sa.text("parent != ''")


def upgrade() -> None:
    op.create_table(
        "imported_comments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "imported_waiting",
        "imported_comments",
        ["site_id", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_table("imported_comments")
