"""States of pages that people set, a site's default, and replies that are decided with what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_REPLIES, _BRANCHES = sa.text("parent_id <> ''"), sa.text("branch_id <> ''")


def upgrade() -> None:
    op.add_column(
        "sites", sa.Column("page_state", sa.Text(), nullable=False, server_default="open")
    )
    op.add_column(
        "sites", sa.Column("close_after_days", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("pages", sa.Column("close_after_days", sa.Integer()))
    op.add_column("pages", sa.Column("published_at", sa.BigInteger()))
    # Nobody could choose 'open' until now; what else stands there was set by hand, and stays.
    op.execute("UPDATE pages SET state = '' WHERE state = 'open'")
    op.create_index("pages_by_time", "pages", ["site_id", "created_at", "id"])
    op.add_column("decisions", sa.Column("branch_id", sa.Text(), nullable=False, server_default=""))
    op.add_column("decisions", sa.Column("branch_sequence", sa.Integer()))
    op.create_index(
        "decisions_of_branch",
        "decisions",
        ["branch_id", "branch_sequence"],
        sqlite_where=_BRANCHES,
        postgresql_where=_BRANCHES,
    )
    op.create_index(
        "comments_by_parent",
        "comments",
        ["parent_id"],
        sqlite_where=_REPLIES,
        postgresql_where=_REPLIES,
    )


def downgrade() -> None:
    op.drop_index("comments_by_parent", "comments")
    op.drop_index("decisions_of_branch", "decisions")
    for name in ("branch_sequence", "branch_id"):
        op.drop_column("decisions", name)
    op.drop_index("pages_by_time", "pages")
    op.execute(
        "UPDATE pages SET state = (SELECT page_state FROM sites WHERE sites.id = pages.site_id) "
        "WHERE state = ''"
    )
    for name in ("published_at", "close_after_days"):
        op.drop_column("pages", name)
    for name in ("close_after_days", "page_state"):
        op.drop_column("sites", name)
