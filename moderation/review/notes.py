"""Notes that moderators leave for each other, about a comment or about an author."""

from collections.abc import Collection

from moderation.domain.comment import Status
from moderation.domain.errors import NotFound
from moderation.domain.ids import Entropy
from moderation.domain.note import Note, new_note, note_text
from moderation.review.mentions import store_note
from moderation.review.queues import existing_comment
from moderation.store import decisions, notes, reach
from moderation.store.sql.engine import Store


def add_to_comment(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    text: str,
    *,
    now: int,
    entropy: Entropy,
) -> Note:
    """Notes something about a comment. Raises Invalid, and NotFound for a comment of another site or an erased one."""
    note_text(text)
    with store.write() as connection:
        standing = decisions.standings(connection, [comment_id]).get(comment_id)
        if standing is None or standing.status is Status.ERASED:
            raise NotFound("There is no such comment.")
        if not reach.reaches(connection, comment_id, standing.site_id, site_ids):
            raise NotFound("There is no such comment.")
        note = new_note(standing.site_id, comment_id, moderator_id, text, now, entropy)
        store_note(connection, note, comment_id, entropy)
    return note


def add_to_author(
    store: Store,
    moderator_id: str,
    site_id: str,
    author: str,
    text: str,
    comment_id: str = "",
    *,
    now: int,
    entropy: Entropy,
) -> Note:
    """Notes something about an author. author: the key that names them in reputations. comment_id: where it is written.

    Raises Invalid, and NotFound where no comment on the site is known to be theirs.
    """
    note = new_note(site_id, author, moderator_id, text, now, entropy)
    with store.write() as connection:
        if not notes.is_author(connection, site_id, author):
            raise NotFound("There is no such author.")
        store_note(connection, note, comment_id, entropy)
    return note


def of_comment(
    store: Store, site_ids: Collection[str], comment_id: str, after: str = "", limit: int = 25
) -> list[Note]:
    """The notes about a comment, the newest first, past the note `after`. Raises NotFound."""
    with store.read() as connection:
        entry = existing_comment(connection, site_ids, comment_id)
        return notes.newest(connection, entry.site_id, comment_id, after, limit)


def of_author(
    store: Store, site_id: str, author: str, after: str = "", limit: int = 25
) -> list[Note]:
    """The notes about an author, likewise. Raises NotFound where no comment on the site is known to be theirs."""
    with store.read() as connection:
        if not notes.is_author(connection, site_id, author):
            raise NotFound("There is no such author.")
        return notes.newest(connection, site_id, author, after, limit)


def author_of(store: Store, comment_id: str) -> str:
    """The key of a comment's author, '' where it is not known who that is."""
    with store.read() as connection:
        return notes.author_of(connection, comment_id)
