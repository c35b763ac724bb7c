"""Fills a store with generated comments, a million say, by writing the rows directly."""

import os
import random
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from harness.texts import made_up
from moderation.domain.durations import DAY_MS
from moderation.domain.normalise import normalise
from moderation.domain.similarity import Sketch, key_of, short_hash
from moderation.scorers.spam.text_sketch import sketches_of
from moderation.store import sites
from moderation.store.sketches import CROWDED, number_of
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate

SECRET = b"a bench's own secret, of 32 byte"
NOW = 1_790_000_000_000  # ms
ADDRESSES, DOMAINS = 200_000, 20_000
TEXTS = 20_000  # stored comments whose text others resemble
CAMPAIGNS, MEMBERS = 40, 600
_LINKED = 0.05


def text(number: int) -> str:
    """One of the TEXTS texts that others are like."""
    return _texts()[number % TEXTS]


def offer(campaign: int) -> str:
    """What the members of a campaign say, before their tails."""
    return made_up(1, seed=1_000_000 + campaign)[0]


def filled(folder: Path, count: int, seed: int = 1) -> tuple[Store, str]:
    """A store of so many comments of the last 30 days on one site; and the site's id."""
    path = folder / "full.db"
    store = Store(f"sqlite+pysqlite:///{path}", SECRET)
    migrate(store)
    with store.write() as connection:
        site = sites.add_site(connection, "Herald", ["https://herald.test"], "en", NOW, os.urandom)
    store.close()
    raw = sqlite3.connect(path)
    raw.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000")
    _write(raw, count, site.id, random.Random(seed))
    raw.executescript("ANALYZE; PRAGMA journal_mode=WAL")
    raw.close()
    return Store(f"sqlite+pysqlite:///{path}", SECRET), site.id


_kept: list[str] = []


def _texts() -> list[str]:
    if not _kept:
        _kept.extend(made_up(TEXTS, seed=7))
    return _kept


def _write(connection: sqlite3.Connection, count: int, site_id: str, chance: random.Random) -> None:
    dice = np.random.default_rng(chance.getrandbits(32))
    ids = [f"cmt_{number:026d}" for number in range(count)]
    times = [NOW - 30 * DAY_MS + 30 * DAY_MS * number // count for number in range(count)]
    numbers = [number_of(id, time) for id, time in zip(ids, times, strict=True)]
    text_sketches = sketches_of([normalise(text).text for text in _texts()])
    sketches = _sketches(count, text_sketches, dice, chance)
    connection.executemany(
        "INSERT INTO comments (id, site_id, page_id, parent_id, author_name, author_url, created_at, revision, status,"
        " sequence, decided_by, campaign_id) VALUES (?, ?, ?, '', ?, '', ?, 1, 'approved', 1, 'policy', '')",
        (
            (id, site_id, f"pg_{number % 3_000}", f"Author {number % 50_000}", when)
            for number, (id, when) in enumerate(zip(ids, times, strict=True))
        ),
    )
    connection.executemany(
        "INSERT INTO personal (comment_id, email_key, network, address_key, user_agent, referrer, author_key, network_key,"
        " expires_at) VALUES (?, '', ?, ?, 'Mozilla/5.0 (X11; Linux x86_64)', '', ?, ?, ?)",
        (
            (id, f"10.{number % 256}.{number % 199}.0/24", f"address{number % ADDRESSES:057d}", f"author{number % 60_000:058d}",
             f"network{number % 40_000:057d}", NOW + DAY_MS)
            for number, id in enumerate(ids)
        ),
    )  # fmt: skip
    key_arrays = []  # (key, number), of a twelfth at a time: eight million pairs at once are a gigabyte
    part = max(1, count // 12)
    for first in range(0, count, part):
        rows, pairs = [], []
        for index in range(first, min(first + part, count)):
            sketch, campaign = next(sketches)
            keys = struct.pack(f"<{len(sketch.keys)}q", *sketch.keys)
            rows.append(
                (
                    numbers[index],
                    ids[index],
                    sketch.signature,
                    sketch.letters,
                    keys,
                    " ".join(sketch.domains),
                    campaign,
                    short_hash(site_id),
                    short_hash(f"pg_{index % 3_000}"),
                    short_hash(f"author {index % 50_000}"),
                    short_hash(f"address{index % ADDRESSES:057d}"),
                    short_hash(f"10.{index % 256}.{index % 199}.0/24"),
                )
            )
            pairs += [(key, numbers[index]) for key in sketch.keys]
        connection.executemany(
            "INSERT INTO sketches (number, comment_id, signature, letters, keys, domains, campaign_id, site, page, name,"
            " address, network) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        key_arrays.append(np.array(pairs, np.int64))
    pairs_ = np.concatenate(key_arrays)
    pairs_ = pairs_[np.lexsort((pairs_[:, 1], pairs_[:, 0]))]
    for piece in np.array_split(pairs_, 40):
        connection.executemany("INSERT OR IGNORE INTO sketch_keys VALUES (?, ?)", piece.tolist())
    connection.executemany(
        "INSERT INTO domains VALUES (?, ?)",
        ((f"site{number}.com", NOW - 20 * DAY_MS) for number in range(DOMAINS)),
    )
    connection.executemany(
        "INSERT INTO campaigns VALUES (?, ?, ?, ?, 50, 50, 40, 9, 1, '', 120, 0.8, ?, ?, 0)",
        ((f"cmp_{number}", NOW, NOW, MEMBERS, NOW - DAY_MS, NOW) for number in range(CAMPAIGNS)),
    )
    week = NOW // (7 * DAY_MS)
    connection.executemany(
        "INSERT INTO reputations (subject, week, site_id, kind, approved, spam, rejected) VALUES (?, ?, ?, ?, ?, ?, 0)",
        (
            (
                f"{kind} {site_id} {name}{number:0{57 if kind == 'network' else 58}d}",
                week - back,
                site_id,
                kind,
                number % 5,
                number % 3,
            )
            for kind, name, most in (("author", "author", 60_000), ("network", "network", 40_000))
            for number in range(most)
            for back in (0, 1)
        ),
    )
    connection.commit()


def _sketches(
    count: int, text_sketches: Sequence[Sketch], dice: np.random.Generator, chance: random.Random
) -> Iterator[tuple[Sketch, str]]:
    """Keys at random, but for the TEXTS texts and the members of campaigns, spread evenly."""
    offers = sketches_of([normalise(offer(campaign)).text for campaign in range(CAMPAIGNS)])
    every = max(1, count // TEXTS)
    members = max(1, count // (CAMPAIGNS * MEMBERS))
    for number in range(count):
        if number % every == 0:
            yield text_sketches[number // every % TEXTS], ""
        elif number % members == 1 or members == 1:
            # As the index keeps them: a key that leads to enough comments gets no more.
            which, before = number // members % CAMPAIGNS, number // members // CAMPAIGNS
            keys_ = offers[which].keys if before < CROWDED else ()
            yield offers[which]._replace(keys=keys_), f"cmp_{which}"
        else:
            keys = [int(key) for key in dice.integers(-(1 << 62), 1 << 62, 8)]
            domains: tuple[str, ...] = ()
            if chance.random() < _LINKED:
                domains = (f"site{chance.randrange(DOMAINS)}.com",)
                keys.append(key_of("place", domains[0]))
            yield Sketch(chance.randbytes(64), 200, tuple(keys), (), domains), ""
