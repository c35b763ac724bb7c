"""Forgetting what is past its time, a bounded number of rows at once."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.ids import timed_id
from moderation.store import sketches
from moderation.store.comment_fields import EXPIRED_PERSONAL
from moderation.store.provider_sign_ins import forget_states
from moderation.store.sql.schema import (
    attempts,
    deliveries,
    events,
    idempotency,
    login_links,
    personal,
    sessions,
    suggestions,
)

_NEVER = 1 << 62  # ms


def forget_idempotency_keys(connection: Connection, before: int, limit: int) -> int:
    """Forgets idempotency keys first seen before `before` (ms)."""
    old = (
        sa.select(idempotency.c.site_id, idempotency.c.key)
        .where(idempotency.c.created_at < before)
        .limit(limit)
    )
    key = sa.tuple_(idempotency.c.site_id, idempotency.c.key)
    return connection.execute(sa.delete(idempotency).where(key.in_(old))).rowcount


def forget_sender_details(connection: Connection, now: int, limit: int) -> int:
    """Forgets addresses, user agents, referrers and proved authors whose time is up; a sealed e-mail stays."""
    query = sa.select(personal.c.comment_id).where(personal.c.expires_at <= now).limit(limit)
    due = list(connection.scalars(query))
    sketches.forget_senders(connection, due)
    return connection.execute(
        sa.update(personal)
        .where(personal.c.comment_id.in_(due))
        .values(**EXPIRED_PERSONAL, expires_at=_NEVER)
    ).rowcount


def forget_suggested_scores(connection: Connection, before: int, limit: int) -> int:
    """Forgets suggested scores that came before `before` (ms)."""
    old = sa.select(suggestions.c.id).where(suggestions.c.created_at < before).limit(limit)
    return connection.execute(sa.delete(suggestions).where(suggestions.c.id.in_(old))).rowcount


def forget_expired_sign_ins(connection: Connection, now: int, limit: int) -> int:
    """Forgets sessions and log-in links that have run out."""
    forgotten = forget_states(connection, now, limit)
    for table in (sessions, login_links):
        old = sa.select(table.c.digest).where(table.c.expires_at <= now).limit(limit)
        deleted = connection.execute(sa.delete(table).where(table.c.digest.in_(old)))
        forgotten += deleted.rowcount
    return forgotten


def forget_old_events(connection: Connection, before: int, limit: int) -> int:
    """Forgets deliveries made before `before` (ms), delivered or dead, with their attempts, and then
    the events that nothing is left to tell of. What still waits stays; it ends within five days.
    """
    old = list(
        connection.scalars(
            sa.select(deliveries.c.id)
            .where(
                deliveries.c.id < timed_id("dlv", before, bytes(10)), deliveries.c.state != "due"
            )
            .order_by(deliveries.c.id)
            .limit(limit)
        )
    )
    connection.execute(sa.delete(attempts).where(attempts.c.delivery_id.in_(old)))
    connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(old)))
    orphaned = (
        sa.select(events.c.id)
        .where(
            events.c.created_at < before, ~sa.exists().where(deliveries.c.event_id == events.c.id)
        )
        .order_by(events.c.created_at)
        .limit(limit)
    )
    return (
        len(old) + connection.execute(sa.delete(events).where(events.c.id.in_(orphaned))).rowcount
    )
