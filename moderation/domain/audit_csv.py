"""The audit as CSV (RFC 4180)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping

from moderation.domain.audit import AuditEntry
from moderation.domain.event import iso
from moderation.domain.statement_csv import plain_cell

COLUMNS = ("number", "at", "site_id", "who", "name", "action", "about", "before", "after")


def csv_of(entries: Iterable[AuditEntry], names: Mapping[str, str], *, header: bool) -> str:
    """A line for each entry. names: the e-mails of moderators, by id. header: whether the names of the columns come first."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    if header:
        writer.writerow(COLUMNS)
    for entry in entries:
        cells = (
            str(entry.number),
            iso(entry.at),
            entry.site_id,
            entry.by,
            names.get(entry.by, ""),
            entry.change,
            entry.about,
            _json(entry.before),
            _json(entry.after),
        )
        writer.writerow(map(plain_cell, cells))
    return lines.getvalue()


def _json(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False) if facts else ""
