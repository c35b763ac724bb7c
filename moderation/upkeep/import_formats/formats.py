"""The formats by name, how a file's is recognised, and the file itself: plain or compressed with gzip."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from moderation.domain.errors import Invalid
from moderation.domain.imported import Entry
from moderation.upkeep.import_formats import (
    commento,
    csv_table,
    disqus,
    isso,
    json_lines,
    remark42,
    wordpress,
)

READERS: dict[str, Callable[[BinaryIO], Iterator[Entry]]] = {
    "wxr": wordpress.read,
    "disqus": disqus.read,
    "isso": isso.read,
    "remark42": remark42.read,
    "commento": commento.read,
    "csv": csv_table.read,
    "jsonl": json_lines.read,
}
_HEAD = 4_096  # bytes by which a format is recognised


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file, unpacked where it is compressed, and the file as it lies there, for its position. Raises Invalid."""
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_packed else raw, raw
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Invalid("The file is compressed, but broken.") from None
    except OSError as error:
        raise Invalid(f"The file cannot be read: {error.strerror}.") from None


def reader_of(file: BinaryIO, name: str) -> tuple[str, Callable[[BinaryIO], Iterator[Entry]]]:
    """The name of a file's format and its reader. name: '' to recognise it. Raises Invalid."""
    name = name or _guess(file)
    if name not in READERS:
        raise Invalid(f"A format is one of {', '.join(READERS)}.", "/format")
    return name, READERS[name]


def _guess(file: BinaryIO) -> str:
    head = file.read(_HEAD)
    file.seek(0)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise Invalid("The file is empty.")
    if text.startswith(b"PK\x03\x04"):
        raise Invalid("The file is a ZIP archive; unpack it, and import what is in it.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("The file is in UTF-16; save it in UTF-8.")
    if head.startswith(isso.SQLITE) or text.startswith(b"["):
        return "isso"
    if text.startswith(b"<"):
        return "disqus" if b"disqus.com" in text else "wxr"
    if not text.startswith(b"{"):
        return "csv"
    first_line = text.partition(b"\n")[0]
    if b'"users"' in first_line or b'"locator"' in first_line:
        return "remark42"
    return "commento" if b'"commentHex"' in text or b'"commenters"' in text else "jsonl"
