"""The index that comments are found by: FTS5 on SQLite, a tsvector with GIN on PostgreSQL."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from moderation.domain.ids import number_of, value_of
from moderation.domain.search_words import Phrase, fact_word
from moderation.store.sql.dialect import execute, fetch, insert_rows
from moderation.store.sql.schema import search_due

# Rows of FTS5 lie by number; that of a comment is taken from its id, or is one of the next few.
NEXT_NUMBERS = 4
_POSITION_LIMIT = 16_383  # of PostgreSQL
# Of an id's 128, those that differ within a period: of a year or so, 12 days, and 9 hours.
PERIOD_BITS = (80 + 35, 80 + 30, 80 + 25)
_ERASES_AT_ONCE = sqlite3.sqlite_version_info >= (3, 42)
_MERGE_PAGES = 500  # at once, some 20 ms, for which nobody else writes


@dataclass(frozen=True, slots=True)
class Document:
    """What a comment is found by. name: the author's words; words: all others. facts: of fact_word()."""

    comment_id: str
    facts: Sequence[str]
    name: Sequence[str]
    words: Sequence[str]


# --- what waits ---------------------------------------------------------------------------------


def note_due(connection: Connection, ids: Collection[str]) -> None:
    """Has comments, or all comments of pages, indexed soon: in the transaction of what changed them."""
    rows = [{"id": id} for id in sorted(ids)]
    insert_rows(connection, search_due, rows, new_only=True)


def is_due(connection: Connection) -> bool:
    """Whether anything waits."""
    return bool(fetch(connection, "SELECT id FROM search_due LIMIT 1"))


_DUE = "SELECT id FROM search_due WHERE id LIKE 'cmt%' ORDER BY id DESC LIMIT :limit"
_DUE_PAGES = "SELECT id FROM search_due WHERE id LIKE 'pg%' LIMIT 1"
_ADD_COMMENTS = """
    INSERT INTO search_due (id) SELECT id FROM comments WHERE page_id = :page AND sequence > 0
    ON CONFLICT DO NOTHING
"""
# Without those that are being decided about or erased just now: they wait for the next time.
_LOCK = "SELECT id FROM comments WHERE id AMONG :ids ORDER BY id FOR UPDATE OF comments"
_SKIPS = {"sqlite": "", "postgresql": " SKIP LOCKED"}


def take_due(connection: Connection, limit: int) -> list[str]:
    """Comments to be indexed in this transaction, the newest first; locked until it ends."""
    for (page_id,) in fetch(connection, _DUE_PAGES):
        execute(connection, _ADD_COMMENTS, page=page_id)
        execute(connection, "DELETE FROM search_due WHERE id = :id", id=page_id)
    due = [id for (id,) in fetch(connection, _DUE, limit=limit)]
    locked = [
        id for (id,) in fetch(connection, _LOCK + _SKIPS[connection.dialect.name], ids=due)
    ]  # fmt: skip
    execute(connection, "DELETE FROM search_due WHERE id AMONG :ids", ids=locked)
    return locked


# --- documents ----------------------------------------------------------------------------------


def put(connection: Connection, documents: Sequence[Document]) -> None:
    """Indexes comments, or indexes them anew."""
    ids = [document.comment_id for document in documents]
    forget(connection, ids)
    if not documents:
        return
    if connection.dialect.name == "sqlite":
        numbers = _free_numbers(connection, ids)
        if not numbers:
            return
        connection.exec_driver_sql(
            "INSERT INTO search_index (rowid, comment_id, facts, name, words) VALUES (?, ?, ?, ?, ?)",
            [
                (numbers[each.comment_id], each.comment_id, *map(" ".join, (each.facts, each.name, each.words)))
                for each in documents
                if each.comment_id in numbers
            ],
        )  # fmt: skip
    else:
        connection.exec_driver_sql(
            "INSERT INTO search_index (comment_id, words) VALUES (%s, CAST(%s AS tsvector))",
            [(each.comment_id, _tsvector(each)) for each in documents],
        )


def forget(connection: Connection, comment_ids: Collection[str]) -> None:
    """The comments are found by nothing any more, and none of their words stays.

    FTS5 before SQLite 3.42 keeps deleted words until its parts are merged: see tidy().
    """
    ids = list(comment_ids)
    if connection.dialect.name == "postgresql":
        execute(connection, "DELETE FROM search_index WHERE comment_id AMONG :ids", ids=ids)
        return
    if _ERASES_AT_ONCE:
        execute(
            connection, "INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)"
        )
    # In this order it looks the rows up by their numbers.
    deleted = execute(
        connection,
        "DELETE FROM search_index WHERE rowid AMONG :numbers AND comment_id AMONG :ids",
        numbers=numbers_of(ids),
        ids=ids,
    )
    if deleted and not _ERASES_AT_ONCE:
        note_due(connection, [_LEFTOVERS])


_LEFTOVERS = "words"  # stands in search_due while deleted words are left


def tidy(connection: Connection) -> bool:
    """Takes a bounded step towards an index without deleted words, where SQLite is too old to do so at once; whether
    more are to come.
    """
    if connection.dialect.name == "postgresql":
        return False  # like every deleted row, they go with VACUUM
    if not fetch(connection, "SELECT id FROM search_due WHERE id = :id", id=_LEFTOVERS):
        return False
    before = _changes(connection)
    # A negative number takes part of every segment along, as 'optimize' does, but for so many pages only.
    execute(
        connection,
        "INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)",
        pages=-_MERGE_PAGES,
    )
    if _changes(connection) - before >= 2:  # sqlite.org/fts5.html: else nothing was left to do
        return True
    execute(connection, "DELETE FROM search_due WHERE id = :id", id=_LEFTOVERS)
    return False


def _changes(connection: Connection) -> int:
    [(changes,)] = fetch(connection, "SELECT total_changes()")
    return int(changes)


def numbers_of(comment_ids: Iterable[str]) -> list[int]:
    """The rows of FTS5 that these comments may have."""
    return [number_of(id) + step for id in comment_ids for step in range(NEXT_NUMBERS)]


def _free_numbers(connection: Connection, comment_ids: Collection[str]) -> dict[str, int]:
    """A number for each comment, none of them in use. None for one whose few numbers are all taken: it is found by no words,
    but no other number would be looked at when it is changed or erased.
    """
    query = "SELECT rowid FROM search_index WHERE rowid AMONG :numbers"
    taken = {number for (number,) in fetch(connection, query, numbers=numbers_of(comment_ids))}
    numbers: dict[str, int] = {}
    for id in sorted(comment_ids):
        own = (number for number in numbers_of([id]) if number not in taken)
        if (number := next(own, None)) is not None:
            taken.add(number)
            numbers[id] = number
    return numbers


def _tsvector(document: Document) -> str:
    """The document as PostgreSQL reads a tsvector: a name's words are there with = in front as well, and
    facts and periods with @, which no word has.
    """
    places: dict[str, list[str]] = defaultdict(list)
    between = len(document.name) + 1  # no phrase goes from the name on into the text
    for place, word in enumerate(document.name, 1):
        places[word].append(str(place))
        places[f"={word}"].append(str(place))
    for place, word in enumerate(document.words, between + 1):
        if place <= _POSITION_LIMIT:
            places[word].append(str(place))
        else:
            places[word] = places.get(word, [])
    lexemes = [f"'{word}':{','.join(at)}" if at else f"'{word}'" for word, at in places.items()]
    value = value_of(document.comment_id)
    periods = [period_word(bits, value >> bits) for bits in PERIOD_BITS]
    return " ".join([*lexemes, *(f"'@{fact}'" for fact in [*document.facts, *periods])])


# --- what is asked ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sought:
    """Words to be found in a comment of one of these sites. name: only in the author's name."""

    site_ids: Collection[str]
    phrases: Sequence[Phrase] = ()
    name: Sequence[Phrase] = ()
    facts: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.phrases or self.name or self.facts)


def match_of(dialect: str, sought: Sought) -> str:
    """The query for the index. All words in it are of letters, digits and their marks."""
    sites = [fact_word("site", site_id) for site_id in sought.site_ids]
    if dialect == "sqlite":
        any_site = " OR ".join(f'"{site}"' for site in sites)
        parts = [f"facts : ({any_site})", *(f'facts : "{fact}"' for fact in sought.facts)]
        parts += [f"name : {_fts_phrase(phrase)}" for phrase in sought.name]
        parts += [f"{{name words}} : {_fts_phrase(phrase)}" for phrase in sought.phrases]
        return " AND ".join(parts)
    return " & ".join([*_ts_facts(sites, sought.facts), *_ts_words(sought)])


def _ts_facts(sites: Sequence[str], facts: Sequence[str]) -> list[str]:
    any_site = " | ".join(f"'@{site}'" for site in sites)
    return [f"({any_site})", *(f"'@{fact}'" for fact in facts)]


def _ts_words(sought: Sought, between: str = " <-> ") -> list[str]:
    names = [_ts_phrase(phrase, "=", between) for phrase in sought.name]
    return names + [_ts_phrase(phrase, "", between) for phrase in sought.phrases]


def period_word(bits: int, number: int) -> str:
    """What stands in GIN for the period of a comment: its number among those of that length."""
    return f"time{bits}x{number}"


def loose_match_of(sought: Sought, period: str) -> str:
    """The query for GIN for what may match in a period, '' at any time: rows of words are only words here."""
    sites = [fact_word("site", site_id) for site_id in sought.site_ids]
    facts = [*sought.facts, *([period] if period else ())]
    return " & ".join([*_ts_facts(sites, facts), *_ts_words(sought, " & ")])


def has_words(sought: Sought, facts: str, name: str, words: str) -> bool:
    """Whether a document of FTS5 matches, as match_of() says it."""
    sites = {fact_word("site", site_id) for site_id in sought.site_ids}
    return (
        not sites.isdisjoint(facts.split())
        and all(fact in facts.split() for fact in sought.facts)
        and all(_is_in(phrase, name) for phrase in sought.name)
        and all(_is_in(phrase, name) or _is_in(phrase, words) for phrase in sought.phrases)
    )


def _is_in(phrase: Phrase, words: str) -> bool:
    end = "" if phrase.is_prefix else " "
    return f" {' '.join(phrase.words)}{end}" in f" {words} "


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.is_prefix else "")


def _ts_phrase(phrase: Phrase, mark: str, between: str) -> str:
    words = [f"'{mark}{word}'" for word in phrase.words]
    if phrase.is_prefix:
        words[-1] += ":*"
    return f"({between.join(words)})"
