"""`gatehouse filter`: a site's own lists of words, patterns, domains, e-mails and networks."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.sites import AsJson, SiteGiven, find_site
from gatehouse.database import entropy, open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid
from moderation.domain.filter import Filter, FilterAction, FilterDraft, FilterField, FilterKind

if TYPE_CHECKING:
    from moderation.review.filter_preview import FilterPreview

filter = typer.Typer(
    help="A site's own lists: what they hold, and what they would.", no_args_is_help=True
)

FileGiven = Annotated[
    Path, typer.Argument(help="One entry a line, '#' begins a comment; - for standard input.")
]
Name = Annotated[
    str, typer.Option(help="What moderators read in reasons; the file's without this.")
]
Kind = Annotated[FilterKind, typer.Option(help="What an entry is.")]
Action = Annotated[FilterAction, typer.Option(help="What becomes of a match.")]
Except = Annotated[Path | None, typer.Option(help="Words in which a match does not count.")]
Languages = Annotated[list[str] | None, typer.Option(help="Only pages in it; may be given again.")]
In = Annotated[
    list[FilterField] | None, typer.Option("--in", help="text without this; may be given again.")
]
BY = "command"


@filter.command("add")
def add(
    site: SiteGiven,
    file: FileGiven,
    name: Name = "",
    kind: Kind = FilterKind.WORDS,
    action: Action = FilterAction.HOLD,
    exceptions: Except = None,
    language: Languages = None,
    fields: In = None,
) -> None:
    """Keep a list; comments that are judged from now on meet it."""
    from moderation.review import filters

    draft = _draft(file, name, kind, action, exceptions, language, fields)
    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        made = filters.add_filter(store, its.id, draft, BY, now=now_ms(), entropy=entropy)
    print(f"{its.name} has the filter “{made.name}” now.", file=sys.stderr)
    print(made.id)


@filter.command("try")
def try_out(
    site: SiteGiven,
    file: FileGiven,
    name: Name = "",
    kind: Kind = FilterKind.WORDS,
    action: Action = FilterAction.HOLD,
    exceptions: Except = None,
    language: Languages = None,
    fields: In = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How far back.")] = 30,
) -> None:
    """Say what a list would have matched, and keep nothing."""
    from moderation.review import filter_preview

    draft = _draft(file, name, kind, action, exceptions, language, fields)
    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        trial = filter_preview.preview(
            store, its.id, draft, now=now_ms(), clock=time.monotonic, days=days
        )
    print(_told(trial))


@filter.command("list")
def list_all(site: SiteGiven, as_json: AsJson = False) -> None:
    """List a site's filters, oldest first."""
    from moderation.review import filters

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        for one in filters.list_filters(store, {its.id}):
            print(json.dumps(_facts(one)) if as_json else _line(one))


@filter.command("show")
def show_entries(site: SiteGiven, filter_id: str) -> None:
    """Print a filter's entries, one a line."""
    from moderation.review import filters

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        print("\n".join(filters.get_filter(store, {its.id}, filter_id).entries))


@filter.command("remove")
def remove(site: SiteGiven, filter_id: str) -> None:
    """Take a filter away."""
    from moderation.review import filters

    with open_store() as store:
        with store.read() as connection:
            its = find_site(connection, site)
        gone = filters.remove_filter(store, {its.id}, filter_id)
    print(f"{its.name} has no filter “{gone.name}” any more.", file=sys.stderr)


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
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{file} cannot be read: {getattr(error, 'strerror', 'not UTF-8')}."
        ) from None
    return tuple(text.splitlines())


def _facts(one: Filter) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind.value,
        "action": one.action.value,
        "entries": len(one.entries),
        "enabled": one.enabled,
        "version": one.version,
    }


def _line(one: Filter) -> str:
    off = "" if one.enabled else ", off"
    return (
        f"{one.id}  {one.name}  {one.kind.value}, {one.action.value}, "
        f"{len(one.entries)} lines, version {one.version}{off}"
    )


def _told(trial: "FilterPreview") -> str:
    looked = f"{trial.examined:,} comments of the last {trial.days} days"
    if not trial.complete:
        looked = f"the newest {looked}"
    lines = [f"Looked at {looked}: {trial.matched:,} would have matched."]
    lines += [f"  {count:6,}  were {status.value}" for status, count in trial.by_status.items()]
    if trial.words:
        lines.append("Matched:")
        lines += [f"  {count:6,}  {word}" for word, count in trial.words]
    if trial.collisions:
        lines.append("Only a part of:")
        lines += [f"  {count:6,}  {word}" for word, count in trial.collisions]
    return "\n".join(lines)
