"""Addresses of senders, sealed until their comments are judged: kept only where somebody outside is asked.

Elsewhere an address is a keyed hash from the first moment on (store/seal.py).
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Submission
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import execute, insert_rows
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import addresses


def keep(connection: Connection, submissions: Sequence[Submission], seal: Crypto) -> None:
    """Keeps the addresses of new comments."""
    insert_rows(
        connection,
        addresses,
        [
            {
                "comment_id": one.id,
                "sealed": seal.close_up(one.context.ip, one.id),
                "created_at": one.created_at,
            }
            for one in submissions
            if one.context.ip
        ],
    )


def addresses_of(store: Store, comment_ids: Collection[str]) -> dict[str, str]:
    """Those that are kept, opened. Raises Unavailable."""
    with store.read() as connection:
        rows = connection.execute(
            sa.select(addresses).where(addresses.c.comment_id.in_(comment_ids))
        ).all()
    opened = {row.comment_id: store.seal.open_up(row.sealed, row.comment_id) for row in rows}
    return {id: address for id, address in opened.items() if address}


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets those of comments that are judged."""
    execute(connection, "DELETE FROM addresses WHERE comment_id AMONG :ids", ids=list(comment_ids))


def purge(connection: Connection, before: int, limit: int) -> int:
    """Forgets what came before `before` (ms), judged or not; returns how many."""
    old = sa.select(addresses.c.comment_id).where(addresses.c.created_at < before).limit(limit)
    return connection.execute(sa.delete(addresses).where(addresses.c.comment_id.in_(old))).rowcount
