"""Editors' picks: comments that moderators recommend to readers."""

from collections.abc import Collection

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, NotFound
from moderation.store import audit, decisions, thread_order
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store


def pick(
    store: Store, site_ids: Collection[str], comment_id: str, by: str = COMMAND, *, now: int
) -> None:
    """Marks a published comment, until its text changes. now: ms.

    Raises NotFound for a comment of another site, Conflict for one that readers do not see.
    """
    with store.write() as connection:
        standing = _lock(connection, site_ids, comment_id)
        if standing.status is not Status.APPROVED:
            raise Conflict("Only a published comment can be picked.")
        if thread_order.set_picked(connection, comment_id, now):
            audit.record(connection, by, Change.COMMENT_PICKED, standing.site_id, comment_id)


def unpick(store: Store, site_ids: Collection[str], comment_id: str, by: str = COMMAND) -> None:
    """Takes the mark away; also where there is none. Raises NotFound for a comment of another site."""
    with store.write() as connection:
        standing = _lock(connection, site_ids, comment_id)
        if thread_order.set_picked(connection, comment_id, None):
            audit.record(connection, by, Change.COMMENT_UNPICKED, standing.site_id, comment_id)


def _lock(connection: Connection, site_ids: Collection[str], comment_id: str) -> Standing:
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None or standing.site_id not in site_ids:
        raise NotFound("There is no such comment.")
    return standing
