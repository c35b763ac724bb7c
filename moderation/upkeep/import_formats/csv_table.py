"""Reads a CSV table with the names of the JSON format in its first line; the separator may be , ; or a tab."""

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from moderation.domain.errors import Invalid
from moderation.domain.imported import Entry, Remark
from moderation.upkeep.import_formats.json_lines import LINE_LIMIT, REQUIRED, comment_of

_SEPARATORS = ",;\t"
_CELL_LIMIT = 1_000_000  # characters
_FORMULAS = ("'=", "'+", "'-", "'@")


def read(file: BinaryIO) -> Iterator[Entry]:
    """Each comment. Raises Invalid where the names or the quotes are not such a table's, or it is not in UTF-8."""
    csv.field_size_limit(_CELL_LIMIT)
    table = codecs.iterdecode(iter(lambda: file.readline(LINE_LIMIT), b""), "utf-8-sig")
    line = 1
    try:
        head = next(table, "")
        separator = max(_SEPARATORS, key=head.count)
        names = [name.strip().lower() for name in next(csv.reader([head], delimiter=separator), [])]
        if missing := [name for name in REQUIRED if name not in names]:
            raise Invalid(f"The first line names the columns, and {missing[0]} is not among them.")
        rows = csv.reader(table, delimiter=separator)
        for row in rows:
            place, line = f"line {line + 1}", rows.line_num + 1
            if len(row) == len(names):
                yield comment_of(dict(zip(names, map(_unguarded, row), strict=True)), place)
            elif row:
                yield Remark(place, "It has more or fewer cells than the first line.")
    except UnicodeDecodeError:
        raise Invalid(f"Behind line {line}: not UTF-8.") from None
    except csv.Error:
        raise Invalid(f"Line {line + 1}: not CSV; is a quotation mark not closed?") from None


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe by which exports keep a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith(_FORMULAS) else cell
