"""The compatible APIs of a site: which it answers, with which keys; switched on and off."""

from dataclasses import dataclass

from moderation.accounts import sites as accounts
from moderation.domain.audit import COMMAND
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.rate_limit import checked_limit
from moderation.store import compat_apis, site_settings, sites
from moderation.store.compat_apis import COMPAT_APIS, CORAL, SiteCompatApi
from moderation.store.sites import KeyRow
from moderation.store.sql.engine import Connection, Store

SECRET_LEAST, SECRET_MOST = 16, 500  # characters of a signing secret


@dataclass(frozen=True, slots=True)
class CompatApiState:
    """A compatible API at a site. limit: as '600/minute', '' for the service's default. keys: its own, in use. secrets: how many its
    client may sign with.
    """

    name: str
    is_on: bool
    limit: str
    keys: tuple[KeyRow, ...]
    secrets: int


def list_apis(store: Store, site_id: str) -> list[CompatApiState]:
    """All of them, by name, whether they are on or off."""
    with store.read() as connection:
        return _states(connection, site_id)


def switch_on(
    store: Store,
    site_id: str,
    name: str,
    limit: str = "",
    by: str = COMMAND,
    *,
    now: int,
    entropy: Entropy,
) -> tuple[CompatApiState, str]:
    """Switches it on, or gives one that is on another limit; a key for it, which is never shown again, where it had none, else ''.

    Coral has no key: it signs. Raises NotFound for a name that is none, Invalid for a limit, and Conflict where KEYS_LIMIT are in use.
    """
    check_api(name)
    limit = checked_limit(limit) if limit.strip() else ""
    key = ""
    with store.write() as connection:
        _lock(connection, site_id)  # of two that switch it on, one makes the key
        accounts.switch_face_on(connection, site_id, name, limit, by, now=now)
        if name != CORAL and not _state(connection, site_id, name).keys:
            key = _add_key(connection, site_id, name, by, now=now, entropy=entropy)
        return _state(connection, site_id, name), key


def switch_off(store: Store, site_id: str, name: str, by: str = COMMAND) -> bool:
    """Whether it was on. Its keys stay, and work again when it is switched on again. Raises NotFound for a name that is none."""
    check_api(name)
    with store.write() as connection:
        return accounts.switch_face_off(connection, site_id, name, by)


def make_key(
    store: Store, site_id: str, name: str, by: str = COMMAND, *, now: int, entropy: Entropy
) -> tuple[CompatApiState, str]:
    """Another key for one that is on; the old ones work until they are revoked. Raises NotFound, Invalid for Coral, and Conflict."""
    check_api(name)
    if name == CORAL:
        raise Invalid("Coral has no key: it signs what it sends.", "/name")
    with store.write() as connection:
        _lock(connection, site_id)
        if not _state(connection, site_id, name).is_on:
            raise Conflict("It is off: switch it on first.")
        key = _add_key(connection, site_id, name, by, now=now, entropy=entropy)
        return _state(connection, site_id, name), key


def add_secret(store: Store, site_id: str, name: str, secret: str, by: str = COMMAND) -> None:
    """Lets Coral sign with this secret too; the two newest count. Raises NotFound, Invalid, and Conflict where it is off."""
    check_api(name)
    if name != CORAL:
        raise Invalid("Only Coral signs what it sends.", "/name")
    secret = secret.strip()
    if not SECRET_LEAST <= len(secret) <= SECRET_MOST or not secret.isprintable():
        raise Invalid(
            f"A signing secret has {SECRET_LEAST} to {SECRET_MOST} characters: copy it from Coral.",
            "/secret",
        )
    if not accounts.add_signing_secret(store, site_id, name, secret, by):
        raise Conflict("It is off: switch it on first.")


def check_api(name: str) -> None:
    """Raises NotFound where there is no such API."""
    if name not in COMPAT_APIS:
        raise NotFound(f"There is no such API; there are {', '.join(COMPAT_APIS)}.")


def _lock(connection: Connection, site_id: str) -> None:
    if site_settings.get(connection, site_id, lock=True) is None:
        raise NotFound("There is no such site.")


def _add_key(
    connection: Connection, site_id: str, name: str, by: str, *, now: int, entropy: Entropy
) -> str:
    in_use = [key for key in sites.keys_of(connection, site_id) if key.revoked_at is None]
    if len(in_use) >= accounts.KEYS_LIMIT:
        raise Conflict(f"A site has at most {accounts.KEYS_LIMIT} keys in use: revoke some.")
    return accounts.add_key(connection, site_id, name, by, now=now, entropy=entropy)


def _state(connection: Connection, site_id: str, name: str) -> CompatApiState:
    [state] = [api for api in _states(connection, site_id) if api.name == name]
    return state


def _states(connection: Connection, site_id: str) -> list[CompatApiState]:
    keys = [key for key in sites.keys_of(connection, site_id) if key.revoked_at is None]
    known = {
        compat_api.face: compat_api for compat_api in compat_apis.known_of(connection, site_id)
    }
    return [
        CompatApiState(
            name,
            api.is_on,
            api.limit,
            tuple(key for key in keys if key.kind == name),
            len(api.options.get("secrets", ())),
        )
        for name in COMPAT_APIS
        for api in (known.get(name, SiteCompatApi(site_id, name, is_on=False)),)
    ]
