"""A moderator's note to colleagues, about a comment or an author; readers never see it."""

from dataclasses import dataclass

from moderation.domain.errors import Invalid
from moderation.domain.ids import Entropy, timed_id

NOTE_LIMIT = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """about: the id of a comment, or the key of an author. created_at: ms."""

    id: str
    site_id: str
    about: str
    moderator_id: str
    text: str
    created_at: int


def new_note(
    site_id: str,
    about: str,
    moderator_id: str,
    text: str,
    now: int,
    entropy: Entropy,
    field: str = "text",
) -> Note:
    """A note. about: as in Note. now: ms. Raises Invalid as note_text()."""
    id = timed_id("note", now, entropy(10))
    return Note(id, site_id, about, moderator_id, note_text(text, field), now)


def note_text(text: str, field: str = "text") -> str:
    """The text as it is stored. field: what it came in. Raises Invalid with the pointer to that."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(f"/{field}: Must not be empty.", f"/{field}")
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"/{field}: Takes {NOTE_LIMIT:,} characters at most.", f"/{field}")
    if "\x00" in text:
        raise Invalid(f"/{field}: Must not contain NUL.", f"/{field}")
    return text
