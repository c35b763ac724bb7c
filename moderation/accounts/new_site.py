"""A new site, made by an owner at the console, by a program with the installation's key, or by the command."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from moderation.accounts.moderators import grant
from moderation.accounts.sites import NewSite, add_key, add_site
from moderation.domain.audit import COMMAND
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.ids import Entropy
from moderation.domain.roles import Role
from moderation.domain.site import (
    SITES_LIMIT,
    check_language,
    check_name,
    check_origins,
    name_key,
)
from moderation.store import site_settings, sites
from moderation.store.site_settings import SiteRow
from moderation.store.sites import INSTALLATION, KeyRow
from moderation.store.sql.engine import Connection, Store


class NameTaken(Conflict):
    """Another site has this name. site_id: which, '' where whoever asks does not look after it."""

    code = "name_taken"

    pointer = "/name"

    def __init__(self, message: str, site_id: str) -> None:
        super().__init__(message)
        self.site_id = site_id


class OriginTaken(Conflict):
    """Another site has one of these origins."""

    code = "origin_taken"
    pointer = "/origins"


def make_site(
    store: Store,
    wanted: NewSite,
    by: str,
    *,
    admin_id: str = "",
    own_site_ids: Collection[str] | None = (),
    now: int,
    entropy: Entropy,
) -> tuple[SiteRow, dict[str, str]]:
    """A new site, and its keys by their kinds, which are never shown again.

    admin_id: the moderator who becomes its admin, '' for none. own_site_ids: of which whoever asks is an admin: their origins may be
    shared; None for the operator, who may share all, and make more than SITES_LIMIT. Raises Invalid, NameTaken, OriginTaken, and Conflict where there are SITES_LIMIT.
    """
    new = replace(
        wanted,
        name=check_name(wanted.name),
        language=check_language(wanted.language),
        origins=check_origins(wanted.origins),
    )
    if not new.origins:
        raise Invalid("A site has an origin, such as https://news.example.", "/origins")
    with store.write() as connection:
        known = locked_sites(connection)
        if own_site_ids is not None and len(known) >= SITES_LIMIT:
            raise Conflict(f"There are {SITES_LIMIT:,} sites: `gatehouse site add` makes more.")
        require_free(known, new.name, new.origins, own_site_ids)
        added, keys = add_site(connection, new, by, now=now, entropy=entropy)
        if admin_id:
            grant(connection, admin_id, added.id, Role.ADMIN, by)
        row = site_settings.get(connection, added.id)
    assert row
    return row, keys


def locked_sites(connection: Connection) -> list[SiteRow]:
    """All sites; until the end of the transaction nobody else takes a name or an origin."""
    site_settings.lock_names(connection)
    return site_settings.of_sites(connection)


def require_free(
    known: Sequence[SiteRow],
    name: str,
    origins: Sequence[str],
    own_site_ids: Collection[str] | None,
    *,
    site_id: str = "",
) -> None:
    """Raises NameTaken and OriginTaken. name, origins: '' and () for what stays. own_site_ids: as in make_site(). site_id: of the site itself."""
    others = [site for site in known if site.id != site_id]
    own_ids = {site.id for site in others} if own_site_ids is None else own_site_ids
    for other in others:
        if name and name_key(other.settings.name) == name_key(name):
            own_id = other.id if other.id in own_ids else ""
            raise NameTaken("There is a site with this name already.", own_id)
    for other in others:
        # Whoever may not change the other site must not have its readers asked which of the two they mean.
        if other.id not in own_ids and {*other.origins} & {*origins}:
            raise OriginTaken("Another site has one of these origins.")


def make_installation_key(
    store: Store, name: str = "", by: str = COMMAND, *, now: int, entropy: Entropy
) -> tuple[str, str]:
    """A key that lists the installation's sites and makes sites: its id, and the key, which is never shown again."""
    with store.write() as connection:
        key = add_key(connection, "", INSTALLATION, by, name=name.strip(), now=now, entropy=entropy)
        made = sites.find_key(connection, sites.key_digest(key))
    assert made
    return made.id, key


def installation_keys(store: Store) -> list[KeyRow]:
    """The installation's keys, oldest first, revoked ones too."""
    with store.read() as connection:
        return sites.keys_of(connection, "")
