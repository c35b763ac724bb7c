"""A person's own last decisions, to be taken back one by one."""

from collections.abc import Collection

from moderation.domain.decision import Decision
from moderation.domain.ids import Entropy
from moderation.review import decisions
from moderation.store import own_decisions, reach
from moderation.store.sql.engine import Store

LIMIT = 20


def undo_last(
    store: Store, moderator_id: str, site_ids: Collection[str], *, now: int, entropy: Entropy
) -> Decision | None:
    """Takes back the last decision of this person about a comment to which nothing happened since; None where there is
    none. What was decided as a whole (a campaign, many at once) is undone as a whole.

    Raises as decisions.undo().
    """
    with store.read() as connection:
        of_sites = reach.site_ids_of(site_ids)
        standing = own_decisions.standing(connection, moderator_id, of_sites, LIMIT)
        if reach.has_parts(site_ids):
            there = reach.reached_ids(connection, [id for id, _ in standing], site_ids)
            standing = [each for each in standing if each[0] in there]
    if not standing:
        return None
    comment_id, sequence = standing[0]
    return decisions.undo(
        store, moderator_id, site_ids, comment_id, sequence, now=now, entropy=entropy
    )
