"""The index of recent comments: one sketch each, found by the keys it shares with another."""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.campaign import WINDOW_MS
from moderation.domain.similarity import IndexedComment, Member, Sketch
from moderation.store.sql.dialect import execute, fetch, insert_rows, run_listed, update_rows
from moderation.store.sql.schema import sketch_keys, sketches

# Comments that one key may lead to. Past this a key says nothing that the first ones do not say, and
# a common phrase must not make every search long.
CROWDED = 16
# Of a campaign that are counted one by one; the older ones are known by number. More would cost every
# comment of a flood a millisecond for each two hundred that came before.
MEMBERS = 100


def number_of(comment_id: str, created_at: int) -> int:
    """Where a comment lies in the index: by its time (ms), then by twenty bits of its id."""
    digest = hashlib.blake2b(comment_id.encode(), digest_size=3).digest()
    return created_at << 20 | int.from_bytes(digest, "big") >> 4


def find(connection: Connection, keys: Collection[int], now: int) -> dict[int, list[int]]:
    """The numbers behind each key that leads anywhere, of the last 30 days. now: ms."""
    numbers_by_key: dict[int, list[int]] = defaultdict(list)
    if keys:
        query = "SELECT key, number FROM sketch_keys WHERE key AMONG :keys AND number >= :since"
        for key, number in fetch(connection, query, keys=list(keys), since=now - WINDOW_MS << 20):
            numbers_by_key[key].append(number)
    return numbers_by_key


_KEPT = """
    SELECT number, site, page, name, address, network, domains, signature, letters, campaign_id
    FROM sketches WHERE number AMONG :numbers
"""


def load(connection: Connection, numbers: Collection[int]) -> dict[int, IndexedComment]:
    """The comments with these numbers, without their keys."""
    comments_by_number = {}
    if numbers:
        for *columns, signature, letters, campaign_id in fetch(
            connection, _KEPT, numbers=list(numbers)
        ):
            member = _member(*columns)
            sketch = Sketch(bytes(signature), letters, domains=member.domains)
            comments_by_number[member.number] = IndexedComment(sketch, member, campaign_id)
    return comments_by_number


_OF_CAMPAIGN = """
    SELECT number, site, page, name, address, network, domains FROM sketches
    WHERE campaign_id = :campaign AND campaign_id <> '' ORDER BY number DESC LIMIT :limit
"""


def of_campaign(connection: Connection, campaign_id: str, limit: int = MEMBERS) -> list[Member]:
    """The newest members of a campaign that are still remembered, newest first."""
    rows = fetch(connection, _OF_CAMPAIGN, campaign=campaign_id, limit=limit)
    return [_member(*row) for row in rows]


def _member(
    number: int, site: int, page: int, name: int, address: int, network: int, domains: str
) -> Member:
    places = tuple(domains.split()) if domains else ()
    return Member(number, site, page, name, address, network, places, number >> 20)


def add(
    connection: Connection, new: Sequence[tuple[str, IndexedComment]], crowded: Collection[int]
) -> None:
    """Remembers comments, each with its id. crowded: keys that lead to enough already."""
    rows, keys = [], []
    for comment_id, comment in new:
        sketch, member = comment.sketch, comment.member
        indexed_keys = [
            key for key in dict.fromkeys((*sketch.keys, *sketch.link_keys)) if key not in crowded
        ]
        rows.append(
            {
                "number": member.number,
                "comment_id": comment_id,
                "signature": sketch.signature,
                "letters": sketch.letters,
                "keys": _packed(indexed_keys),
                "domains": " ".join(sketch.domains),
                "campaign_id": "",
                "site": member.site,
                "page": member.page,
                "name": member.name,
                "address": member.address,
                "network": member.network,
            }
        )
        keys += [{"key": key, "number": member.number} for key in indexed_keys]
    insert_rows(connection, sketches, rows, new_only=True)
    insert_rows(connection, sketch_keys, keys, new_only=True)


def assign(connection: Connection, campaigns: Mapping[int, str]) -> None:
    """Puts comments into campaigns. campaigns: by number."""
    rows = [{"number": number, "campaign_id": id} for number, id in sorted(campaigns.items())]
    update_rows(connection, sketches, "number", rows)


def forget(connection: Connection, comment_ids: Collection[str]) -> int:
    """Forgets comments at once: those erased, and those that are no part of a campaign after all.

    They are in no campaign from now on. Returns how many were remembered.
    """
    numbers = _numbers(connection, comment_ids)
    query = "UPDATE comments SET campaign_id = '' WHERE id AMONG :ids AND campaign_id <> ''"
    run_listed(connection, query, "ids", comment_ids)
    return _drop(connection, numbers)


def forget_senders(connection: Connection, comment_ids: Collection[str]) -> None:
    """Forgets from which address and network comments came."""
    if numbers := _numbers(connection, comment_ids):
        query = "UPDATE sketches SET address = 0, network = 0 WHERE number AMONG :numbers"
        execute(connection, query, numbers=numbers)


def _numbers(connection: Connection, comment_ids: Collection[str]) -> list[int]:
    query = "SELECT id, created_at FROM comments WHERE id AMONG :ids"
    return [number_of(*row) for row in fetch(connection, query, ids=list(comment_ids))]


def purge(connection: Connection, now: int, limit: int) -> int:
    """Forgets what is older than 30 days, at most `limit` comments; returns how many."""
    old = sa.select(sketches.c.number).where(sketches.c.number < now - WINDOW_MS << 20)
    return _drop(connection, list(connection.scalars(old.order_by(sketches.c.number).limit(limit))))


_UNLINK = sa.text("DELETE FROM sketch_keys WHERE key = :a AND number = :b")


def _drop(connection: Connection, numbers: Collection[int]) -> int:
    if not numbers:
        return 0
    query = "SELECT number, keys FROM sketches WHERE number AMONG :numbers"
    rows = run_listed(connection, query, "numbers", numbers).all()
    pairs = {(key, row.number) for row in rows for key in _unpacked(row.keys)}
    if pairs:
        connection.execute(_UNLINK, [{"a": key, "b": number} for key, number in sorted(pairs)])
    query = "DELETE FROM sketches WHERE number AMONG :numbers"
    return run_listed(connection, query, "numbers", numbers).rowcount


def _packed(keys: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(keys)}q", *keys)


def _unpacked(keys: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(keys) // 8}q", keys)
