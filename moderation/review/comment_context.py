"""What a moderator should see around a comment before deciding: the conversation, the author, what is like it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from moderation.review.queues import existing_comment
from moderation.store import comment_context, reach
from moderation.store.comment_context import COUNTED, Neighbour
from moderation.store.sql.engine import Store

__all__ = ["COUNTED", "CommentContext", "Neighbour", "of_comment"]

SIBLINGS = 2  # before, and as many after
OF_AUTHOR = 5


@dataclass(frozen=True, slots=True)
class CommentContext:
    """comment_id, site_id: of the comment. parent: what it answers, None nothing. before, after: its neighbours among the answers to that, or on the page, in the
    order of time. author_known_by: '', author (a proved identity) or email. of_author: the newest others by the same.
    same_text, same_network: how many others on the site, counted up to COUNTED.
    """

    comment_id: str
    site_id: str
    parent: Neighbour | None
    before: Sequence[Neighbour]
    after: Sequence[Neighbour]
    author_known_by: str
    of_author: Sequence[Neighbour]
    same_text: int
    same_network: int


def of_comment(store: Store, site_ids: Collection[str], comment_id: str) -> CommentContext:
    """Raises NotFound, also for a comment of another site."""
    with store.read() as connection:
        entry = existing_comment(connection, site_ids, comment_id)
        parent = comment_context.by_id(connection, entry.parent_id) if entry.parent_id else None
        place = (entry.page_id, entry.parent_id, comment_id)
        before, after = comment_context.beside(connection, *place, SIBLINGS)
        column, found = comment_context.by_author(connection, entry.site_id, comment_id, OF_AUTHOR)
        is_part = reach.has_parts(site_ids)
        others = reach.reached(connection, found, site_ids) if is_part else found
        same_text = same_network = 0
        if not is_part:  # else what is elsewhere is not counted either
            same_text = comment_context.count_same_text(
                connection, entry.site_id, comment_id, entry.created_at
            )
            same_network = comment_context.count_same_network(connection, comment_id)
        return CommentContext(
            entry.id,
            entry.site_id,
            parent,
            before,
            after,
            column.removesuffix("_key"),
            others,
            same_text,
            same_network,
        )
