"""Marks of members beside their sketches, and an index of what people said of members."""

import sqlalchemy as sa
from alembic import op

from moderation.domain.similarity import short_hash

revision = "0012"
down_revision = "0011"

_MARKS = ("site", "page", "name", "address", "network")
_TOLD = sa.text("campaign_id != '' AND decided_by = 'moderator'")
_MEMBERS = sa.text("""
    SELECT s.number, c.site_id, c.page_id, c.author_name, p.address_key, p.network
    FROM sketches s JOIN comments c ON c.id = s.comment_id
    LEFT JOIN personal p ON p.comment_id = s.comment_id
    WHERE s.number > :after ORDER BY s.number LIMIT 5000
""")
_MARK = sa.text("""
    UPDATE sketches SET site = :site, page = :page, name = :name, address = :address,
    network = :network WHERE number = :at
""")


def upgrade() -> None:
    for name in _MARKS:
        op.add_column("sketches", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "comments_told_of",
        "comments",
        ["campaign_id", "site_id", "status"],
        sqlite_where=_TOLD,
        postgresql_where=_TOLD,
    )
    _mark_all(op.get_bind())


def _mark_all(connection: sa.Connection) -> None:
    after = 0
    while rows := connection.execute(_MEMBERS, {"after": after}).all():
        connection.execute(
            _MARK,
            [
                {
                    "at": row.number,
                    "site": short_hash(row.site_id),
                    "page": short_hash(row.page_id),
                    "name": short_hash(row.author_name.casefold()),
                    "address": short_hash(row.address_key or ""),
                    "network": short_hash(row.network or ""),
                }
                for row in rows
            ],
        )
        after = rows[-1].number


def downgrade() -> None:
    op.drop_index("comments_told_of", table_name="comments")
    for name in _MARKS:
        op.drop_column("sketches", name)
