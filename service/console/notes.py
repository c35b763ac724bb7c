"""Notes on a comment's page: about it, and about its author where it is known who that is."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from moderation.accounts import sign_in
from moderation.clock import now_ms
from moderation.review import notes
from moderation.review.queues import CommentCard
from moderation.store.sql.engine import Store
from service.console.form_error import NO_ERROR, FormError
from service.console.presenters import person_name

_SHOWN = 50  # of each


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note, and who left it, in words. created_at: ms."""

    text: str
    who: str
    created_at: int
    is_about_author: bool


def add_note(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    card: CommentCard,
    text: str,
    about: str,
) -> None:
    """about: 'author' for the comment's author. Raises Invalid and NotFound."""
    clock: Any = {"now": now_ms(), "entropy": os.urandom}
    if about == "author" and card.site_id in site_ids:
        author = notes.author_of(store, card.id)
        notes.add_to_author(store, moderator_id, card.site_id, author, text, card.id, **clock)
    else:
        notes.add_to_comment(store, moderator_id, site_ids, card.id, text, **clock)


def note_values(
    store: Store,
    site_ids: Collection[str],
    card: CommentCard,
    typed: str = "",
    about: str = "",
    error: FormError = NO_ERROR,
) -> dict[str, Any]:
    """What templates/notes.html needs. typed, about, error: of a note that was refused."""
    found = notes.of_comment(store, site_ids, card.id, limit=_SHOWN)
    # What is noted about authors tells of their comments all over the site.
    author = notes.author_of(store, card.id) if card.site_id in site_ids else ""
    if author:
        found = [*notes.of_author(store, card.site_id, author, limit=_SHOWN), *found]
    names = sign_in.emails_of(store, {note.moderator_id for note in found})
    views = [
        NoteView(
            note.text, person_name(note.moderator_id, names), note.created_at, note.about == author
        )
        for note in sorted(found, key=lambda note: note.id, reverse=True)
    ]
    return {"notes": views, "author": author, "typed": typed, "about": about, "error": error}
