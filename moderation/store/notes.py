"""Moderators' notes about comments and authors."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.note import Note
from moderation.store import mentions
from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import notes


def add(connection: Connection, note: Note) -> None:
    insert_rows(connection, notes, [row_of(note, notes)])


def newest(connection: Connection, site_id: str, about: str, after: str, limit: int) -> list[Note]:
    """The notes about a comment or an author, the newest first, past the note `after`."""
    query = sa.select(notes).where(notes.c.about == about, notes.c.site_id == site_id)
    if after:
        query = query.where(notes.c.id < after)
    rows = connection.execute(query.order_by(notes.c.id.desc()).limit(limit))
    return [record_of(Note, row) for row in rows]


_AUTHOR = """
    SELECT 1 FROM personal p JOIN comments c ON c.id = p.comment_id
    WHERE p.author_key = :author AND c.site_id = :site LIMIT 1
"""


def is_author(connection: Connection, site_id: str, author: str) -> bool:
    """Whether a comment on the site is known to be of the author with this key."""
    return bool(fetch(connection, _AUTHOR, author=author, site=site_id))


def author_of(connection: Connection, comment_id: str) -> str:
    """The key of a comment's author, '' where it is not known who that is."""
    query = "SELECT author_key FROM personal WHERE comment_id = :id"
    return "".join(key for (key,) in fetch(connection, query, id=comment_id))


_OF_NOBODY = """
    DELETE FROM notes WHERE id IN (
        SELECT n.id FROM notes n WHERE n.about NOT LIKE 'cmt%'
        AND NOT EXISTS (SELECT 1 FROM personal p WHERE p.author_key = n.about) LIMIT :limit
    )
"""


def forget(connection: Connection, comment_ids: Collection[str]) -> int:
    """Forgets what was noted about comments; returns how many notes."""
    count = execute(connection, "DELETE FROM notes WHERE about AMONG :ids", ids=list(comment_ids))
    if count:
        mentions.forget_without_note(connection)
    return count


def forget_authors(connection: Connection, limit: int) -> int:
    """Forgets notes about authors of whom no comment is known any more; returns how many."""
    count = execute(connection, _OF_NOBODY, limit=limit)
    if count:
        mentions.forget_without_note(connection)
    return count
