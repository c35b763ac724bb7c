"""The queue of what is a person's own: what they have claimed, then what they decided about, the latest first."""

from collections.abc import Collection

from moderation.review.queues import cards_of
from moderation.review.search import Results
from moderation.store import claims, own_comments, queues, reach
from moderation.store.sql.engine import Store


def list_own(
    store: Store, person_id: str, site_ids: Collection[str], after: str = "", limit: int = 25
) -> Results:
    """Of these sites, past the place `after`; what is claimed stands on the first page, before the `limit` others."""
    with store.read() as connection:
        of_sites = reach.site_ids_of(site_ids)
        decided, further = own_comments.decided_by(connection, person_id, of_sites, after, limit)
        claimed = claims.of_person(connection, person_id)
        ids = dict.fromkeys([*([] if after else claimed), *decided])
        found = queues.by_ids(connection, ids)
        entries = {entry.id: entry for entry in reach.reached(connection, found, site_ids)}
        in_order = [entries[id] for id in ids if id in entries]
        return Results(cards_of(connection, in_order), further)
