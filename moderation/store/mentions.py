"""Who was named in a note, until they have seen it."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.mention import Mention
from moderation.domain.sections import is_part
from moderation.store import reach
from moderation.store.sql.dialect import execute, insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import comments, mentions

_IS_UNSEEN = mentions.c.seen_at.is_(None)


def add(connection: Connection, named: Sequence[Mention]) -> None:
    insert_rows(connection, mentions, [row_of(mention, mentions) for mention in named])


def unseen(
    connection: Connection, moderator_id: str, site_ids: Collection[str], limit: int
) -> list[Mention]:
    """Somebody's mentions on these sites and parts of sites that they have not seen, the newest first."""
    query = sa.select(mentions).where(*_unseen(moderator_id, site_ids))
    rows = connection.execute(query.order_by(mentions.c.note_id.desc()).limit(limit))
    return [record_of(Mention, row) for row in rows]


def count_unseen(connection: Connection, moderator_id: str, site_ids: Collection[str]) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).where(*_unseen(moderator_id, site_ids))
    return connection.execute(query).scalar_one()


def _unseen(moderator_id: str, site_ids: Collection[str]) -> list[sa.ColumnElement[bool]]:
    is_theirs = mentions.c.moderator_id == moderator_id
    parts = [site_id for site_id in site_ids if is_part(site_id)]
    is_there: sa.ColumnElement[bool] = mentions.c.site_id.in_(
        [site_id for site_id in site_ids if not is_part(site_id)]
    )
    if parts:  # there of notes about comments alone
        is_reached = reach.within(comments.c.site_id, comments.c.page_id, parts)
        is_of_part = sa.exists().where(comments.c.id == mentions.c.about, is_reached)
        is_there = sa.or_(is_there, is_of_part)
    return [is_theirs, _IS_UNSEEN, is_there]


def see(connection: Connection, moderator_id: str, note_id: str, now: int) -> None:
    """They have seen the mention in a note, or with '' all of theirs. now: ms."""
    query = sa.update(mentions).where(mentions.c.moderator_id == moderator_id, _IS_UNSEEN)
    if note_id:
        query = query.where(mentions.c.note_id == note_id)
    connection.execute(query.values(seen_at=now))


def forget_without_note(connection: Connection) -> None:
    """Forgets the mentions of notes that are gone."""
    execute(
        connection,
        "DELETE FROM mentions WHERE NOT EXISTS (SELECT 1 FROM notes n WHERE n.id = mentions.note_id)",
    )
