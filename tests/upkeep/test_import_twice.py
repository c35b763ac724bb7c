"""A file of each system, imported twice on both databases: the second time finds everything, and leaves every row as it was."""

import gzip
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from moderation.store.sql import schema
from moderation.store.sql.engine import Store
from moderation.upkeep.import_formats import formats
from moderation.upkeep.importing import Imported, import_comments
from tests.factories import NOON, newspaper
from tests.upkeep.test_import_formats import (
    COMMENTO,
    DISQUS,
    ISSO_JSON,
    LINE,
    REMARK42,
    WXR,
    isso_database,
)

LINES = [LINE, LINE | {"id": 8, "parent_id": 7, "status": "spam"}, LINE | {"id": 9, "text": ""}]
# The content, and how many comments are stored of it and skipped.
FILES: dict[str, tuple[bytes, int, int]] = {
    "wxr": (WXR.encode(), 2, 2),
    "disqus": (DISQUS.encode(), 4, 1),
    "remark42": (gzip.compress(REMARK42.encode()), 2, 1),
    "commento": (json.dumps(COMMENTO).encode(), 2, 0),
    "isso": (json.dumps(ISSO_JSON).encode(), 1, 0),
    "isso database": (isso_database(), 5, 0),
    "jsonl": ("\n".join(map(json.dumps, LINES)).encode(), 2, 1),
    "csv": ("\n".join([",".join(LINE), *(",".join(map(str, line.values())) for line in LINES[:1])]).encode(), 1, 0),
}  # fmt: skip
TABLES = (schema.comments, schema.revisions, schema.decisions, schema.pages, schema.personal)


def test_every_format_is_here():
    assert {name.partition(" ")[0] for name in FILES} == set(formats.READERS)


def rows(store: Store) -> dict[str, list[str]]:
    with store.read() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(sa.select(table)))
            for table in TABLES
        }


def brought(store: Store, site, path: Path, at: int) -> tuple[Imported, list[str]]:
    told: list[str] = []
    with formats.opened(path) as (file, _):
        name, reader = formats.reader_of(file, "")
        done = import_comments(
            store,
            site,
            name,
            reader(file),
            personal_days=30_000,
            now=at,
            remark=lambda each: told.append(f"{each.place}: {each.why}"),
        )
    return done, told


@pytest.mark.parametrize("name", FILES)
def test_a_file_imported_twice_gives_the_same_result(store, tmp_path, name):
    content, stored, skipped = FILES[name]
    path = tmp_path / "export"
    path.write_bytes(content)
    site = newspaper(store)
    first, told = brought(store, site, path, NOON)
    assert (first.stored, first.skipped, first.known) == (stored, skipped, 0)
    before = rows(store)
    assert len(before["comments"]) == stored
    second, again = brought(store, site, path, NOON + 86_400_000)
    assert (second.stored, second.skipped, second.known) == (0, skipped, stored)
    assert rows(store) == before and again == told
