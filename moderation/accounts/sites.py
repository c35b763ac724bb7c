"""Sites, their keys, and the compatible APIs (faces) that they answer: added, switched, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.audit import COMMAND, Change
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.store import audit, compat_apis, sites
from moderation.store.sites import AKISMET, PUBLISHABLE, SECRET, KeyRow, Site
from moderation.store.sql.engine import Connection, Store

KEY_KINDS = (SECRET, PUBLISHABLE, AKISMET)  # those of faces come with their face
KEYS_LIMIT = 50  # of a site, in use
KEY_NAME_LIMIT = 60  # characters


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to make. faces: the compatible APIs that it answers. key_kinds: of the keys that it gets."""

    name: str
    origins: Sequence[str]
    language: str = ""
    faces: Sequence[str] = ()
    key_kinds: Sequence[str] = (SECRET, PUBLISHABLE)


def add_site(
    connection: Connection, new: NewSite, by: str = COMMAND, *, now: int, entropy: Entropy
) -> tuple[Site, dict[str, str]]:
    """Adds it; returns it with its keys by their kinds, which are never shown again."""
    added = sites.add_site(connection, new.name, new.origins, new.language, now, entropy)
    facts = {"name": new.name, "origins": list(new.origins), "language": new.language}
    audit.record(connection, by, Change.SITE_CREATED, added.id, added.id, None, facts)
    keys = {
        kind: add_key(connection, added.id, kind, by, now=now, entropy=entropy)
        for kind in new.key_kinds
    }
    for face in new.faces:
        switch_face_on(connection, added.id, face, by=by, now=now)
    return added, keys


def add_origins(connection: Connection, site: Site, origins: Sequence[str], by: str) -> None:
    """Gives a site these origins as well."""
    sites.add_origins(connection, site, origins)
    before, after = set(site.origins), {*site.origins, *origins}
    facts = [{"origins": sorted(each)} for each in (before, after)]
    audit.record(connection, by, Change.SITE_RULES_CHANGED, site.id, site.id, *facts)


def add_key(
    connection: Connection,
    site_id: str,
    kind: str,
    by: str = COMMAND,
    *,
    name: str = "",
    now: int,
    entropy: Entropy,
) -> str:
    """Makes a key and returns it; this is the only time it can be seen. kind, name: as for store/sites.add_key()."""
    key = sites.add_key(connection, site_id, kind, now, entropy, name)
    added = sites.find_key(connection, sites.key_digest(key))
    about = added.id if added else ""
    facts = {"kind": kind} | ({"name": name} if name else {})
    audit.record(connection, by, Change.KEY_CREATED, site_id, about, None, facts)
    return key


def list_keys(store: Store, site_id: str) -> list[KeyRow]:
    """A site's keys, oldest first, revoked ones too."""
    with store.read() as connection:
        return sites.keys_of(connection, site_id)


def make_key(
    store: Store,
    site_id: str,
    kind: str,
    by: str = COMMAND,
    *,
    name: str = "",
    now: int,
    entropy: Entropy,
) -> tuple[KeyRow, str]:
    """Makes another key; as it is listed, and the key itself, as add_key(). Raises Invalid for a kind that is not one of KEY_KINDS or
    a name of more than KEY_NAME_LIMIT characters, and Conflict where KEYS_LIMIT are in use.
    """
    if kind not in KEY_KINDS:
        raise Invalid(f"A key is {', '.join(KEY_KINDS[:-1])} or {KEY_KINDS[-1]}.", "/kind")
    name = name.strip()
    if len(name) > KEY_NAME_LIMIT or not (name.isprintable() or not name):
        raise Invalid(f"A name is one line of at most {KEY_NAME_LIMIT} characters.", "/name")
    with store.write() as connection:
        in_use = [key for key in sites.keys_of(connection, site_id) if key.revoked_at is None]
        if len(in_use) >= KEYS_LIMIT:
            raise Conflict(f"A site has at most {KEYS_LIMIT} keys in use: revoke some.")
        key = add_key(connection, site_id, kind, by, name=name, now=now, entropy=entropy)
        made = sites.find_key(connection, sites.key_digest(key))
        [row] = [key for key in sites.keys_of(connection, site_id) if made and key.id == made.id]
    return row, key


def revoke_key(store: Store, site_id: str, key_id: str, by: str = COMMAND, *, now: int) -> None:
    """Revokes a key. Raises NotFound, also for one that was revoked before or is of another site."""
    with store.write() as connection:
        if not sites.revoke_key(connection, site_id, key_id, now):
            raise NotFound("This site has no such key, or it was revoked.")
        audit.record(connection, by, Change.KEY_REVOKED, site_id, key_id)


def switch_face_on(
    connection: Connection, site_id: str, face: str, limit: str = "", by: str = COMMAND, *, now: int
) -> None:
    """Switches a face on, or gives one that is on another limit ('' for the service's default)."""
    was = {
        compat_api.face: compat_api.limit for compat_api in compat_apis.of_site(connection, site_id)
    }
    compat_apis.switch_on(connection, site_id, face, limit, now)
    before = {"limit": was[face]} if face in was else None
    audit.record(connection, by, Change.FACE_ON, site_id, face, before, {"limit": limit})


def switch_face_off(connection: Connection, site_id: str, face: str, by: str = COMMAND) -> bool:
    """Whether it was on. Its keys stay, and work again when it is switched on again."""
    was_on = compat_apis.switch_off(connection, site_id, face)
    if was_on:
        audit.record(connection, by, Change.FACE_OFF, site_id, face)
    return was_on


def add_signing_secret(
    store: Store, site_id: str, face: str, secret: str, by: str = COMMAND
) -> bool:
    """Lets a face's client sign with this secret too; the two newest count. False where the face is off."""
    with store.write() as connection:
        is_on = compat_apis.add_signing_secret(connection, store.crypto, site_id, face, secret)
        if is_on:
            audit.record(connection, by, Change.FACE_SECRET_ADDED, site_id, face)
    return is_on
