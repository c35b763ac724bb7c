"""Erase a comment: its words and its writer are forgotten, and every copy is told to go too."""

from collections.abc import Callable, Collection

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.event import erased_event
from moderation.store import comments, decisions, feedback, outbox, sketches
from moderation.store.engine import Store


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
        sequence = standing.sequence + 1
        comments.erase(connection, comment_id, sequence)
        sketches.forget(connection, [comment_id])
        feedback.forget(connection, [comment_id])
        event = erased_event(
            comment_id,
            standing.site_id,
            standing.page,
            standing.parent_id,
            standing.status,
            sequence,
            standing.revision,
            now,
        )
        outbox.put(connection, [event], entropy)
