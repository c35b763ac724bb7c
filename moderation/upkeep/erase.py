"""Erase a comment: its words and its writer are forgotten, and every copy is told to go too.

One comment when somebody asks for it, and old spam by itself.
"""

from collections.abc import Callable, Collection, Sequence

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.event import erased_event
from moderation.store import comments, decisions, feedback, outbox, queues, reputations, sketches
from moderation.store.decisions import Standing
from moderation.store.sql.engine import Connection, Store


def erase(
    store: Store,
    site_ids: Collection[str],
    comment_id: str,
    *,
    now: int,
    entropy: Callable[[int], bytes],
) -> None:
    """Forgets text and its sketch, author, personal data and measurements, and sends `comment.erased`, in one
    transaction. That there was a comment, where and when, and what was decided about it stays.

    Erasing twice is erasing once. Raises NotFound for what is not there or not theirs.
    """
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.site_id not in site_ids:
            raise NotFound("There is no such comment.")
        if standing.status is Status.ERASED:
            return
        _forget(connection, [standing], now, entropy)


def empty_spam(
    store: Store, before: int, *, now: int, entropy: Callable[[int], bytes], limit: int = 200
) -> int:
    """Erases comments that were filed as spam before `before` (ms); returns how many, at most `limit`.

    What a person takes out of the spam meanwhile stays.
    """
    with store.read() as connection:
        due = queues.spam_before(connection, before, limit)
    if not due:
        return 0
    with store.write() as connection:
        standings = decisions.standings(connection, due)
        still = set(queues.spam_before(connection, before, limit)) & set(due)
        old = [one for comment_id, one in sorted(standings.items()) if comment_id in still]
        _forget(connection, old, now, entropy)
    return len(old)


def _forget(
    connection: Connection,
    standings: Sequence[Standing],
    now: int,
    entropy: Callable[[int], bytes],
) -> None:
    """standings: locked, and none of them erased yet."""
    ids = [one.comment_id for one in standings]
    for one in standings:
        comments.erase(connection, one.comment_id, one.sequence + 1)
    sketches.forget(connection, ids)
    feedback.forget(connection, ids)
    reputations.forget(connection, ids)
    told = [
        erased_event(
            one.comment_id,
            one.site_id,
            one.page,
            one.parent_id,
            one.status,
            one.sequence + 1,
            one.revision,
            now,
        )
        for one in standings
    ]
    outbox.put(connection, told, entropy)
