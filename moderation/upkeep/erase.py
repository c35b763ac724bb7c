"""Erases comments: one on request, and old spam automatically; endpoints are notified to do the same."""

from collections.abc import Collection, Sequence

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.event import erased_event
from moderation.domain.ids import Entropy
from moderation.store import (
    comments,
    decisions,
    feedback,
    outbox,
    people,
    queues,
    reputations,
    search_index,
    sketches,
)
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

_INSTEAD = "Erased with the comment."  # of what a policy's reasons say


def erase(
    store: Store,
    site_ids: Collection[str],
    comment_id: str,
    *,
    now: int,
    entropy: Entropy,
) -> None:
    """Deletes a comment's text, sketch, author, personal data and scores, and sends `comment.erased`, in
    one transaction. Its id, page, time and decisions stay, these without the sentences of their reasons.

    Erasing a comment again changes nothing. Raises NotFound, also for a comment of another site.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.site_id not in site_ids:
            raise NotFound("There is no such comment.")
        if standing.status is Status.ERASED:
            return
        erase_together(connection, [standing], now, entropy)


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
        erase_together(connection, spam, now, entropy)
    return len(spam)


def erase_together(
    connection: Connection, standings: Sequence[Standing], now: int, entropy: Entropy
) -> None:
    """Erases comments in this transaction. standings: locked, and none of them erased yet."""
    ids = [standing.comment_id for standing in standings]
    decisions.forget_messages(connection, ids, _INSTEAD)
    people.forget_messages(connection, ids, _INSTEAD)
    for standing in standings:
        comments.erase(connection, standing.comment_id, standing.sequence + 1)
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
