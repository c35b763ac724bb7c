"""The compatible APIs of a site (faces): which are on, with which limit and options."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.crypto import Crypto
from moderation.store.sql.dialect import upsert
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import site_faces

AKISMET, CORAL, OPENAI, PERSPECTIVE = "akismet", "coral", "openai", "perspective"
COMPAT_APIS = (AKISMET, CORAL, OPENAI, PERSPECTIVE)
# What a new site answers at once: clients that need nothing but a key.
ON_BY_DEFAULT = (AKISMET, OPENAI, PERSPECTIVE)


@dataclass(frozen=True, slots=True)
class SiteCompatApi:
    """A face that a site has switched on, or had.

    limit: calls, as '600/minute'; '' for the service's default. options: the face's own, as JSON.
    """

    site_id: str
    face: str
    limit: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    is_on: bool = True


def switch_on(connection: Connection, site_id: str, face: str, limit: str, now: int) -> None:
    """Switches a face on, or gives one that is on another limit; its options stay."""
    row = {
        "site_id": site_id,
        "face": face,
        "limit_text": limit,
        "options_json": "{}",
        "is_on": True,
        "created_at": now,
    }
    connection.execute(upsert(connection, site_faces, "limit_text", "is_on"), row)


def switch_off(connection: Connection, site_id: str, face: str) -> bool:
    """Whether it was on. Its keys and signing secrets stay, and work again when it is switched on again."""
    changed = connection.execute(
        sa.update(site_faces).where(_is(site_id, face), site_faces.c.is_on).values(is_on=False)
    )
    return changed.rowcount == 1


def set_options(
    connection: Connection, site_id: str, face: str, options: Mapping[str, Any]
) -> bool:
    """Replaces the options of a face that is on; False where it is off."""
    changed = connection.execute(
        sa.update(site_faces)
        .where(_is(site_id, face), site_faces.c.is_on)
        .values(options_json=json.dumps(options))
    )
    return changed.rowcount == 1


def add_signing_secret(
    connection: Connection, crypto: Crypto, site_id: str, face: str, secret: str
) -> bool:
    """Lets a client sign with this secret too; the two newest count. False where the face is off."""
    site_api_on = next(
        (site_api for site_api in of_site(connection, site_id) if site_api.face == face), None
    )
    if site_api_on is None:
        return False
    sealed = crypto.encrypt(secret, f"{site_id}/{face}").hex()
    secrets = [*site_api_on.options.get("secrets", ()), sealed][-2:]
    return set_options(connection, site_id, face, {**site_api_on.options, "secrets": secrets})


def signing_secrets(crypto: Crypto, face: SiteCompatApi) -> list[str]:
    """The secrets that its client may sign with, in plain."""
    bound = f"{face.site_id}/{face.face}"
    opened = (
        crypto.decrypt(bytes.fromhex(secret), bound) for secret in face.options.get("secrets", ())
    )
    return [secret for secret in opened if secret]


def of_site(connection: Connection, site_id: str) -> list[SiteCompatApi]:
    """The faces that are on, by name."""
    return [api for api in known_of(connection, site_id) if api.is_on]


def known_of(connection: Connection, site_id: str) -> list[SiteCompatApi]:
    """The faces that are on or were, by name."""
    rows = connection.execute(
        sa.select(site_faces).where(site_faces.c.site_id == site_id).order_by(site_faces.c.face)
    )
    return [
        record_of(SiteCompatApi, row, limit=row.limit_text, options=json.loads(row.options_json))
        for row in rows
    ]


def _is(site_id: str, face: str) -> sa.ColumnElement[bool]:
    return sa.and_(site_faces.c.site_id == site_id, site_faces.c.face == face)
