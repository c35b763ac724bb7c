"""What readers reported, what trainees propose and what has the same text, in the order of the comments."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

_INDEXES = (
    ("comments_reported_in_order", "comments", ["site_id", "id"], "first_report != ''"),
    ("proposals_open_in_order", "proposals", ["site_id", "comment_id"], "state = 'open'"),
    ("sketches_in_order", "sketches", ["campaign_id", "comment_id"], "campaign_id != ''"),
)


def upgrade() -> None:
    for name, table, columns, rows in _INDEXES:
        where = sa.text(rows)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table)
