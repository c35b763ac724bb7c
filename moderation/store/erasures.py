"""Erasures of persons that are under way: what they began with, as keyed hashes, so that an interrupted one is completed."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.people import PersonKeys
from moderation.store.sql.dialect import upsert
from moderation.store.sql.schema import erasures


@dataclass(frozen=True, slots=True)
class Erasure:
    """keys: by which the person's comments are found. found_by: as PersonRef.kind. started_by: who asked for it. at: when
    comments were erased last, ms.
    """

    keys: PersonKeys
    site_ids: tuple[str, ...]
    found_by: str
    started_by: str
    at: int

    @property
    def id(self) -> str:
        """The same for whoever asks for it again: by the comment, which may be erased meanwhile, else by the hashes."""
        named = [self.keys.comment_id] if self.keys.comment_id else [*self.keys[:2]]
        whole = json.dumps([self.found_by, named, sorted(self.site_ids)], sort_keys=True)
        return f"ers_{hashlib.sha256(whole.encode()).hexdigest()}"


def keep(connection: Connection, erasure: Erasure) -> None:
    """Keeps that it is under way, or when it went on last."""
    row = {
        "id": erasure.id,
        "comment_id": erasure.keys.comment_id,
        "site_ids_json": json.dumps(sorted(erasure.site_ids)),
        "email_key": erasure.keys.email,
        "authors_json": json.dumps(dict(erasure.keys.authors), sort_keys=True),
        "found_by": erasure.found_by,
        "started_by": erasure.started_by,
        "at": erasure.at,
    }
    connection.execute(upsert(connection, erasures, "email_key", "authors_json", "at"), row)


def move(connection: Connection, erasure: Erasure, at: int) -> bool:
    """Sets when an erasure went on last (ms); False where it has gone on, or ended, since it was read: then somebody else is at it."""
    is_as_read = (erasures.c.id == erasure.id, erasures.c.at == erasure.at)
    return connection.execute(sa.update(erasures).where(*is_as_read).values(at=at)).rowcount == 1


def end(connection: Connection, erasure: Erasure) -> None:
    """Forgets an erasure that is complete, and its hashes."""
    connection.execute(sa.delete(erasures).where(erasures.c.id == erasure.id))


def begun_with(connection: Connection, comment_id: str, site_ids: Collection[str]) -> PersonKeys:
    """The hashes that erasures under way by this comment began with, of these sites; none where there is no such erasure."""
    email = ""
    authors: dict[str, str] = {}
    for row in connection.execute(sa.select(erasures).where(erasures.c.comment_id == comment_id)):
        email = email or row.email_key
        authors |= json.loads(row.authors_json)
    return PersonKeys(email, {id: key for id, key in authors.items() if id in site_ids}, comment_id)


def left(connection: Connection, before: int) -> list[Erasure]:
    """Those under way that have not gone on since a moment (ms), the oldest first."""
    query = sa.select(erasures).where(erasures.c.at < before).order_by(erasures.c.at, erasures.c.id)
    return [
        Erasure(
            PersonKeys(row.email_key, json.loads(row.authors_json), row.comment_id),
            tuple(json.loads(row.site_ids_json)),
            row.found_by,
            row.started_by,
            row.at,
        )
        for row in connection.execute(query)
    ]
