"""Heartbeats: rows that workers renew and /readyz reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import upsert
from moderation.store.sql.schema import heartbeats


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """name: 'judge@host:pid'. detail: what the worker reports. at: ms."""

    name: str
    detail: Mapping[str, object]
    at: int


def beat(connection: Connection, name: str, detail: Mapping[str, object], now: int) -> None:
    """Says that `name` is alive now."""
    connection.execute(
        upsert(connection, heartbeats, "detail_json", "at"),
        {"name": name, "detail_json": json.dumps(detail), "at": now},
    )


def alive(connection: Connection, since: int) -> list[Heartbeat]:
    """Everybody heard of since `since` (ms), newest first."""
    rows = connection.execute(
        sa.select(heartbeats).where(heartbeats.c.at >= since).order_by(heartbeats.c.at.desc())
    )
    return [Heartbeat(row.name, json.loads(row.detail_json), row.at) for row in rows]


def stop(connection: Connection, name: str) -> None:
    """Says that `name` has ended."""
    connection.execute(sa.delete(heartbeats).where(heartbeats.c.name == name))


def forget(connection: Connection, before: int) -> None:
    """Drops those not heard of since `before` (ms)."""
    connection.execute(sa.delete(heartbeats).where(heartbeats.c.at < before))
