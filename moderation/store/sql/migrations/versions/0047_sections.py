"""Sections that people are limited to, and the paths of pages by which they are found there."""

import sqlalchemy as sa
from alembic import op

from moderation.domain.policy_scopes import path_of

revision = "0047"
down_revision = "0046"

_COLUMNS = (("memberships", "sections_json"), ("invitations", "sections_json"), ("pages", "path"))
_AT_ONCE = 5_000  # pages
_PAGES = sa.text("SELECT id, url FROM pages WHERE id > :after ORDER BY id LIMIT :most")
_PATH = sa.text("UPDATE pages SET path = :path WHERE id = :id")


def upgrade() -> None:
    for table, name in _COLUMNS:
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column(table, column)
    connection, after = op.get_bind(), ""
    while rows := connection.execute(_PAGES, {"after": after, "most": _AT_ONCE}).all():
        connection.execute(_PATH, [{"id": row.id, "path": path_of(row.url)} for row in rows])
        after = rows[-1].id


def downgrade() -> None:
    # The version before knows no sections: who is limited to some would look after all of the site.
    op.execute("DELETE FROM memberships WHERE sections_json <> ''")
    op.execute("DELETE FROM invitations WHERE sections_json <> ''")
    for table, name in reversed(_COLUMNS):
        op.drop_column(table, name)
