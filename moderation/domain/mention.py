"""Mentions: colleagues who are named in a note as @name, with the part of their e-mail before the @, or all of it."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# After a letter it is an e-mail, and no mention.
_NAME = re.compile(r"(?<![\w.+@-])@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody was named in a note. about: the id of the comment, or the key of the author, that the note is about.
    comment_id: where it was written, '' where that is no comment. by: who wrote it. Times in ms; seen_at: None not yet.
    """

    note_id: str
    moderator_id: str
    site_id: str
    about: str
    comment_id: str
    by: str
    created_at: int
    seen_at: int | None = None

    @property
    def path(self) -> str:
        """Of the page in the console where the note stands."""
        if self.comment_id:
            return f"/console/comments/{self.comment_id}#notes"
        return f"/console/reputation/author/{self.about}?site={self.site_id}"


def names_of(emails: Collection[str]) -> dict[str, str]:
    """How each of these colleagues is named: by the e-mail's part before the @, where no other has the same."""
    parts = Counter(email.partition("@")[0] for email in emails)
    short = {email: email.partition("@")[0] for email in emails}
    return {email: name if parts[name] == 1 else email for email, name in short.items()}


def mentioned(text: str, emails_by_id: Mapping[str, str]) -> set[str]:
    """The ids of the colleagues whom a note names. Who has the same short name as another is named by the whole e-mail."""
    named = {name.rstrip(".-+").lower() for name in _NAME.findall(text)}
    names = names_of(emails_by_id.values())
    return {
        id for id, email in emails_by_id.items() if {email.lower(), names[email].lower()} & named
    }
