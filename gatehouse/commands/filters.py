"""`gatehouse filter`: a site's own lists of words, patterns, domains, e-mails and networks."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName, read_text
from gatehouse.commands.output import print_line, printable, seconds_iso
from gatehouse.database import entropy, open_site
from moderation.clock import now_ms
from moderation.domain.audit import COMMAND
from moderation.domain.filter import Filter, FilterAction, FilterDraft, FilterField, FilterKind

if TYPE_CHECKING:
    from moderation.review.filter_preview import FilterPreview

filter = typer.Typer(
    help="A site's own lists: what they hold, and what they would.", no_args_is_help=True
)

EntryFile = Annotated[
    Path, typer.Argument(help="One entry a line, '#' begins a comment; - for standard input.")
]
Name = Annotated[
    str, typer.Option(help="What moderators read in reasons; the file's without this.")
]
Kind = Annotated[FilterKind, typer.Option(help="What an entry is.")]
Action = Annotated[FilterAction, typer.Option(help="What becomes of a match.")]
Except = Annotated[Path | None, typer.Option(help="Words in which a match does not count.")]
Languages = Annotated[list[str] | None, typer.Option(help="Only pages in it; may be repeated.")]
In = Annotated[
    list[FilterField] | None, typer.Option("--in", help="text without this; may be repeated.")
]


@filter.command("add")
def add(
    site: SiteName,
    file: EntryFile,
    name: Name = "",
    kind: Kind = FilterKind.WORDS,
    action: Action = FilterAction.HOLD,
    exceptions: Except = None,
    language: Languages = None,
    fields: In = None,
) -> None:
    """Add a list; it applies to comments judged from now on."""
    from moderation.review import filters

    draft = _draft(file, name, kind, action, exceptions, language, fields)
    with open_site(site) as (store, found_site):
        added = filters.add_filter(
            store, found_site.id, draft, COMMAND, now=now_ms(), entropy=entropy
        )
    print(f"{found_site.name} has the filter “{added.name}” now.", file=sys.stderr)
    print(added.id)


@filter.command("try")
def try_out(
    site: SiteName,
    file: EntryFile,
    name: Name = "",
    kind: Kind = FilterKind.WORDS,
    action: Action = FilterAction.HOLD,
    exceptions: Except = None,
    language: Languages = None,
    fields: In = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How far back.")] = 30,
) -> None:
    """Show what a list would have matched, and add nothing."""
    from moderation.review import filter_preview

    draft = _draft(file, name, kind, action, exceptions, language, fields)
    with open_site(site) as (store, found_site):
        preview = filter_preview.preview(
            store, found_site.id, draft, now=now_ms(), clock=time.monotonic, days=days
        )
    print(_preview_text(preview))


@filter.command("list")
def list_filters(site: SiteName, as_json: AsJson = False) -> None:
    """List a site's filters, oldest first."""
    from moderation.review import filters

    with open_site(site) as (store, found_site):
        for listed in filters.list_filters(store, {found_site.id}):
            print_line(_fields(listed), _text(listed), as_json)


@filter.command("show")
def show_entries(site: SiteName, filter_id: str) -> None:
    """Print a filter's entries, one a line."""
    from moderation.review import filters

    with open_site(site) as (store, found_site):
        print("\n".join(filters.get_filter(store, {found_site.id}, filter_id).entries))


@filter.command("remove")
def remove(site: SiteName, filter_id: str) -> None:
    """Remove a filter."""
    from moderation.review import filters

    with open_site(site) as (store, found_site):
        removed = filters.remove_filter(store, {found_site.id}, filter_id)
    print(f"{found_site.name} has no filter “{removed.name}” any more.", file=sys.stderr)


def _draft(
    file: Path,
    name: str,
    kind: FilterKind,
    action: FilterAction,
    exceptions: Path | None,
    languages: list[str] | None,
    fields: list[FilterField] | None,
) -> FilterDraft:
    return FilterDraft(
        name=name or ("list" if str(file) == "-" else file.stem),
        kind=kind,
        action=action,
        entries=_lines(file),
        exceptions=_lines(exceptions) if exceptions else (),
        languages=tuple(languages or ()),
        fields=tuple(fields or (FilterField.TEXT,)),
    )


def _lines(file: Path) -> tuple[str, ...]:
    """The lines of a file, or of standard input. Raises Invalid."""
    text = sys.stdin.read() if str(file) == "-" else read_text(file)
    return tuple(text.splitlines())


def _fields(filter: Filter) -> dict[str, object]:
    return {
        "id": filter.id,
        "name": filter.name,
        "kind": filter.kind.value,
        "action": filter.action.value,
        "entries": len(filter.entries),
        "enabled": filter.enabled,
        "until": seconds_iso(filter.until) if filter.until else None,
        "version": filter.version,
    }


def _text(filter: Filter) -> str:
    off = "" if filter.enabled else ", off"
    off += f", until {seconds_iso(filter.until)}" if filter.until else ""
    return (
        f"{filter.id}  {filter.name}  {filter.kind.value}, {filter.action.value}, "
        f"{len(filter.entries)} lines, version {filter.version}{off}"
    )


def _preview_text(preview: "FilterPreview") -> str:
    examined = f"{preview.examined:,} comments of the last {preview.days} days"
    if not preview.complete:
        examined = f"the newest {examined}"
    lines = [f"Looked at {examined}: {preview.matched:,} would have matched."]
    lines += [f"  {count:6,}  were {status.value}" for status, count in preview.by_status.items()]
    if preview.words:
        lines.append("Matched:")
        lines += [f"  {count:6,}  {word}" for word, count in preview.words]
    if preview.collisions:
        lines.append("Only a part of:")
        lines += [f"  {count:6,}  {word}" for word, count in preview.collisions]
    return printable("\n".join(lines), keep="\n")
