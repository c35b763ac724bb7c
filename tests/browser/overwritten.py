"""Words of somebody's own in every column that takes words, past all that the rooms would have said to them."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from moderation.store.sql.engine import Store
from moderation.store.sql.schema.columns import metadata
from tests.browser.payloads import Payloads

# Columns that take words, by table; every row gets words of its own. The numbers are how many characters.
WRITTEN = {
    "appeals": {"text": 400, "note": 400},
    "attempts": {"error": 200},
    "audit": {"about": 200, "before_json": 100, "after_json": 100},
    "bulk_acts": {"sentence": 400},
    "campaigns": {"domain": 200},
    "comments": {"author_name": 245},
    "decisions": {"reasons_json": 300, "sentence": 400},
    "endpoints": {"disabled_because": 200},
    "filters": {"name": 80, "entries_json": 100, "exceptions_json": 100},
    "findings": {"signals_json": 100, "failed_json": 100},
    "invitations": {"email": 200, "sections_json": 60},
    "keys": {"name": 60},
    "legal_notices": {"name": 120, "why": 2_000},
    "memberships": {"sections_json": 60},
    "moderators": {"email": 200},
    "notes": {"text": 800},
    "pages": {"external_id": 100, "title": 400},
    "personal": {"user_agent": 200},
    "proposals": {"sentence": 400},
    "reports": {"note": 400},
    "second_opinions": {"model": 60, "sentence": 200},
    "sites": {"name": 80},
    "views": {"name": 60},
}
# Of JSON only what these names have is words, the rest are numbers and codes; without a name all strings are.
_IN_JSON = {"reasons_json": {"message", "note"}, "signals_json": {"note"}, "failed_json": {"error"}}


def overwrite(store: Store, payloads: Payloads) -> None:
    """Words of their own in every row of WRITTEN, whatever the rooms would have said to them."""
    with store.write() as connection:
        for name, columns in WRITTEN.items():
            table = metadata.tables[name]
            keys = list(table.primary_key.columns)
            for row in connection.execute(sa.select(table)).mappings().all():
                values = {
                    column: _words(column, row[column], lambda limit=limit: payloads.line(limit))
                    for column, limit in columns.items()
                }
                where = [key == row[key.name] for key in keys]
                connection.execute(sa.update(table).where(*where).values(values))


def _words(column: str, was: str | None, words: Callable[[], str]) -> str | None:
    if not column.endswith("_json"):
        return words()
    return was and json.dumps(_leaves(json.loads(was), _IN_JSON.get(column), words))


def _leaves(value: Any, named: set[str] | None, words: Callable[[], str], name: str = "") -> Any:
    """The JSON with other words in it. named: those of a table alone, None for all strings."""
    if isinstance(value, dict):
        return {key: _leaves(each, named, words, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_leaves(each, named, words, name) for each in value]
    return words() if isinstance(value, str) and (named is None or name in named) else value
