"""Saved views: filters of a site's comments with a name, of one person or of everybody on the site."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.rows import record_of, row_of
from moderation.store.sql.schema import views

EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class View:
    """owner_id: a moderator or a key, EVERYBODY. filter_json: what review/views.py makes of the filter. created_at: ms."""

    id: str
    site_id: str
    owner_id: str
    name: str
    filter_json: str
    created_at: int


def add(connection: Connection, view: View) -> None:
    insert_rows(connection, views, [row_of(view, views)])


def of_person(connection: Connection, site_id: str, person_id: str) -> list[View]:
    """Those of everybody and those of one person, by name."""
    query = sa.select(views).where(
        views.c.site_id == site_id, views.c.owner_id.in_({EVERYBODY, person_id})
    )
    return [record_of(View, row) for row in connection.execute(query.order_by(views.c.name))]


def remove(connection: Connection, site_id: str, person_id: str, view_id: str) -> bool:
    """Whether there was such a view that this person sees."""
    query = sa.delete(views).where(
        views.c.id == view_id,
        views.c.site_id == site_id,
        views.c.owner_id.in_({EVERYBODY, person_id}),
    )
    return connection.execute(query).rowcount == 1
