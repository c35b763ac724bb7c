"""Erases comments: one on request, and old spam automatically; endpoints are notified to do the same."""

from collections.abc import Collection, Sequence

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.event import erased_event
from moderation.domain.ids import Entropy
from moderation.store import (
    claims,
    comments,
    decisions,
    feedback,
    notes,
    outbox,
    queues,
    reputations,
    search_index,
    sketches,
)
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

NOTES_LIMIT = 1_000  # about authors of whom nothing is left; the rest goes with the next purge


def erase(
    store: Store,
    site_ids: Collection[str],
    comment_id: str,
    *,
    now: int,
    entropy: Entropy,
) -> None:
    """Deletes a comment's text, sketch, author, personal data, notes and scores, and sends `comment.erased`, in
    one transaction. Its id, page, time and decisions stay. With the last comment that is known to be somebody's
    go the notes about them.

    Erasing a comment again changes nothing. Raises NotFound, also for a comment of another site.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.site_id not in site_ids:
            raise NotFound("There is no such comment.")
        if standing.status is Status.ERASED:
            return
        _erase(connection, [standing], now, entropy)


def empty_spam(store: Store, before: int, *, now: int, entropy: Entropy, limit: int = 200) -> int:
    """Erases comments that became spam before `before` (ms); returns how many, at most `limit`.

    Comments that a moderator takes out of the spam meanwhile stay.
    """
    with store.read() as connection:
        due = queues.spam_before(connection, before, limit)
    if not due:
        return 0
    with store.write() as connection:
        standings = decisions.standings(connection, due)
        still_due = set(queues.spam_before(connection, before, limit)) & set(due)
        spam = [
            standing
            for comment_id, standing in sorted(standings.items())
            if comment_id in still_due
        ]
        _erase(connection, spam, now, entropy)
    return len(spam)


def _erase(
    connection: Connection, standings: Sequence[Standing], now: int, entropy: Entropy
) -> None:
    """standings: locked, and none of them erased yet."""
    ids = [standing.comment_id for standing in standings]
    for standing in standings:
        comments.erase(connection, standing.comment_id, standing.sequence + 1)
    claims.end(connection, ids)
    notes.forget(connection, ids)
    notes.forget_authors(connection, NOTES_LIMIT)
    search_index.forget(connection, ids)
    sketches.forget(connection, ids)
    feedback.forget(connection, ids)
    reputations.forget(connection, ids)
    events = [
        erased_event(
            standing.comment_id,
            standing.site_id,
            standing.page,
            standing.parent_id,
            standing.status,
            standing.sequence + 1,
            standing.revision,
            now,
        )
        for standing in standings
    ]
    outbox.put(connection, events, entropy)
