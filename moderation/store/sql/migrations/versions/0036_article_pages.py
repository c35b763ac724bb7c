"""What article pages show and ask: badges of authors, marks in comments, a word beforehand, proof of work; appeals of those
who sent a notice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_SITE_COLUMNS = ("markdown", "forewarn", "proof_of_work")


def upgrade() -> None:
    op.add_column(
        "comments", sa.Column("author_badge", sa.Text(), nullable=False, server_default="")
    )
    for name in _SITE_COLUMNS:
        op.add_column("sites", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("appeals", sa.Column("notice_id", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("appeals", "notice_id")
    for name in _SITE_COLUMNS:
        op.drop_column("sites", name)
    op.drop_column("comments", "author_badge")
