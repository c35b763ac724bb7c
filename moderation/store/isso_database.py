"""Reads the SQLite database of Isso, another comment system: a file that an operator wants to import."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import quote

from moderation.domain.errors import Invalid

_COMMENTS = """
    SELECT c.id, t.uri, coalesce(t.title, ''), coalesce(c.parent, 0), coalesce(c.created, -1), coalesce(c.mode, 0),
        coalesce(c.remote_addr, ''), coalesce(c.text, ''), coalesce(c.author, ''), coalesce(c.email, ''),
        coalesce(c.website, '')
    FROM comments c JOIN threads t ON t.id = c.tid ORDER BY c.id
"""


class IssoComment(NamedTuple):
    """A comment of Isso's. created: seconds since 1970. mode: 1 published, 2 waits, 4 deleted but answered."""

    id: int
    uri: str
    title: str
    parent: int
    created: float
    mode: int
    remote_addr: str
    text: str
    author: str
    email: str
    website: str


def each_comment(path: str) -> Iterator[IssoComment]:
    """The comments of a database file, by their ids. Nothing is written. Raises Invalid where it is not Isso's."""
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.text_factory = lambda value: value.decode("utf-8", "replace")
            for row in connection.execute(_COMMENTS):
                yield _comment(row)
    except sqlite3.Error as error:
        raise Invalid(f"The file is no database of Isso ({type(error).__name__}).") from None


def _comment(row: tuple[object, ...]) -> IssoComment:
    try:
        id, uri, title, parent, created, mode, *texts = row
        numbers = (int(str(parent)), float(str(created)), int(str(mode)))
        return IssoComment(int(str(id)), str(uri), str(title), *numbers, *map(str, texts))
    except (ValueError, OverflowError):
        raise Invalid("The file is no database of Isso: a number is none.") from None
