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
        column, others = comment_context.by_author(connection, entry.site_id, comment_id, OF_AUTHOR)
        if reach.has_parts(site_ids):  # what is elsewhere is not counted either
            near = reach.reached(connection, others, site_ids)
            return CommentContext(
                entry.id,
                entry.site_id,
                parent,
                before,
                after,
                column.removesuffix("_key"),
                near,
                0,
                0,
            )
        return CommentContext(
            entry.id,
            entry.site_id,
            parent,
            before,
            after,
            column.removesuffix("_key"),
            others,
            comment_context.count_same_text(
                connection, entry.site_id, comment_id, entry.created_at
            ),
            comment_context.count_same_network(connection, comment_id),
        )
