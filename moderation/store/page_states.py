"""What is set for pages and, as a default, for their sites: open, premoderated or closed, and closed hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import PageRef, PageState
from moderation.domain.page_state import PageDefault, PageSetting
from moderation.domain.policy_scopes import ALWAYS_OPEN, SiteHours
from moderation.store.policy_scopes import hours_of
from moderation.store.sql.schema import pages, sites

_SINCE = sa.func.coalesce(pages.c.published_at, pages.c.created_at)
_SETTINGS = (pages.c.id, pages.c.state, pages.c.close_after_days, _SINCE.label("since"))
_OF_PAGES = sa.select(*_SETTINGS).where(pages.c.id.in_(sa.bindparam("ids", expanding=True)))
_OF_SITES = sa.select(
    sites.c.id,
    sites.c.page_state,
    sites.c.close_after_days,
    sites.c.closed_hours_json,
    sites.c.policy_scopes_json,
    sites.c.closed_at,
).where(sites.c.id.in_(sa.bindparam("ids", expanding=True)))


class SitePages(NamedTuple):
    """What holds for the pages of a site."""

    default: PageDefault = PageDefault()
    hours: SiteHours = ALWAYS_OPEN


ANY_SITE = SitePages()


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page with its setting. created_at: when its first comment or setting came, ms."""

    id: str
    site_id: str
    page: PageRef
    setting: PageSetting
    created_at: int


def of_sites(connection: Connection, site_ids: Iterable[str]) -> dict[str, SitePages]:
    """What holds for the pages of each site."""
    rows = connection.execute(_OF_SITES, {"ids": list(set(site_ids))})
    return {
        row.id: SitePages(
            PageDefault(PageState(row.page_state), row.close_after_days, row.closed_at is not None),
            hours_of(row.closed_hours_json, row.policy_scopes_json),
        )
        for row in rows
    }


def set_default(connection: Connection, site_id: str, default: PageDefault) -> None:
    connection.execute(
        sa.update(sites)
        .where(sites.c.id == site_id)
        .values(page_state=default.state.value, close_after_days=default.close_after_days)
    )


def settings_of(connection: Connection, page_ids: Iterable[str]) -> dict[str, PageSetting]:
    """What is set for those of the pages that exist."""
    rows = connection.execute(_OF_PAGES, {"ids": list(set(page_ids))})
    return {row.id: _setting(row) for row in rows}


_STORED = sa.select(
    *_SETTINGS,
    pages.c.site_id,
    pages.c.url,
    pages.c.title,
    pages.c.title_verified,
    pages.c.external_id,
    pages.c.created_at,
)


def get(connection: Connection, page_id: str, *, lock: bool = False) -> PageRow | None:
    """A page; lock: nobody else changes it until the commit."""
    query = _STORED.where(pages.c.id == page_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _stored(row) if row else None


def newest(connection: Connection, site_id: str, after: str, limit: int) -> list[PageRow]:
    """Up to `limit` pages of a site past the page `after`, '' from the newest on."""
    query = _STORED.where(pages.c.site_id == site_id)
    if after and (last := get(connection, after)):
        place = sa.tuple_(pages.c.created_at, pages.c.id)
        query = query.where(place < sa.tuple_(sa.literal(last.created_at), sa.literal(last.id)))
    order = (pages.c.created_at.desc(), pages.c.id.desc())
    return [_stored(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def set_page(
    connection: Connection,
    page_id: str,
    state: PageState | None,
    close_after_days: int | None,
    published_at: int | None,
) -> None:
    """published_at: ms; None leaves what is known."""
    values: dict[str, object] = {
        "state": state.value if state else "",
        "close_after_days": close_after_days,
    }
    if published_at is not None:
        values["published_at"] = published_at
    connection.execute(sa.update(pages).where(pages.c.id == page_id).values(values))


def _setting(row: sa.Row[tuple[object, ...]]) -> PageSetting:
    return PageSetting(PageState(row.state) if row.state else None, row.close_after_days, row.since)


def _stored(row: sa.Row[tuple[object, ...]]) -> PageRow:
    page = PageRef(row.url, row.title, row.external_id, row.title_verified)
    return PageRow(row.id, row.site_id, page, _setting(row), row.created_at)
