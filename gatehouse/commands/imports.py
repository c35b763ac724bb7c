"""`gatehouse import`: comments from another system, or from `gatehouse export`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gatehouse.database import checked_settings, open_site
from moderation.clock import now_ms
from moderation.domain.errors import Invalid

if TYPE_CHECKING:
    from moderation.domain.imported import Entry, Remark

SHOWN = 20  # remarks on stderr; --report has them all
STEP = 200  # comments between two looks at the position in the file


def import_comments(
    file: Annotated[Path, typer.Argument(help="The export; it may be compressed with gzip.")],
    site: Annotated[str, typer.Option(help="The id or name of the site whose pages they are on.")],
    format: Annotated[
        str,
        typer.Option(
            help="wxr, disqus, isso, remark42, commento, csv or jsonl; without it, by the look of it."
        ),
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write here, a line each, what was skipped or changed.")
    ] = None,
) -> None:
    """Take over comments from another system, with their dates, threads and decisions.

    They are neither judged again nor sent to endpoints. What was imported before stays as it is, so an
    import that was broken off is repeated.
    """
    from moderation.upkeep import importing
    from moderation.upkeep.import_formats import formats

    settings = checked_settings()
    remarks = _Remarks(report)
    with open_site(site, settings) as (store, found_site), formats.opened(file) as (source, raw):
        name, read = formats.reader_of(source, format)
        with remarks:
            done = importing.import_comments(
                store,
                found_site,
                name,
                _with_progress(read(source), raw, file.stat().st_size),
                personal_days=settings.personal_days,
                now=now_ms(),
                remark=remarks.take,
            )
    remarks.summarise()
    print(
        f"{done.stored:,} comments imported ({name}), {done.known:,} were there already, "
        f"{done.skipped:,} skipped."
    )
    if done.loose:
        print(f"{done.loose:,} replies stand by themselves: what they answer was not imported.")


def _with_progress(entries: Iterable["Entry"], raw: BinaryIO, size: int) -> Iterator["Entry"]:
    """The entries, with a bar on stderr where that is a terminal."""
    with typer.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        for number, entry in enumerate(entries):
            yield entry
            if number % STEP == 0:
                bar.update(raw.tell() - bar.pos)
        bar.update(size - bar.pos)


class _Remarks:
    """Shows the first remarks, counts them all, and writes them to the report."""

    def __init__(self, report: Path | None) -> None:
        self._path = report
        self._report = sys.stderr
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> "_Remarks":
        if self._path:
            try:
                self._report = self._path.open("w", encoding="utf-8")
            except OSError as error:
                raise Invalid(f"{self._path} cannot be written: {error.strerror}.") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._report is not sys.stderr:
            self._report.close()

    def take(self, remark: "Remark") -> None:
        self._counts[remark.why] += 1
        if self._path or self._counts.total() <= SHOWN:
            print(f"{remark.place}: {remark.why}", file=self._report)

    def summarise(self) -> None:
        if not self._path and self._counts.total() > SHOWN:
            print("... and more: --report FILE writes them all. Altogether:", file=sys.stderr)
        if self._path or self._counts.total() > SHOWN:
            for why, count in self._counts.most_common():
                print(f"{count:9,}  {why}", file=sys.stderr)
