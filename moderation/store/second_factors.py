"""Second factors of moderators: the secret that their application shares with us, and recovery codes for a moderator who has lost it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.schema import recovery_codes, second_factors


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """secret: base32; '' where it was sealed with another installation's secret, and no code is right. last_step: of the
    last code that was used. created_at: ms.
    """

    secret: str
    last_step: int
    created_at: int


def of_moderator(connection: Connection, crypto: Crypto, moderator_id: str) -> SecondFactor | None:
    query = sa.select(second_factors).where(second_factors.c.moderator_id == moderator_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    secret = crypto.decrypt(row.secret_sealed, bound_to(moderator_id))
    return SecondFactor(secret or "", row.last_step, row.created_at)


def has(connection: Connection, moderator_id: str) -> bool:
    query = sa.select(second_factors.c.created_at)
    query = query.where(second_factors.c.moderator_id == moderator_id)
    return connection.execute(query).first() is not None


def add(
    connection: Connection, crypto: Crypto, moderator_id: str, secret: str, step: int, now: int
) -> None:
    """step: of the code that proved it, which is used. now: ms."""
    connection.execute(
        sa.insert(second_factors).values(
            moderator_id=moderator_id,
            secret_sealed=crypto.encrypt(secret, bound_to(moderator_id)),
            last_step=step,
            created_at=now,
        )
    )


def use_step(connection: Connection, moderator_id: str, step: int) -> bool:
    """Uses a code up, and all earlier ones. False where it was used already."""
    changed = connection.execute(
        sa.update(second_factors)
        .where(second_factors.c.moderator_id == moderator_id, second_factors.c.last_step < step)
        .values(last_step=step)
    )
    return changed.rowcount == 1


def remove(connection: Connection, moderator_id: str) -> bool:
    """Removes a second factor with its recovery codes. False where there was none."""
    set_codes(connection, moderator_id, ())
    deleted = connection.execute(
        sa.delete(second_factors).where(second_factors.c.moderator_id == moderator_id)
    )
    return deleted.rowcount == 1


def set_codes(connection: Connection, moderator_id: str, digests: Collection[str]) -> None:
    """Replaces somebody's recovery codes."""
    connection.execute(
        sa.delete(recovery_codes).where(recovery_codes.c.moderator_id == moderator_id)
    )
    insert_rows(
        connection,
        recovery_codes,
        [{"digest": digest, "moderator_id": moderator_id} for digest in digests],
    )


def use_code(connection: Connection, moderator_id: str, digest: str) -> bool:
    """Uses a recovery code up. False where there is no such."""
    deleted = connection.execute(
        sa.delete(recovery_codes).where(
            recovery_codes.c.digest == digest, recovery_codes.c.moderator_id == moderator_id
        )
    )
    return deleted.rowcount == 1


def count_codes(connection: Connection, moderator_id: str) -> int:
    """How many recovery codes are left."""
    query = sa.select(sa.func.count()).where(recovery_codes.c.moderator_id == moderator_id)
    return connection.execute(query).scalar_one()


def bound_to(moderator_id: str) -> str:
    """What the secret is sealed for, so that rows cannot be swapped."""
    return f"second-factor/{moderator_id}"
