"""The database that a command works on, and the site in it; one sentence where either is missing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from moderation.domain.errors import GatehouseError, NotFound, Unavailable

if TYPE_CHECKING:
    from moderation.settings import Settings
    from moderation.store.sites import Site
    from moderation.store.sql.engine import Connection, Store


class DatabaseNotReady(GatehouseError):
    """There is no database, or it is not migrated to this version."""

    code = "unfit"


entropy = os.urandom


def checked_settings(environment: Mapping[str, str] | None = None) -> "Settings":
    """As moderation.startup.checked_settings, which is imported where a command runs, not for its help."""
    from moderation import startup

    return startup.checked_settings(environment)


def said_by_the_database(error: GatehouseError) -> str:
    """Why it could not be reached, for the operator alone: it may name host and user. '' where it was not that."""
    cause = getattr(error.__cause__, "orig", error.__cause__)
    if not isinstance(error, Unavailable) or not cause or not str(cause):
        return ""
    line = str(cause).splitlines()[0].removeprefix("connection failed: ").rstrip(".")
    return f"The database cannot be used: {line}."


@contextmanager
def open_store(settings: "Settings | None" = None) -> Iterator["Store"]:
    """The store that the settings name, migrated. Raises DatabaseNotReady or Unavailable."""
    from moderation.store.sql.engine import Store
    from moderation.store.sql.migrate import is_current

    settings = settings or checked_settings()
    # SQLite would make the file, and a command run in the wrong folder would seem to work.
    if not settings.database_url and not (settings.data / "gatehouse.db").exists():
        raise DatabaseNotReady(
            f"There is no database in {settings.data.absolute()}: run `gatehouse up` or "
            "`gatehouse migrate`, or set GATEHOUSE_DATA to the folder of the one that runs."
        )
    store = Store(settings.database, settings.master_secret())
    try:
        if not is_current(store):
            raise DatabaseNotReady("The database is of another version: run `gatehouse migrate`.")
        yield store
    finally:
        store.close()


@contextmanager
def open_site(name: str, settings: "Settings | None" = None) -> Iterator[tuple["Store", "Site"]]:
    """The store, and the site of this id or name. Raises as open_store, and NotFound."""
    with open_store(settings) as store:
        with store.read() as connection:
            site = find_site(connection, name)
        yield store, site


@contextmanager
def open_all_sites(settings: "Settings | None" = None) -> Iterator[tuple["Store", set[str]]]:
    """The store, and the ids of all its sites: who may run the command may change any of them."""
    from moderation.store import sites

    with open_store(settings) as store:
        with store.read() as connection:
            site_ids = {site.id for site in sites.all_sites(connection)}
        yield store, site_ids


def find_site(connection: "Connection", name: str) -> "Site":
    """The site with this id, or the only one with this name. Raises NotFound."""
    from moderation.store import sites

    site = sites.get_site(connection, name)
    namesakes = [site for site in sites.all_sites(connection) if site.name == name]
    if site is None and len(namesakes) == 1:
        site = namesakes[0]
    if site is None:
        raise NotFound(f"There is no site '{name}', or more than one: see `gatehouse site list`.")
    return site
