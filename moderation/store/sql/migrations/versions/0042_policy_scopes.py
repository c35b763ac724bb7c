"""Policies for pages, sections and languages of a site, and closed hours."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

_COLUMNS = (
    ("sites", "policy_scopes_json", "[]"),
    ("sites", "closed_hours_json", ""),
    ("policy_versions", "scope", ""),
    ("decisions", "actor_scope", ""),
)


def upgrade() -> None:
    for table, name, default in _COLUMNS:
        column = sa.Column(name, sa.Text(), nullable=False, server_default=default)
        op.add_column(table, column)


def downgrade() -> None:
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
