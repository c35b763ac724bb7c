"""The first rows of a list of each of several sites: in one question, where each costs a way to a server."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.store.sql.schema import sites


def first_of_sites(
    connection: Connection,
    listed: sa.Select[Any],
    site: sa.ColumnElement[str],
    site_ids: Collection[str],
) -> dict[str, Sequence[Any]]:
    """The rows of a query, in its order and up to its limit, of each of these sites. site: the column that a site's rows have its id in.

    One index in order answers for each site; for all sites together PostgreSQL would read and sort all there is.
    """
    if connection.dialect.name == "sqlite" or len(site_ids) == 1:
        return {id: connection.execute(listed.where(site == id)).all() for id in site_ids}
    of_one = listed.where(site == sites.c.id).lateral("of_one")
    query = sa.select(sites.c.id, *of_one.c).join_from(sites, of_one, sa.true())
    found: dict[str, list[Any]] = {id: [] for id in site_ids}
    for id, *row in connection.execute(query.where(sites.c.id.in_(site_ids))):
        found[id].append(tuple(row))
    return dict(found)
