"""Pages are found by addresses: spellings of one URL lead to one page, and pages that are one are joined."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from moderation.domain.ids import derived_id
from moderation.domain.page_url import PageAddress, PageRules, joined_pages, page_key
from moderation.domain.similarity import short_hash

revision = "0014"
down_revision = "0013"

_BATCH = 1_000
_PAGES = sa.text("SELECT id, external_id, url, created_at FROM pages WHERE site_id = :site")
_ADD = sa.text(
    "INSERT INTO page_addresses (id, site_id, page_id, url) VALUES (:id, :site, :page, :url)"
)
_MOVE = sa.text("UPDATE comments SET page_id = :into WHERE page_id = :gone")
_STATES = sa.text("SELECT title, state FROM pages WHERE id = :id")
_NAME = sa.text("UPDATE pages SET title = :title, state = :state WHERE id = :id")
_DELETE = sa.text("DELETE FROM pages WHERE id = :gone")
_STRICTNESS = ("open", "premoderated", "closed")
_MARKED = sa.text("""
    SELECT s.number, s.page, c.page_id FROM sketches s JOIN comments c ON c.id = s.comment_id
    WHERE s.number > :after ORDER BY s.number LIMIT 5000
""")
_MARK = sa.text("UPDATE sketches SET page = :page WHERE number = :number")


def upgrade() -> None:
    op.add_column(
        "sites", sa.Column("page_rules_json", sa.Text(), nullable=False, server_default="{}")
    )
    op.add_column(
        "pages",
        sa.Column("title_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "page_addresses",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
    )
    connection = op.get_bind()
    sites = connection.execute(sa.text("SELECT id, origins_json FROM sites")).all()
    joined = [_join(connection, id, PageRules(tuple(json.loads(origins)))) for id, origins in sites]
    op.create_index("ix_page_addresses_page_id", "page_addresses", ["page_id"])
    op.drop_index("pages_by_url", table_name="pages")
    if any(joined):
        _mark_again(connection)


def _join(connection: sa.Connection, site_id: str, rules: PageRules) -> bool:
    """Gives a site's pages their addresses, and joins those that are one. Whether any are."""
    pages = connection.execute(_PAGES, {"site": site_id}).all()
    keys = [page_key(page.url, rules) for page in pages]
    pages_by_key, into = joined_pages(
        PageAddress(key, page.id, page.external_id != "", page.created_at)
        for key, page in zip(keys, pages, strict=True)
    )
    urls = {page.id: page.url for page in pages}
    addresses = [("url", key, page_id, urls[page_id]) for key, page_id in pages_by_key.items()] + [
        ("id", page.external_id, page.id, "") for page in pages if page.external_id
    ]
    for start in range(0, len(addresses), _BATCH):
        rows = [
            {"id": derived_id("pg", site_id, kind, name), "site": site_id, "page": page, "url": url}
            for kind, name, page, url in addresses[start : start + _BATCH]
        ]
        connection.execute(_ADD, rows)
    for gone, page_id in into.items():
        connection.execute(_MOVE, {"gone": gone, "into": page_id})
        _merge(connection, gone, page_id)
    return bool(into)


def _merge(connection: sa.Connection, gone: str, into: str) -> None:
    """Title and state of two pages that are one: the stricter state, for the article was meant."""
    old, kept = (connection.execute(_STATES, {"id": id}).one() for id in (gone, into))
    state = max(old.state, kept.state, key=_STRICTNESS.index)
    connection.execute(_NAME, {"id": into, "title": kept.title or old.title, "state": state})
    connection.execute(_DELETE, {"gone": gone})


def _mark_again(connection: sa.Connection) -> None:
    """The marks by which a campaign's pages are counted."""
    after = 0
    while rows := connection.execute(_MARKED, {"after": after}).all():
        marks: list[dict[str, Any]] = [
            {"number": row.number, "page": short_hash(row.page_id)}
            for row in rows
            if row.page not in (0, short_hash(row.page_id))
        ]
        if marks:
            connection.execute(_MARK, marks)
        after = rows[-1].number


def downgrade() -> None:
    op.create_index("pages_by_url", "pages", ["site_id", "url"])
    op.drop_table("page_addresses")
    op.drop_column("pages", "title_verified")
    op.drop_column("sites", "page_rules_json")
