"""What sites have set about themselves: name, language, how their pages are told apart, and whether they are closed."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.page_url import rules_of
from moderation.domain.site import SiteSettings
from moderation.store.sql.schema import sites

# Anybody else who gives a site a name or an origin waits: no two get the same one.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('names and origins of sites', 0))"


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site with its settings. created_at: ms."""

    id: str
    created_at: int
    settings: SiteSettings

    @property
    def origins(self) -> tuple[str, ...]:
        return self.settings.rules.origins


def lock_names(connection: Connection) -> None:
    """Until the end of the transaction. On SQLite one that writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_LOCK))


def get(connection: Connection, site_id: str, *, lock: bool = False) -> SiteRow | None:
    """lock: nobody else changes it until the commit."""
    query = sa.select(sites).where(sites.c.id == site_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _row(row) if row else None


def of_sites(connection: Connection, site_ids: Collection[str] | None = None) -> list[SiteRow]:
    """These sites, or with None all, oldest first."""
    query = sa.select(sites).order_by(sites.c.id)
    if site_ids is not None:
        query = query.where(sites.c.id.in_(site_ids))
    return [_row(row) for row in connection.execute(query)]


def put(connection: Connection, site_id: str, settings: SiteSettings) -> None:
    """Stores the settings; where other origins or rules are among them, store/page_addresses.py must join the site's pages."""
    facts = asdict(settings.rules)
    stored = {name: sorted(names) for name, names in facts.items() if name != "origins"}
    connection.execute(
        sa.update(sites)
        .where(sites.c.id == site_id)
        .values(
            name=settings.name,
            language=settings.language,
            origins_json=json.dumps(settings.rules.origins),
            page_rules_json=json.dumps(stored),
            closed_at=settings.closed_at,
        )
    )


def _row(row: sa.Row[tuple[object, ...]]) -> SiteRow:
    rules = rules_of(tuple(json.loads(row.origins_json)), json.loads(row.page_rules_json))
    return SiteRow(
        row.id, row.created_at, SiteSettings(row.name, row.language, rules, row.closed_at)
    )
