"""The index of what was said lately: a sketch a comment, found by the keys it shares with another."""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.campaign import APPROVE, SPAM, WINDOW, Kept, Member, Sketch
from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind
from moderation.store.dialect import fetch, insert_rows, run_listed, update_rows
from moderation.store.schema import sketch_keys, sketches

# Comments that one key may lead to. Past this a key says nothing that the first ones do not say, and
# a common phrase must not make everybody's search long.
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
    found: dict[int, list[int]] = defaultdict(list)
    if keys:
        query = "SELECT key, number FROM sketch_keys WHERE key AMONG :keys AND number >= :since"
        for key, number in fetch(connection, query, keys=list(keys), since=now - WINDOW << 20):
            found[key].append(number)
    return found


_KEPT = """
    SELECT s.number, s.signature, s.letters, s.keys, s.domains, s.campaign_id, c.id, c.site_id,
           c.page_id, c.author_name, c.created_at, p.address_key, p.network, c.status, c.decided_by
    FROM sketches s JOIN comments c ON c.id = s.comment_id
    LEFT JOIN personal p ON p.comment_id = s.comment_id
"""


def load(connection: Connection, numbers: Collection[int]) -> dict[int, Kept]:
    """The comments with these numbers."""
    if not numbers:
        return {}
    rows = fetch(connection, f"{_KEPT} WHERE s.number AMONG :numbers", numbers=list(numbers))
    return {row[0]: _kept(*row) for row in rows}


_OF_CAMPAIGN = """
    SELECT c.id, c.site_id, c.page_id, c.author_name, coalesce(p.address_key, ''), coalesce(p.network, ''),
           s.domains, c.created_at, c.status, c.decided_by
    FROM sketches s JOIN comments c ON c.id = s.comment_id
    LEFT JOIN personal p ON p.comment_id = s.comment_id
    WHERE s.campaign_id = :campaign AND s.campaign_id <> '' ORDER BY s.number DESC LIMIT :limit
"""


def of_campaign(connection: Connection, campaign_id: str, limit: int = MEMBERS) -> list[Member]:
    """The newest members of a campaign that are still remembered, newest first."""
    rows = fetch(connection, _OF_CAMPAIGN, campaign=campaign_id, limit=limit)
    return [
        Member(
            *(id, site_id, page_id, name, address, network, tuple(domains.split()), at),
            _said(status, decided_by),
        )
        for id, site_id, page_id, name, address, network, domains, at, status, decided_by in rows
    ]


# What was rejected was so for what it says; that says nothing of who copies it.
_WORDS = {Status.SPAM.value: SPAM, Status.APPROVED.value: APPROVE}


def _said(status: str, decided_by: str) -> str:
    return _WORDS.get(status, "") if decided_by == ActorKind.MODERATOR else ""


def _kept(
    number: int,
    signature: bytes,
    letters: int,
    keys: bytes,
    domains: str,
    campaign_id: str,
    comment_id: str,
    site_id: str,
    page_id: str,
    author_name: str,
    created_at: int,
    address_key: str | None,
    network: str | None,
    status: str,
    decided_by: str,
) -> Kept:
    places = tuple(domains.split())
    sources = address_key or "", network or ""
    return Kept(
        number,
        Sketch(bytes(signature), letters, _unpacked(keys), (), places),
        Member(
            *(comment_id, site_id, page_id, author_name, *sources, places, created_at),
            _said(status, decided_by),
        ),
        campaign_id,
    )


def add(
    connection: Connection, new: Sequence[tuple[int, str, Sketch]], crowded: Collection[int]
) -> None:
    """Remembers comments: number, campaign, sketch. crowded: keys that lead to enough already."""
    rows, keys = [], []
    for number, comment_id, sketch in new:
        own = [one for one in (*sketch.keys, *sketch.link_keys) if one not in crowded]
        own = list(dict.fromkeys(own))
        rows.append(
            {
                "number": number,
                "comment_id": comment_id,
                "signature": sketch.signature,
                "letters": sketch.letters,
                "keys": _packed(own),
                "domains": " ".join(sketch.domains),
                "campaign_id": "",
            }
        )
        keys += [{"key": key, "number": number} for key in own]
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
    query = "SELECT id, created_at FROM comments WHERE id AMONG :ids"
    rows = run_listed(connection, query, "ids", comment_ids).all()
    query = "UPDATE comments SET campaign_id = '' WHERE id AMONG :ids AND campaign_id <> ''"
    run_listed(connection, query, "ids", comment_ids)
    return _drop(connection, [number_of(row.id, row.created_at) for row in rows])


def purge(connection: Connection, now: int, limit: int) -> int:
    """Forgets what is older than 30 days, at most `limit` comments; returns how many."""
    old = sa.select(sketches.c.number).where(sketches.c.number < now - WINDOW << 20)
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
