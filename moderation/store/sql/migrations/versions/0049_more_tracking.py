"""More parameters of links name no page: addresses are known by their shorter keys, and pages that are one by these are joined."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from moderation.domain.ids import derived_id
from moderation.domain.page_state import sooner_days, stricter_state
from moderation.domain.page_url import PageAddress, joined_pages, page_key, rules_of
from moderation.domain.similarity import short_hash

revision = "0049"
down_revision = "0048"

_AT_ONCE = 1_000
_SITES = sa.text("SELECT id, origins_json, page_rules_json, policy_scopes_json FROM sites")
# Only a URL with a parameter can have another key than before.
_ADDRESSES = sa.text("""
    SELECT a.id, a.page_id, a.url, p.external_id, p.created_at
    FROM page_addresses a JOIN pages p ON p.id = a.page_id WHERE a.site_id = :site ORDER BY a.id
""")
_PAGE = sa.text("""
    SELECT title, title_verified, state, close_after_days, published_at, created_at
    FROM pages WHERE id = :id
""")
_WRITE_PAGE = sa.text("""
    UPDATE pages SET title = :title, title_verified = :title_verified, state = :state,
        close_after_days = :close_after_days, published_at = :published_at, created_at = :created_at
    WHERE id = :id
""")
# Deleted first: this waits for whoever stores a comment on it.
_MOVES = [
    sa.text("DELETE FROM pages WHERE id = :gone"),
    sa.text("UPDATE comments SET page_id = :page WHERE page_id = :gone"),
    sa.text("UPDATE page_addresses SET page_id = :page WHERE page_id = :gone"),
    # Its comments are found by another title.
    sa.text("INSERT INTO search_due (id) VALUES (:page) ON CONFLICT DO NOTHING"),
]
_FORGET = sa.text("DELETE FROM page_addresses WHERE id = :id")
_LEAD = sa.text("""
    INSERT INTO page_addresses (id, site_id, page_id, url) VALUES (:id, :site, :page, :url)
    ON CONFLICT (id) DO UPDATE SET page_id = excluded.page_id, url = excluded.url
""")
_SCOPES = sa.text("UPDATE sites SET policy_scopes_json = :scopes WHERE id = :site")
_MARKED = sa.text(
    "SELECT number, page FROM sketches WHERE number > :after ORDER BY number LIMIT 20000"
)
_MARK = sa.text("UPDATE sketches SET page = :page WHERE number = :number")


def upgrade() -> None:
    connection = op.get_bind()
    into: dict[str, str] = {}
    for site in connection.execute(_SITES).all():
        joined = _shorten(connection, site)
        if joined:
            scopes = json.loads(site.policy_scopes_json)
            for scope in scopes:
                if (page_id := scope.get("page_id", "")) in joined:
                    scope["page_id"] = joined[page_id]
            connection.execute(_SCOPES, {"site": site.id, "scopes": json.dumps(scopes)})
        into |= joined
    if into:
        _mark_again(connection, {short_hash(gone): short_hash(page) for gone, page in into.items()})


def _shorten(connection: sa.Connection, site: sa.Row[Any]) -> dict[str, str]:
    """Gives the URLs of a site the addresses of their keys. The pages that are others now, with those."""
    rules = rules_of(tuple(json.loads(site.origins_json)), json.loads(site.page_rules_json))
    rows = connection.execute(_ADDRESSES, {"site": site.id}).all()
    new_ids = {
        row.id: derived_id("pg", site.id, "url", page_key(row.url, rules))
        for row in rows
        if "?" in row.url
    }
    changed = [row for row in rows if new_ids.get(row.id, row.id) != row.id]
    if not changed:
        return {}
    pages, into = joined_pages(
        PageAddress(new_ids.get(row.id, row.id), row.page_id, row.external_id != "", row.created_at)
        for row in rows
    )
    _join(connection, into)
    _in_parts(connection, _FORGET, [{"id": row.id} for row in changed])
    leads = {row.id: into.get(row.page_id, row.page_id) for row in rows}
    written = {
        id: {"id": id, "site": site.id, "page": pages[id], "url": row.url}
        for row in changed
        if leads.get(id := new_ids[row.id]) != leads[row.id] == pages[id]
    }
    _in_parts(connection, _LEAD, list(written.values()))
    return into


def _join(connection: sa.Connection, into: Mapping[str, str]) -> None:
    for gone, page in into.items():
        _merge(connection, gone, page)
    moves = [{"gone": gone, "page": page} for gone, page in into.items()]
    for statement in _MOVES:
        _in_parts(connection, statement, moves)


def _merge(connection: sa.Connection, gone: str, into: str) -> None:
    """Title and state of two pages that are one: the stricter state, for the article was meant."""
    old, kept = (connection.execute(_PAGE, {"id": id}).one() for id in (gone, into))
    takes_title = old.title and (not kept.title or (old.title_verified and not kept.title_verified))
    named = old if takes_title else kept
    values = {
        "id": into,
        "title": named.title,
        "title_verified": named.title_verified,
        "state": stricter_state(kept.state, old.state),
        "close_after_days": sooner_days(kept.close_after_days, old.close_after_days),
        "published_at": min(filter(None, (kept.published_at, old.published_at)), default=None),
        "created_at": min(kept.created_at, old.created_at),
    }
    connection.execute(_WRITE_PAGE, values)


def _mark_again(connection: sa.Connection, marks: Mapping[int, int]) -> None:
    """The marks by which a campaign's pages are counted."""
    after = 0
    while rows := connection.execute(_MARKED, {"after": after}).all():
        changes = [
            {"number": row.number, "page": marks[row.page]} for row in rows if row.page in marks
        ]
        _in_parts(connection, _MARK, changes)
        after = rows[-1].number


def _in_parts(
    connection: sa.Connection, statement: sa.TextClause, rows: list[dict[str, Any]]
) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(statement, rows[start : start + _AT_ONCE])


def downgrade() -> None:
    """Pages stay joined. The version before finds them by URLs without such parameters, and has new ones for those with them."""
