"""What an open console asks again and again: whether a site's queues have changed, and which comments are new in one."""

from collections.abc import Collection

from moderation.domain.comment import Status
from moderation.domain.sections import site_and_sections
from moderation.store import queue_marks, queues, reach
from moderation.store.queue_marks import Marks
from moderation.store.sql.engine import Store


def marks_of(store: Store, site_ids: Collection[str]) -> dict[str, Marks]:
    """What is the same as long as no count of a site's queues changes, of a part those of its site; without sites that are not here."""
    with store.read() as connection:
        marks = queue_marks.of_sites(connection, reach.site_ids_of(site_ids))
    of = {id: site_and_sections(id)[0] for id in site_ids}
    return {id: marks[site_id] for id, site_id in of.items() if site_id in marks}


def newest_ids_by_site(
    store: Store, site_ids: Collection[str], status: Status, limit: int
) -> dict[str, list[str]]:
    """The ids of the comments of a queue of each of these sites, or parts, that came last, up to `limit`, the last one first."""
    with store.read() as connection:
        return queues.newest_ids_by_site(connection, site_ids, status, limit)


def newest_id(store: Store, site_ids: Collection[str], status: Status) -> str:
    """The id of the comment that came last into a queue of these sites; '' where it is empty."""
    newest = newest_ids_by_site(store, site_ids, status, 1)
    return max((id for ids in newest.values() for id in ids), default="")
