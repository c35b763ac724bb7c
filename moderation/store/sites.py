"""Sites and their keys; a key is shown once and kept as a SHA-256."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.durations import HOUR_MS
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.page_url import PageRules, rules_of
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.site_reasons import DEFAULT_REASONS, SiteReason, SiteReasons
from moderation.store.sql.dialect import fetch
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import keys, site_faces, sites

SECRET, PUBLISHABLE, AKISMET = "secret", "publishable", "akismet"
INSTALLATION = "installation"  # of no site: lists sites and makes them
KEY_USED_EVERY = HOUR_MS  # being used is written down this often: calls are many, and a write each would be too much


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant. origins: 'https://news.example', without a path."""

    id: str
    name: str
    origins: tuple[str, ...]
    language: str
    policy: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is known after its digest was found.

    site_id: '' of an installation's. kind: secret, publishable, installation or the face it is for. faces: those that are on at
    its site, each with its limit ('' for the service's default); none where it is closed. used_at: as in KeyRow.
    proof_of_work: as in ReaderRules.
    """

    id: str
    site_id: str
    kind: str
    origins: tuple[str, ...]
    faces: Mapping[str, str] = field(default_factory=dict)
    used_at: int | None = None
    proof_of_work: int = 0
    is_site_closed: bool = False


def add_site(
    connection: Connection,
    name: str,
    origins: Sequence[str],
    language: str,
    now: int,
    entropy: Entropy,
) -> Site:
    site = Site(timed_id("site", now, entropy(10)), name, tuple(origins), language, "")
    connection.execute(
        sa.insert(sites).values(
            id=site.id,
            name=name,
            origins_json=json.dumps(list(origins)),
            language=language,
            policy="",
            created_at=now,
        )
    )
    return site


def add_origins(connection: Connection, site: Site, origins: Sequence[str]) -> None:
    """Gives a site these origins as well."""
    together = list(dict.fromkeys((*site.origins, *origins)))
    connection.execute(
        sa.update(sites).where(sites.c.id == site.id).values(origins_json=json.dumps(together))
    )


def get_site(connection: Connection, site_id: str) -> Site | None:
    row = connection.execute(sa.select(sites).where(sites.c.id == site_id)).one_or_none()
    return _site(row) if row else None


def all_sites(connection: Connection) -> list[Site]:
    """Every site, oldest first."""
    return [_site(row) for row in connection.execute(sa.select(sites).order_by(sites.c.id))]


_PAGE_RULES = "SELECT id, origins_json, page_rules_json FROM sites WHERE id AMONG :ids"


def page_rules(connection: Connection, site_ids: Collection[str]) -> dict[str, PageRules]:
    """How each of the sites tells its pages apart."""
    rows = fetch(connection, _PAGE_RULES, ids=list(site_ids))
    return {id: _page_rules(origins, stored) for id, origins, stored in rows}


@lru_cache(maxsize=1_024)
def _page_rules(origins_json: str, stored_json: str) -> PageRules:
    return rules_of(tuple(json.loads(origins_json)), json.loads(stored_json))


def reader_rules(connection: Connection, site_id: str) -> ReaderRules:
    """What a site lets writers and readers do with published comments."""
    query = sa.select(*(sites.c[rule.name] for rule in fields(ReaderRules)))
    row = connection.execute(query.where(sites.c.id == site_id)).one_or_none()
    if row is None:
        return ReaderRules(0)
    switches = {name: bool(getattr(row, name)) for name in ("markdown", "forewarn", "website")}
    return record_of(ReaderRules, row, **switches)


def set_reader_rules(connection: Connection, site_id: str, rules: ReaderRules) -> None:
    numbers = {name: int(value) for name, value in asdict(rules).items()}
    connection.execute(sa.update(sites).where(sites.c.id == site_id).values(**numbers))


def reasons(connection: Connection, site_id: str) -> SiteReasons:
    """The reasons that a site's moderators choose from."""
    columns = (sites.c.reasons_json, sites.c.reasons_version, sites.c.language)
    row = connection.execute(sa.select(*columns).where(sites.c.id == site_id)).one_or_none()
    if row is None or not row.reasons_version:
        return SiteReasons(DEFAULT_REASONS, 0, row.language if row else "")
    stored = tuple(SiteReason(**reason) for reason in json.loads(row.reasons_json))
    return SiteReasons(stored, row.reasons_version, row.language)


def set_reasons(connection: Connection, site_id: str, new_reasons: Sequence[SiteReason]) -> None:
    connection.execute(
        sa.update(sites)
        .where(sites.c.id == site_id)
        .values(
            reasons_json=json.dumps([asdict(reason) for reason in new_reasons]),
            reasons_version=sites.c.reasons_version + 1,
        )
    )


def _site(row: sa.Row[tuple[object, ...]]) -> Site:
    return Site(row.id, row.name, tuple(json.loads(row.origins_json)), row.language, row.policy)


_PREFIXES = {SECRET: "ghs_", PUBLISHABLE: "ghp_", INSTALLATION: "ghk_"}


def add_key(
    connection: Connection, site_id: str, kind: str, now: int, entropy: Entropy, name: str = ""
) -> str:
    """Makes a key and returns it; this is the only time it can be seen.

    kind: secret, publishable, installation (site_id is '' then) or the name of a face. name: what it is for, in words. Keys carry 160 random bits; but Akismet's clients
    take nothing but 12 hex digits, and so thin a key is only as good as the limit on failed attempts.
    """
    is_short = kind == AKISMET
    key = entropy(6).hex() if is_short else _PREFIXES.get(kind, "ghf_") + entropy(20).hex()
    connection.execute(
        sa.insert(keys).values(
            digest=key_digest(key),
            id=timed_id("key", now, entropy(10)),
            site_id=site_id,
            kind=kind,
            hint=key[:8] if kind != AKISMET else key[:3],
            name=name,
            created_at=now,
            revoked_at=None,
        )
    )
    return key


def find_key(connection: Connection, digest: str) -> Key | None:
    """The key with this digest, unless it was revoked."""
    row = connection.execute(
        sa.select(
            keys.c.id,
            keys.c.site_id,
            keys.c.kind,
            keys.c.used_at,
            sites.c.origins_json,
            sites.c.proof_of_work,
            sites.c.closed_at,
        )
        .join(sites, sites.c.id == keys.c.site_id, isouter=True)
        .where(keys.c.digest == digest, keys.c.revoked_at.is_(None))
    ).one_or_none()
    if row is None or (row.origins_json is None and row.kind != INSTALLATION):
        return None
    if row.kind == INSTALLATION:
        return Key(row.id, "", row.kind, (), used_at=row.used_at)
    apis_on = connection.execute(
        sa.select(site_faces.c.face, site_faces.c.limit_text).where(
            site_faces.c.site_id == row.site_id, site_faces.c.is_on
        )
    )
    is_closed = row.closed_at is not None
    faces = {api.face: api.limit_text for api in apis_on} if not is_closed else {}
    origins = tuple(json.loads(row.origins_json))
    return Key(
        row.id,
        row.site_id,
        row.kind,
        origins,
        faces,
        row.used_at,
        proof_of_work=row.proof_of_work,
        is_site_closed=is_closed,
    )


def revoke_key(connection: Connection, site_id: str, key_id: str, now: int) -> bool:
    changed = connection.execute(
        sa.update(keys)
        .where(keys.c.id == key_id, keys.c.site_id == site_id, keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return changed.rowcount == 1


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it is listed. hint: its first characters. name: what it is for, '' unsaid. revoked_at: ms, None while it opens. used_at: when it last opened
    something, to KEY_USED_EVERY; None for never.
    """

    id: str
    kind: str
    hint: str
    created_at: int
    revoked_at: int | None
    used_at: int | None
    name: str = ""


def note_key_used(connection: Connection, key_id: str, now: int) -> None:
    """Notes that a key opened something. now: ms."""
    connection.execute(sa.update(keys).where(keys.c.id == key_id).values(used_at=now))


def keys_of(connection: Connection, site_id: str) -> list[KeyRow]:
    """All keys of a site, oldest first, revoked ones too."""
    rows = connection.execute(sa.select(keys).where(keys.c.site_id == site_id).order_by(keys.c.id))
    return [record_of(KeyRow, row) for row in rows]


def key_digest(key: str) -> str:
    """SHA-256 hex: keys are random, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()
