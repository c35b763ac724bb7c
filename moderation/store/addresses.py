"""Addresses of senders, encrypted until their comments are judged: kept only where an outside service is asked.

Elsewhere an address is a keyed hash from the first moment on (sql/crypto.py).
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import execute, insert_rows
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import addresses


def keep(connection: Connection, new: Sequence[tuple[str, str, int]], crypto: Crypto) -> None:
    """Keeps addresses until comments are judged. new: the comment's id, the address, '' for none, and the time (ms).

    An address that is kept already stays.
    """
    insert_rows(
        connection,
        addresses,
        [
            {
                "comment_id": comment_id,
                "sealed": crypto.encrypt(address, comment_id),
                "created_at": created_at,
            }
            for comment_id, address, created_at in new
            if address
        ],
        new_only=True,
    )


def addresses_of(store: Store, comment_ids: Collection[str]) -> dict[str, str]:
    """The addresses that are kept of these comments, decrypted. Raises Unavailable."""
    with store.read() as connection:
        rows = connection.execute(
            sa.select(addresses).where(addresses.c.comment_id.in_(comment_ids))
        ).all()
    opened = {row.comment_id: store.crypto.decrypt(row.sealed, row.comment_id) for row in rows}
    return {id: address for id, address in opened.items() if address}


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets the addresses of comments that are judged."""
    execute(connection, "DELETE FROM addresses WHERE comment_id AMONG :ids", ids=list(comment_ids))


def forget_old(connection: Connection, before: int, limit: int) -> int:
    """Forgets what came before `before` (ms), judged or not; returns how many."""
    expired = sa.select(addresses.c.comment_id).where(addresses.c.created_at < before).limit(limit)
    return connection.execute(
        sa.delete(addresses).where(addresses.c.comment_id.in_(expired))
    ).rowcount
