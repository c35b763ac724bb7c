"""A site's own filters: each with its version, and the version of all of them, which caches compare."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.comment import Status
from moderation.domain.filter import (
    NO_FILTERS,
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
    FilterSet,
    entries_to_hash,
)
from moderation.store.comment_fields import NEWEST_REVISION, SentComment, labelled
from moderation.store.sql.crypto import Crypto
from moderation.store.sql.engine import Store
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import comments, filters, pages, personal, revisions, sites


class SenderKeys(NamedTuple):
    """What filters can recognise of a sender: two keyed hashes, and the network; '' unknown."""

    author_key: str
    email_key: str
    network: str


def of_sites(connection: Connection, site_ids: Iterable[str]) -> list[Filter]:
    """Every filter of these sites, oldest first."""
    rows = connection.execute(
        sa.select(filters).where(filters.c.site_id.in_(set(site_ids))).order_by(filters.c.id)
    )
    return [_filter(row) for row in rows]


def versions(connection: Connection, site_ids: Iterable[str]) -> dict[str, int]:
    """The version of each site's filters."""
    rows = connection.execute(
        sa.select(sites.c.id, sites.c.filters_version).where(sites.c.id.in_(set(site_ids)))
    )
    return {row.id: row.filters_version for row in rows}


def get(connection: Connection, filter_id: str, site_ids: Iterable[str]) -> Filter | None:
    """The filter, if it belongs to one of these sites; in a write transaction its row stays locked."""
    row = connection.execute(
        sa.select(filters)
        .where(filters.c.id == filter_id, filters.c.site_id.in_(set(site_ids)))
        .with_for_update()
    ).one_or_none()
    return _filter(row) if row else None


def add(connection: Connection, site_filter: Filter) -> None:
    connection.execute(sa.insert(filters).values(**_row(site_filter)))
    _next_version(connection, site_filter.site_id)


def change(connection: Connection, site_filter: Filter) -> None:
    """Replaces the filter of this id."""
    connection.execute(
        sa.update(filters).where(filters.c.id == site_filter.id).values(**_row(site_filter))
    )
    _next_version(connection, site_filter.site_id)


def remove(connection: Connection, site_filter: Filter) -> None:
    connection.execute(sa.delete(filters).where(filters.c.id == site_filter.id))
    _next_version(connection, site_filter.site_id)


def switch_off_ended(connection: Connection, now: int) -> list[tuple[str, str]]:
    """Switches filters off whose time is over; the site and the id of each."""
    is_over = sa.and_(filters.c.enabled, filters.c.until <= now)
    rows = connection.execute(sa.select(filters.c.id, filters.c.site_id).where(is_over)).all()
    if rows:
        ended = sa.update(filters).where(filters.c.id.in_([row.id for row in rows]))
        connection.execute(ended.values(enabled=False, version=filters.c.version + 1))
    for site_id in {row.site_id for row in rows}:
        _next_version(connection, site_id)
    return [(row.site_id, row.id) for row in rows]


def sender_of(connection: Connection, comment_id: str) -> SenderKeys:
    """What is still known of who sent a comment; all of it '' where nothing is."""
    query = sa.select(personal.c.author_key, personal.c.email_key, personal.c.network)
    row = connection.execute(query.where(personal.c.comment_id == comment_id)).one_or_none()
    return SenderKeys(*row) if row else SenderKeys("", "", "")


def lock_site(connection: Connection, site_id: str) -> bool:
    """Holds the site's row until the commit, so that its filters are counted once; whether it exists."""
    row = connection.execute(
        sa.select(sites.c.id).where(sites.c.id == site_id).with_for_update()
    ).one_or_none()
    return row is not None


def _next_version(connection: Connection, site_id: str) -> None:
    connection.execute(
        sa.update(sites)
        .where(sites.c.id == site_id)
        .values(filters_version=sites.c.filters_version + 1)
    )


def _row(site_filter: Filter) -> dict[str, object]:
    return row_of(
        site_filter,
        filters,
        entries_json=json.dumps(site_filter.entries),
        exceptions_json=json.dumps(site_filter.exceptions),
        languages_json=json.dumps(site_filter.languages),
        fields_json=json.dumps(site_filter.fields),
    )


def _filter(row: sa.Row[tuple[object, ...]]) -> Filter:
    return record_of(
        Filter,
        row,
        kind=FilterKind(row.kind),
        action=FilterAction(row.action),
        entries=tuple(json.loads(row.entries_json)),
        exceptions=tuple(json.loads(row.exceptions_json)),
        languages=tuple(json.loads(row.languages_json)),
        fields=tuple(FilterField(field) for field in json.loads(row.fields_json)),
    )


def filters_of(store: Store, wanted: Mapping[str, int]) -> dict[str, FilterSet]:
    """The filters of sites, by the versions that they are said to have; kept while those stay.

    wanted: site to version. Without filters (version 0) nothing is read. However few sites the store
    remembers, every wanted one is in the answer.
    """
    sets = dict.fromkeys(wanted, NO_FILTERS)
    stale = []
    with store.lock:
        for site_id, version in wanted.items():
            remembered = store.filter_sets.get(site_id) if version else NO_FILTERS
            if remembered is not None and remembered.version == version:
                sets[site_id] = remembered
            else:
                stale.append(site_id)
    if not stale:
        return sets
    with store.read() as connection:
        # The version first: filters that are newer than it are only read once more.
        current_versions = versions(connection, stale)
        stored = of_sites(connection, stale)
    for site_id in stale:
        enabled = [entry for entry in stored if entry.site_id == site_id and entry.enabled]
        sets[site_id] = filter_set(site_id, current_versions.get(site_id, 0), enabled, store.crypto)
    with store.lock:
        store.filter_sets.update((site_id, sets[site_id]) for site_id in stale)
    return sets


def filter_set(site_id: str, version: int, enabled: Sequence[Filter], crypto: Crypto) -> FilterSet:
    """Filters as scorers take them: with the hashes by which alone some entries can be recognised."""
    hashes = {"email": crypto.email_key, "address": crypto.address_key}
    keys = {
        entry: hashes[kind](entry)
        for site_filter in enabled
        for kind, entry in entries_to_hash(site_filter)
    }
    return FilterSet(site_id, version, tuple(enabled), keys)


def new_filter(draft: FilterDraft, site_id: str, by: str, now: int, id: str) -> Filter:
    """The first version of a filter. by: as in Filter.changed_by. now: ms."""
    return stored_filter(
        draft, id=id, site_id=site_id, version=1, changed_by=by, created_at=now, changed_at=now
    )


def stored_filter(draft: FilterDraft, **facts: object) -> Filter:
    """A draft as it is stored. facts: the fields that only a stored filter has."""
    fields = {name: getattr(draft, name) for name in FilterDraft.__slots__}
    return Filter(**fields, **facts)  # type: ignore[arg-type] # by name


@dataclass(frozen=True, slots=True, kw_only=True)
class PastComment(SentComment):
    """A comment of the last weeks, as a filter would have seen it."""

    status: Annotated[Status, comments.c.status]


_AT_ONCE = 500


def past_comments(
    connection: Connection, site_id: str, first_id: str, limit: int
) -> Iterator[PastComment]:
    """Up to `limit` comments of a site with ids from `first_id` on, newest first."""
    query = (
        sa.select(*labelled(PastComment))
        .join(pages, pages.c.id == comments.c.page_id)
        .join(revisions, NEWEST_REVISION)
        .outerjoin(personal, personal.c.comment_id == comments.c.id)
        .where(comments.c.site_id == site_id, comments.c.id >= first_id)
        .order_by(comments.c.id.desc())
    )
    before = ""
    while limit > 0:
        part = query.where(comments.c.id < before) if before else query
        rows: Sequence[sa.Row[tuple[object, ...]]] = connection.execute(
            part.limit(min(_AT_ONCE, limit))
        ).all()
        yield from map(_past_comment, rows)
        if len(rows) < _AT_ONCE:
            return
        before = rows[-1].id
        limit -= len(rows)


def _past_comment(row: sa.Row[tuple[object, ...]]) -> PastComment:
    return PastComment(**{**row._mapping, "status": Status(row.status)})
