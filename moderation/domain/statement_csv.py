"""Statements of reasons as CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable

from moderation.domain.event import iso
from moderation.domain.statement import Statement

COLUMNS = (
    "comment_id",
    "sequence",
    "decided_at",
    "decision",
    "effect",
    "reasons",
    "in_words",
    "ground",
    "automated_detection",
    "automated_decision",
    "appeal",
    "sentence",
    "statement",
)


def csv_of(statements: Iterable[Statement], *, header: bool) -> str:
    """A line for each statement. header: whether the names of the columns come first."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    if header:
        writer.writerow(COLUMNS)
    for statement in statements:
        cells = (
            statement.comment_id,
            str(statement.sequence),
            iso(statement.decided_at),
            statement.outcome.value,
            statement.effect,
            " ".join(fact.code for fact in statement.facts),
            ", ".join(fact.words for fact in statement.facts),
            statement.ground.value,
            str(statement.automated_detection).lower(),
            str(statement.automated_decision).lower(),
            statement.appeal.value if statement.appeal else "",
            statement.sentence,
            " ".join(statement.sentences),
        )
        writer.writerow(map(plain_cell, cells))
    return lines.getvalue()


def plain_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
