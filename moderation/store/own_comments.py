"""The comments that one person decided about, the latest decision first."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from moderation.store.sql.dialect import fetch

PIECE = 100  # decisions that are looked at in one go
_PIECES = 5  # and how often for one page: as many comments as a search looks at
_PLACE = re.compile(r"([0-9]{1,14})\.(\w+)")  # ms, and a comment
_LATER_THAN_ALL = (1 << 62, "")

_DECISIONS = """
    SELECT d.comment_id, d.created_at,
        CASE WHEN c.site_id AMONG :sites AND c.status != 'erased' AND NOT EXISTS (
            SELECT 1 FROM decisions later WHERE later.actor_id = :person
            AND later.actor_kind = 'moderator' AND later.comment_id = d.comment_id AND later.sequence > d.sequence
        ) THEN 1 ELSE 0 END
    FROM (
        SELECT comment_id, sequence, created_at FROM decisions
        WHERE actor_id = :person AND actor_kind = 'moderator'
        AND created_at <= :at AND (created_at < :at OR comment_id < :id)
        ORDER BY created_at DESC, comment_id DESC, sequence DESC LIMIT :most
    ) AS d JOIN comments c ON c.id = d.comment_id
    ORDER BY d.created_at DESC, d.comment_id DESC, d.sequence DESC
"""


def decided_by(
    connection: Connection,
    person_id: str,
    site_ids: Collection[str],
    after: str,
    limit: int,
    meet: Callable[[Sequence[str]], Collection[str]],
) -> tuple[list[str], str]:
    """Up to `limit` comments of these sites that this person decided about, whatever was decided since, past the place
    `after`, '' for the beginning; and the place past which there may be more, '' for none.

    meet: those of a few comments that are wanted. It looks at a bounded number of decisions, so that fewer, or none, may be found and yet others follow.
    """
    at, id = _place(after)
    found: list[str] = []
    for _ in range(_PIECES):
        rows: list[Any] = fetch(
            connection, _DECISIONS, person=person_id, sites=list(site_ids), at=at, id=id, most=PIECE
        )
        good = set(meet([str(id) for id, _, is_last in rows if is_last]))
        for comment_id, moment, is_last in rows:
            is_shown = is_last and comment_id in good
            if is_shown and len(found) == limit:
                return found, f"{at}.{id}"
            at, id = int(moment), str(comment_id)
            if is_shown:
                found.append(id)
        if len(rows) < PIECE:
            return found, ""
    return found, f"{at}.{id}"


def _place(after: str) -> tuple[int, str]:
    place = _PLACE.fullmatch(after)
    return (int(place[1]), place[2]) if place else _LATER_THAN_ALL
