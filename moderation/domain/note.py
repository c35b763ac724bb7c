"""A moderator's note to colleagues, about a comment or an author; readers never see it."""

from dataclasses import dataclass

from moderation.domain.errors import Invalid

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


def note_text(text: str) -> str:
    """The text as it is stored. Raises Invalid with the pointer /text."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("/text: Must not be empty.", "/text")
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"/text: Takes {NOTE_LIMIT:,} characters at most.", "/text")
    if "\x00" in text:
        raise Invalid("/text: Must not contain NUL.", "/text")
    return text
