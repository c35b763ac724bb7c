"""Claims: a moderator says that a comment is theirs to decide for a while, so that two do not do the same work."""

from collections.abc import Collection

from moderation.domain.comment import Status
from moderation.domain.errors import Claimed, NotFound
from moderation.domain.event import iso
from moderation.store import claims, decisions, reach
from moderation.store.claims import Claim
from moderation.store.sql.engine import Connection, Store

LEASE_MS = 120_000  # longer than a comment is read; whoever claims it again has it longer


def claim(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    *,
    take_over: bool = False,
) -> Claim:
    """Claims a comment for LEASE_MS from now on, or claims it anew.

    take_over: also from somebody else. Raises NotFound for a comment of another site, Claimed where somebody
    else has it.
    """
    with store.write() as connection:
        _lock(connection, site_ids, comment_id)
        if not take_over:
            refuse_others(connection, moderator_id, [comment_id])
        return claims.put(connection, comment_id, moderator_id, LEASE_MS)


def release(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    *,
    take_over: bool = False,
) -> None:
    """Gives a comment back; one that nobody has claimed stays so. Raises as claim() does."""
    with store.write() as connection:
        _lock(connection, site_ids, comment_id)
        if not take_over:
            refuse_others(connection, moderator_id, [comment_id])
        claims.end(connection, [comment_id])


def refuse_others(connection: Connection, moderator_id: str, comment_ids: Collection[str]) -> None:
    """Raises Claimed where somebody else has claimed one of the comments, which the caller has locked."""
    for claim in claims.live(connection, comment_ids).values():
        if claim.moderator_id != moderator_id:
            raise Claimed(claim.moderator_id, iso(claim.until))


def _lock(connection: Connection, site_ids: Collection[str], comment_id: str) -> None:
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None or standing.status is Status.ERASED:
        raise NotFound("There is no such comment.")
    if not reach.reaches(connection, comment_id, standing.site_id, site_ids):
        raise NotFound("There is no such comment.")
