"""Erases comments: one on request, old spam and what was withdrawn automatically; endpoints are notified to do the same."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from moderation.domain.audit import COMMAND, Change
from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.event import EventType
from moderation.domain.ids import Entropy
from moderation.store import (
    audit,
    claims,
    comments,
    corrections,
    decisions,
    feedback,
    legal_notices,
    notes,
    outbox,
    people,
    queues,
    reputations,
    samples,
    search_index,
    second_looks,
    second_opinions,
    sketches,
)
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store

NOTES_LIMIT = 1_000  # about authors of whom nothing is left; the rest goes with the next purge
_INSTEAD = "Erased with the comment."  # of what a policy's reasons say


def erase(
    store: Store,
    site_ids: Collection[str],
    comment_id: str,
    by: str = COMMAND,
    *,
    now: int,
    entropy: Entropy,
) -> None:
    """Deletes a comment's text, sketch, author, personal data, notes, appeals, scores and corrections of them, and sends `comment.erased`, in
    one transaction. Its id, page, time and decisions stay, these without the sentences of their reasons. With the last
    comment that is known to be somebody's go the notes about them.

    Erasing a comment again changes nothing. Raises NotFound, also for a comment of another site.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.site_id not in site_ids:
            raise NotFound("There is no such comment.")
        if standing.status is Status.ERASED:
            return
        erase_together(connection, [standing], now, entropy)
        audit.record(connection, by, Change.COMMENT_ERASED, standing.site_id, comment_id)


def empty_spam(store: Store, before: int, *, now: int, entropy: Entropy, limit: int = 200) -> int:
    """Erases comments that became spam before `before` (ms), of sites without a term of their own; returns how many,
    at most `limit`.

    Comments that a moderator takes out of the spam meanwhile stay.
    """
    return erase_due(store, partial(queues.spam_before, before=before, limit=limit), now, entropy)


def empty_withdrawn(
    store: Store, before: int, *, now: int, entropy: Entropy, limit: int = 200
) -> int:
    """Erases comments that their writers withdrew before `before` (ms), of sites without a term of their own; returns how
    many, at most `limit`.
    """
    find_due = partial(comments.withdrawn_before, before=before, limit=limit)
    return erase_due(store, find_due, now, entropy)


def erase_due(
    store: Store,
    find_due: Callable[[Connection], list[str]],
    now: int,
    entropy: Entropy,
    note: Callable[[Connection, int], None] = lambda connection, count: None,
) -> int:
    """Erases what is found, and is still found once it is locked; returns how many. note: called in the transaction with
    that number, if it is not 0.
    """
    with store.read() as connection:
        due = find_due(connection)
    if not due:
        return 0
    with store.write() as connection:
        standings = decisions.standings(connection, due)
        still_due = set(find_due(connection)) & set(due)
        chosen = [
            standing
            for comment_id, standing in sorted(standings.items())
            if comment_id in still_due
        ]
        erase_together(connection, chosen, now, entropy)
        if chosen:
            note(connection, len(chosen))
    return len(chosen)


def erase_together(
    connection: Connection, standings: Sequence[Standing], now: int, entropy: Entropy
) -> None:
    """Erases comments in this transaction. standings: locked, and none of them erased yet."""
    ids = [standing.comment_id for standing in standings]
    decisions.forget_messages(connection, ids, _INSTEAD)
    people.forget_messages(connection, ids, _INSTEAD)
    comments.erase(connection, ids)
    legal_notices.close(connection, ids, now)
    legal_notices.forget_words(connection, ids)
    claims.end(connection, ids)
    notes.forget(connection, ids)
    corrections.forget(connection, ids)
    notes.forget_authors(connection, NOTES_LIMIT)
    search_index.forget(connection, ids)
    second_opinions.forget(connection, ids)
    samples.forget(connection, ids)
    second_looks.forget(connection, ids)
    sketches.forget(connection, ids)
    feedback.forget(connection, ids)
    reputations.forget(connection, ids)
    events = [
        standing.change_event(EventType.ERASED, "moderator", Status.ERASED, now)
        for standing in standings
    ]
    outbox.put(connection, events, entropy)
